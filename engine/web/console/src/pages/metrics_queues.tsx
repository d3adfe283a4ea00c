/** Queues, just now. */

import { useSpoken, type Words } from "../i18n";
import type { Row } from "../live";
import { lasting } from "../moments";
import { type LiveColumn, LiveTable } from "../parts/live_table";
import { since, useRows } from "../rows";

interface QueueRow extends Row {
  name: string;
  online: number;
  staffed: number;
  available: number;
  on_contact: number;
  after_contact_work: number;
  non_productive: number;
  error: number;
  in_queue: number;
  oldest_since: string | null;
  scheduled: number;
  handled: number;
  abandoned: number;
  /** Of those handled, by seconds waited at most. */
  answered_within: Record<string, number>;
}

type Count = {
  [K in keyof QueueRow]: QueueRow[K] extends number ? K : never;
}[keyof QueueRow];
const COUNTS: [Count, Words][] = [
  ["online", "metrics.online"],
  ["on_contact", "metrics.on_contact"],
  ["non_productive", "metrics.npt"],
  ["after_contact_work", "metrics.acw"],
  ["error", "metrics.error"],
  ["available", "metrics.available"],
  ["staffed", "metrics.staffed"],
  ["in_queue", "metrics.in_queue"],
  ["scheduled", "metrics.scheduled"],
  ["handled", "metrics.handled"],
  ["abandoned", "metrics.abandoned"],
];
const LEVELS = [15, 20, 30, 60, 120, 300, 600]; // seconds
const FIRST_LEVEL = 20;

/** Share of those that ended which were answered within so many seconds; -1 before any ended. */
function level(row: QueueRow, seconds: number): number {
  const ended = row.handled + row.abandoned;
  return ended ? (100 * (row.answered_within[String(seconds)] ?? 0)) / ended : -1;
}

const COLUMNS: readonly LiveColumn<QueueRow>[] = [
  { key: "name", label: "contact.queue", initial: true, value: (row) => row.name },
  ...COUNTS.map(([key, label]) => ({
    key,
    label,
    initial: true,
    value: (row: QueueRow) => row[key],
  })),
  {
    key: "oldest",
    label: "metrics.oldest",
    initial: true,
    value: (row, now) => since(row.oldest_since, now) ?? -1,
    cell: (row, now) => lasting(since(row.oldest_since, now)),
  },
  ...LEVELS.map((seconds) => ({
    key: `level${seconds}`,
    label: `metrics.sl.${seconds}` as Words,
    initial: seconds === FIRST_LEVEL,
    value: (row: QueueRow) => level(row, seconds),
    cell: (row: QueueRow) => (level(row, seconds) < 0 ? "" : `${level(row, seconds).toFixed(0)} %`),
  })),
];

export function QueuesTable() {
  const { t } = useSpoken();
  const told = useRows<QueueRow>("queues");
  return (
    <LiveTable name="queues" told={told} columns={COLUMNS} nothing={t("metrics.queues.none")} />
  );
}
