/** How good the line is, in both directions. */

import { Badge, Group, Text } from "@mantine/core";
import { useSpoken } from "../i18n";
import { gradeOf, type Quality } from "./quality";
import { useCcp } from "./use_ccp";

const COLORS = { good: "teal", fair: "yellow", poor: "red" } as const;

export function QualityLines() {
  const { document, phone } = useCcp();
  const spoken = document.quality;
  if (phone.line !== "up") return null;
  return (
    <div>
      {phone.quality && <QualityLine way="heard" quality={phone.quality} />}
      {phone.microphone === "live" && spoken && spoken.mos > 0 && (
        <QualityLine
          way="spoken"
          quality={{
            loss: spoken.loss_percent / 100,
            jitterSeconds: spoken.jitter_ms / 1000,
            roundTripSeconds: spoken.rtt_ms / 1000,
            mos: spoken.mos,
          }}
        />
      )}
    </div>
  );
}

function QualityLine({ way, quality }: { way: "heard" | "spoken"; quality: Quality }) {
  const { t } = useSpoken();
  const { mos, loss, jitterSeconds, roundTripSeconds } = quality;
  const grade = gradeOf(mos);
  return (
    <>
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {t(`ccp.quality.${way}`)}
        </Text>
        <Badge size="sm" variant="dot" tt="none" color={COLORS[grade]}>
          {t(`ccp.quality.${grade}`)}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed" mb={4}>
        {t("ccp.quality.figures", {
          mos: mos.toFixed(1),
          loss: (100 * loss).toFixed(1),
          jitter: (1000 * jitterSeconds).toFixed(0),
          trip: (1000 * roundTripSeconds).toFixed(0),
        })}
      </Text>
    </>
  );
}
