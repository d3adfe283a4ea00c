/** A conversation that is listened to: whose, and who hears oneself. */

import { Button, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { Headphones, PhoneOff } from "lucide-react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { useNow } from "../rows";
import { CCP, type Contact, clock, type Mode, type Monitored, secondsSince } from "./document";
import { useCcp } from "./use_ccp";

type Props = { contact: Contact; monitor: Monitored };

export function MonitoringCard({ contact, monitor }: Props) {
  const { t } = useSpoken();
  const { send, speaking, busy } = useCcp();
  const now = useNow();
  const { agent, agent_name, allowed, mode } = monitor;
  return (
    <Paper withBorder radius="md" p="sm" component="section" aria-label={t("ccp.state.MONITORING")}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={3} size="h5">
            {t("ccp.state.MONITORING")}
          </Title>
          <Text ff="monospace">{clock(secondsSince(contact.since, now))}</Text>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <Headphones size={18} aria-hidden />
          <div>
            <Text fw={600}>{t("ccp.monitor.of", { name: agent_name || agent })}</Text>
            {contact.phone_number && (
              <Text size="sm" c="dimmed">
                {t("ccp.customer")}: {contact.phone_number}
              </Text>
            )}
          </div>
        </Group>
        {allowed.length > 1 && (
          <SegmentedControl
            fullWidth
            disabled={busy}
            aria-label={t("ccp.monitor.mode")}
            value={mode}
            onChange={(chosen) =>
              void (chosen === "SILENT_MONITOR" ? send : speaking)(() =>
                ask(engine.POST(`${CCP}/monitor`, { body: { mode: chosen as Mode } })),
              )
            }
            data={allowed.map((each: Mode) => ({ value: each, label: t(`ccp.monitor.${each}`) }))}
          />
        )}
        <Text size="sm" c="dimmed" aria-live="polite">
          {t(`ccp.monitor.${mode}.means`)}
        </Text>
        <Button
          color="red.9"
          disabled={busy}
          leftSection={<PhoneOff size={16} aria-hidden />}
          onClick={() => void send(() => ask(engine.POST(`${CCP}/monitor/end`)))}
        >
          {t("ccp.end")}
        </Button>
      </Stack>
    </Paper>
  );
}
