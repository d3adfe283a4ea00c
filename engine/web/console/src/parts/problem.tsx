/** An error, said so that whoever reads it knows what to do next. */

import { Alert, Button, Stack, Text } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { ApiError } from "../api";
import { type Translate, useSpoken } from "../i18n";

export function said(error: unknown, t: Translate): string {
  if (error instanceof ApiError && error.status === 0) return t("error.unreachable");
  return error instanceof Error ? error.message : String(error);
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useSpoken();
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      title={t("error.title")}
      icon={<TriangleAlert size={18} aria-hidden />}
    >
      <Stack gap="xs" align="start">
        <Text size="sm">{said(error, t)}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t("error.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
