/** A conversation that is listened to: whose, and who hears oneself. A chat is only read. */

import { Button, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { Headphones, PhoneOff } from "lucide-react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { useNow } from "../rows";
import { ChatMessages } from "./chat_messages";
import { CCP, type Contact, clock, type Mode, type Monitored, secondsSince } from "./document";
import { useCcp } from "./use_ccp";

type Props = { contact: Contact; monitor: Monitored };

export function MonitoringCard({ contact, monitor }: Props) {
  const { t } = useSpoken();
  const { act, send, speaking, busy } = useCcp();
  const now = useNow();
  const { agent, agent_name, allowed, mode } = monitor;
  const reads = contact.channel === "CHAT";
  const end = () =>
    reads ? act(contact, "end") : send(() => ask(engine.POST(`${CCP}/monitor/end`)));
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
            <Text fw={600}>
              {t(reads ? "ccp.chat.monitor.of" : "ccp.monitor.of", { name: agent_name || agent })}
            </Text>
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
          {t(reads ? "ccp.chat.monitor.means" : `ccp.monitor.${mode}.means`)}
        </Text>
        {reads && <ChatMessages contact={contact} />}
        <Button
          color="red.9"
          disabled={busy}
          leftSection={<PhoneOff size={16} aria-hidden />}
          onClick={() => void end()}
        >
          {t("ccp.end")}
        </Button>
      </Stack>
    </Paper>
  );
}
