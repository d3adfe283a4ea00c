/** What a contact went through, as a picture: a bar for each stage on one line of time. */

import { Box, Group, Stack, Text } from "@mantine/core";
import type { Stage } from "../contact";
import { useSpoken } from "../i18n";
import { lasting, useClock } from "../moments";

const COLORS = {
  FLOW: "gray",
  QUEUE: "yellow",
  RING: "cyan",
  TALK: "teal",
  HOLD: "orange",
  TRANSFERRED: "grape",
  WORK: "blue",
};
type Kind = keyof typeof COLORS; // of engine/contact_stages.py
const LEAST_PERCENT = 0.6; // so that what was short is seen

export function Timeline({ stages }: { stages: Stage[] }) {
  const { t } = useSpoken();
  const { moment } = useClock();
  const now = Date.now();
  const spans = stages.map((stage) => ({
    kind: stage.Kind as Kind,
    start: Date.parse(stage.Start),
    end: stage.End ? Date.parse(stage.End) : now,
  }));
  const first = Math.min(...spans.map((each) => each.start));
  const whole = Math.max(...spans.map((each) => each.end)) - first || 1;
  const percent = (ms: number) => (100 * ms) / whole;
  return (
    <Stack gap={4}>
      {spans.map((span) => {
        const seconds = (span.end - span.start) / 1000;
        const left = Math.min(percent(span.start - first), 100 - LEAST_PERCENT);
        return (
          <Group key={`${span.kind} ${span.start}`} gap="sm" wrap="nowrap">
            <Text size="sm" w={130} truncate>
              {t(`stage.${span.kind}`)}
            </Text>
            <Box flex={1} h={18} pos="relative" className="track">
              <Box
                pos="absolute"
                h="100%"
                left={`${left}%`}
                w={`${Math.max(percent(span.end - span.start), LEAST_PERCENT)}%`}
                bg={`${COLORS[span.kind]}.6`}
                bdrs={3}
                title={moment(new Date(span.start).toISOString())}
              />
            </Box>
            <Text size="sm" w={64} ta="right" ff="monospace">
              {lasting(seconds)}
            </Text>
          </Group>
        );
      })}
      <Group justify="space-between" pl={140} pr={74}>
        <Text size="xs" c="dimmed">
          {moment(new Date(first).toISOString())}
        </Text>
        <Text size="xs" c="dimmed">
          {moment(new Date(first + whole).toISOString())}
        </Text>
      </Group>
    </Stack>
  );
}
