/** Why one cannot hear or be heard, and what to do about it. */

import { Alert, Button, Group, Loader, Stack, Text } from "@mantine/core";
import { MicOff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useSpoken } from "../i18n";
import { useLiveUp } from "../live";
import { useCcp } from "./use_ccp";

export function PhoneNotice() {
  const { t } = useSpoken();
  const { phone } = useCcp();
  const up = useLiveUp();
  return (
    <>
      {!up && <Warning title={t("ccp.line.deaf")} />}
      <LineNotice />
      {phone.line !== "elsewhere" && <MicrophoneNotice />}
    </>
  );
}

function LineNotice() {
  const { t } = useSpoken();
  const { document, phone, softphone } = useCcp();
  if (phone.line === "connecting")
    return (
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <Text size="sm">{t("ccp.line.connecting")}</Text>
      </Group>
    );
  if (phone.line === "asking") return <Warning color="blue" title={t("ccp.line.asking")} />;
  if (phone.line === "elsewhere")
    return (
      <Warning color="blue" title={t("ccp.line.elsewhere")}>
        <Again words={t("ccp.line.here")} onClick={softphone.takeOver} />
      </Warning>
    );
  if (phone.line !== "broken") return null;
  const reason = phone.reason || document.media_failure || t("ccp.line.unreachable");
  return (
    <Warning title={t("ccp.line.broken", { reason })}>
      <Again words={t("ccp.line.retry")} onClick={softphone.renew} />
    </Warning>
  );
}

function MicrophoneNotice() {
  const { t } = useSpoken();
  const { phone, softphone } = useCcp();
  const { microphone } = phone;
  if (microphone === "none" || microphone === "live") return null;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<MicOff size={18} aria-hidden />}
      title={t("ccp.microphone.title")}
    >
      <Stack gap="xs" align="start">
        <Text size="sm">{t(`ccp.microphone.${microphone}`)}</Text>
        {microphone !== "insecure" && (
          <Again words={t("error.retry")} onClick={softphone.renew} />
        )}
      </Stack>
    </Alert>
  );
}

interface WarningProps {
  title: string;
  color?: string;
  children?: ReactNode;
}

export function Warning({ title, color = "orange", children }: WarningProps) {
  return (
    <Alert
      color={color}
      variant="light"
      role="status"
      icon={<TriangleAlert size={18} aria-hidden />}
    >
      <Stack gap="xs" align="start">
        <Text size="sm">{title}</Text>
        {children}
      </Stack>
    </Alert>
  );
}

export function Again({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <Button size="xs" variant="default" onClick={onClick}>
      {words}
    </Button>
  );
}
