/** One contact: who it is with, since when, and what may be done about it. */

import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import {
  ArrowLeftRight,
  Circle,
  CirclePause,
  Grip,
  type LucideIcon,
  Mic,
  MicOff,
  Pause,
  Phone,
  PhoneForwarded,
  PhoneOff,
  Play,
  Users,
} from "lucide-react";
import { useState } from "react";
import { useSpoken, type Words } from "../i18n";
import { useNow } from "../rows";
import {
  type Contact,
  type ContactState,
  clock,
  countedFrom,
  type Deed,
  deeds,
  secondsSince,
  title,
} from "./document";
import { ChatMessages } from "./chat_messages";
import { NumberPad } from "./number_pad";
import { QuickConnects } from "./quick_connects";
import { useCcp } from "./use_ccp";

const ICONS: Partial<Record<Deed, LucideIcon>> = {
  accept: Phone,
  reject: PhoneOff,
  hold: Pause,
  resume: Play,
  mute: MicOff,
  unmute: Mic,
  end: PhoneOff,
  digits: Grip,
  transfer: PhoneForwarded,
  conference: Users,
  swap: ArrowLeftRight,
  suspend_recording: CirclePause,
  resume_recording: Circle,
};
const COLORS: Partial<Record<Deed, string>> = { accept: "teal.9", reject: "red.9", end: "red.9" };
/** They open something here instead of asking the engine at once. */
const OPENS = ["digits", "transfer"] as const;
/** These have a row of their own. */
const WIDE: Deed[] = ["suspend_recording", "resume_recording", "end", "clear"];

/** Held together with Alt and Shift, from anywhere in the page. */
const SHORTCUTS: Partial<Record<Deed, string>> = {
  accept: "A",
  reject: "X",
  end: "X",
  mute: "M",
  unmute: "M",
  hold: "H",
  resume: "H",
  clear: "C",
};

/** A chat that is only offered cannot be read yet. */
const READABLE: ContactState[] = ["CONNECTED", "ENDED"];

function words(deed: Deed, { channel }: Contact): Words {
  return channel === "CHAT" && (deed === "accept" || deed === "end")
    ? `ccp.chat.${deed}`
    : `ccp.${deed}`;
}

type Opened = (typeof OPENS)[number] | null;

export function ContactCard({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { document } = useCcp();
  const [opened, setOpened] = useState<Opened>(null);
  const permitted = deeds(contact, document.may);
  const shown = opened && permitted.includes(opened) ? opened : null;
  const close = () => setOpened(null);
  return (
    <Paper
      withBorder
      radius="md"
      p="sm"
      component="section"
      aria-label={t(title(contact))}
    >
      <Stack gap="sm">
        <Heading contact={contact} />
        <Parties contact={contact} />
        <Signs contact={contact} />
        {contact.channel === "CHAT" && READABLE.includes(contact.state) && (
          <ChatMessages contact={contact} />
        )}
        {shown === "digits" && <NumberPad contact={contact} />}
        {shown === "transfer" && <QuickConnects contact={contact} onDone={close} />}
        <SimpleGrid cols={2} spacing={6} verticalSpacing={6}>
          {permitted.map((deed) => (
            <DeedButton
              key={deed}
              contact={contact}
              deed={deed}
              opened={shown}
              onOpen={setOpened}
            />
          ))}
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

function Heading({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const now = useNow();
  const { state, clear_at, transferring } = contact;
  return (
    <div>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} size="h5" role={state === "INCOMING" ? "alert" : undefined}>
          {t(title(contact))}
        </Title>
        <Text ff="monospace" data-testid="ccp-timer">
          {clock(secondsSince(countedFrom(contact), now))}
        </Text>
      </Group>
      {clear_at && (
        <Text size="sm" c="dimmed">
          {t("ccp.left", { clock: clock(Math.ceil(-secondsSince(clear_at, now))) })}
        </Text>
      )}
      {state === "MISSED" && <Text size="sm">{t("ccp.missed.why")}</Text>}
      {transferring && <Text size="sm">{t("ccp.transferring")}</Text>}
    </div>
  );
}

function Parties({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { act, busy } = useCcp();
  const { customer_name, phone_number, queue, third } = contact;
  return (
    <Stack gap={4}>
      <Text fw={600} style={{ overflowWrap: "anywhere" }}>
        {customer_name ?? phone_number ?? t("ccp.unknown")}
      </Text>
      {queue && (
        <Text size="sm" c="dimmed">
          {t("ccp.queue", { queue })}
        </Text>
      )}
      {third && (
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600}>{third.name}</Text>
            <Text size="sm" c="dimmed">
              {third.conference ? t("ccp.third.conference") : t(`ccp.state.${third.state}`)}
            </Text>
          </div>
          <Button
            size="xs"
            color="red"
            variant="light"
            disabled={busy}
            leftSection={<PhoneOff size={14} aria-hidden />}
            aria-label={t("ccp.end.third", { name: third.name })}
            onClick={() => void act(contact, "end", { party: "third" })}
          >
            {t("ccp.end")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** What must not be overlooked while one talks. */
function Signs({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { recording, muted, listeners } = contact;
  if (!recording && !muted && !listeners.length) return null;
  return (
    <Group gap={6}>
      {recording && (
        <Badge
          tt="none"
          variant="light"
          color={recording === "ON" ? "red" : "gray"}
          leftSection={<Circle size={8} fill={recording === "ON" ? "currentColor" : "none"} />}
        >
          {t(`ccp.recording.${recording}`)}
        </Badge>
      )}
      {muted && (
        <Badge tt="none" variant="light" color="orange" leftSection={<MicOff size={12} />}>
          {t("ccp.muted")}
        </Badge>
      )}
      {listeners.map(({ username }) => (
        <Badge key={username} tt="none" variant="light">
          {t("ccp.joined", { name: username })}
        </Badge>
      ))}
    </Group>
  );
}

interface DeedProps {
  contact: Contact;
  deed: Deed;
  opened: Opened;
  onOpen: (opened: Opened) => void;
}

function DeedButton({ contact, deed, opened, onOpen }: DeedProps) {
  const { t } = useSpoken();
  const { act, busy } = useCcp();
  const opens = OPENS.find((each) => each === deed);
  const run = () => {
    if (opens) onOpen(opened === opens ? null : opens);
    else void act(contact, deed);
  };
  const Icon = ICONS[deed];
  const shortcut = SHORTCUTS[deed];
  useHotkeys(shortcut ? [[`alt+shift+${shortcut}`, run]] : [], []);
  const goesOn =
    contact.transferring || (contact.third !== null && contact.third.state !== "CONNECTING");
  return (
    <Button
      variant={COLORS[deed] ? "filled" : "default"}
      color={COLORS[deed]}
      disabled={busy}
      px={4}
      style={WIDE.includes(deed) ? { gridColumn: "1 / -1" } : undefined}
      leftSection={Icon && <Icon size={16} aria-hidden />}
      aria-expanded={opens && opened === opens}
      aria-keyshortcuts={shortcut && `Alt+Shift+${shortcut}`}
      title={shortcut && `Alt+Shift+${shortcut}`}
      onClick={run}
    >
      {t(deed === "end" && goesOn ? "ccp.leave" : words(deed, contact))}
    </Button>
  );
}
