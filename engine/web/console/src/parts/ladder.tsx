/** SIP messages of a contact: who said what to whom, time running down; ours is the second column. */

import { Text } from "@mantine/core";
import type { Rung } from "../contact";
import { useSpoken } from "../i18n";
import { useClock } from "../moments";

const OURS = "Earshot";
const TIME = 96; // pixels left for the time
const COLUMN = 240;
const STEP = 26;
const HEAD = 40;

export function Ladder({ rungs }: { rungs: Rung[] }) {
  const { t } = useSpoken();
  const { precise } = useClock();
  if (!rungs.length) {
    return (
      <Text size="sm" c="dimmed">
        {t("contact.ladder.none")}
      </Text>
    );
  }
  const [first, ...others] = [...new Set(rungs.map((each) => each.Party))];
  const columns = [first, OURS, ...others] as string[];
  const x = (party: string) => TIME + 60 + columns.indexOf(party) * COLUMN;
  const width = x(columns.at(-1) ?? OURS) + 60;
  const height = HEAD + rungs.length * STEP + 10;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section className="scrolls" aria-label={t("contact.ladder")} tabIndex={0}>
      <svg width={width} height={height} className="ladder" role="img">
        <title>{t("contact.ladder")}</title>
        <defs>
          <marker
            id="head"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0 8 4 0 8z" fill="currentColor" />
          </marker>
        </defs>
        {columns.map((party) => (
          <g key={party}>
            <text x={x(party)} y={16} textAnchor="middle" fontWeight={600}>
              {party}
            </text>
            <line x1={x(party)} x2={x(party)} y1={HEAD - 16} y2={height} className="rail" />
          </g>
        ))}
        {rungs.map((rung, number) => {
          const y = HEAD + number * STEP + 12;
          const [from, to] = rung.Sent ? [x(OURS), x(rung.Party)] : [x(rung.Party), x(OURS)];
          return (
            <g key={`${rung.At} ${rung.Party} ${rung.Label} ${y}`}>
              <text x={0} y={y + 4} className="at">
                {precise(rung.At)}
              </text>
              <line x1={from} x2={to} y1={y} y2={y} stroke="currentColor" markerEnd="url(#head)" />
              <text x={(from + to) / 2} y={y - 4} textAnchor="middle">
                {rung.Label}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
