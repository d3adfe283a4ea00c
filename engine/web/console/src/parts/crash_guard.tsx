/** Keeps the rest of the console, and a call that is up, when one part of it fails. */

import { Alert, Button, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useSpoken } from "../i18n";

interface Props {
  children: ReactNode;
}

export class CrashGuard extends Component<Props, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  render() {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useSpoken();
  return (
    <Alert color="red" variant="light" m="md" role="alert" title={t("error.title")}>
      <Stack gap="xs" align="start">
        <Text size="sm">{t("error.crashed")}</Text>
        <Button size="xs" variant="default" onClick={() => location.reload()}>
          {t("error.reload")}
        </Button>
      </Stack>
    </Alert>
  );
}
