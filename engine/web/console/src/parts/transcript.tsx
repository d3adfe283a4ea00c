/** What was said in a chat, and what happened in it: by whom, and when. */

import { Paper, Stack, Text } from "@mantine/core";
import type { Item } from "../chat";
import { useSpoken, type Words } from "../i18n";
import { useClock } from "../moments";

const EVENTS: Record<string, Words> = {
  "participant.joined": "chat.joined",
  "participant.left": "chat.left",
  "transfer.succeeded": "chat.transferred",
  "transfer.failed": "chat.not_transferred",
  "chat.ended": "chat.ended",
};
const OF_EVENT = "application/vnd.amazonaws.connect.event.";
const SIDES: Record<string, "flex-start" | "flex-end" | "center"> = {
  CUSTOMER: "flex-start",
  AGENT: "flex-end",
};

export function Transcript({ items }: { items: Item[] }) {
  return (
    <Stack gap={6}>
      {items.map((item) =>
        item.Type === "MESSAGE" ? (
          <Message key={item.Id} item={item} />
        ) : (
          <Event key={item.Id} item={item} />
        ),
      )}
    </Stack>
  );
}

function Message({ item }: { item: Item }) {
  const { hour } = useClock();
  const side = SIDES[item.ParticipantRole] ?? "center";
  return (
    <Paper
      withBorder
      px="xs"
      py={4}
      maw="85%"
      style={{ alignSelf: side }}
      className={`said-${item.ParticipantRole.toLowerCase()}`}
    >
      <Text size="xs" c="dimmed">
        {item.DisplayName || item.ParticipantRole} · {hour(item.AbsoluteTime)}
      </Text>
      <Text size="sm" className="said">
        {item.Content}
      </Text>
    </Paper>
  );
}

function Event({ item }: { item: Item }) {
  const { t } = useSpoken();
  const { hour } = useClock();
  const words = EVENTS[item.ContentType.replace(OF_EVENT, "")];
  if (!words) return null;
  return (
    <Text size="xs" c="dimmed" ta="center">
      {t(words, { name: item.DisplayName || item.ParticipantRole })} · {hour(item.AbsoluteTime)}
    </Text>
  );
}
