/** A table of rows that change while one looks: sorted, filtered, its columns chosen, saved as CSV.
 * Only the rows in view are drawn, so thousands are as smooth as ten. */

import {
  Button,
  Center,
  Group,
  Loader,
  Stack,
  Table,
  Text,
  TextInput,
  UnstyledButton,
} from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, Download } from "lucide-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useSpoken } from "../i18n";
import { type Row, useLiveUp } from "../live";
import type { Rows } from "../rows";
import { useNow } from "../rows";
import { type Named, useColumns } from "./columns";
import { Problem } from "./problem";

const ROW_PIXELS = 40;
const OVERSCAN = 8;
const IN_ORDER = new Intl.Collator(undefined, { numeric: true }); // made once: that is what costs

const NONE: never[] = [];

export interface LiveColumn<R> extends Named {
  /** What it is sorted by, filtered by and saved as. */
  value: (row: R, now: number) => string | number;
  /** What is drawn in its place. */
  cell?: (row: R, now: number) => ReactNode;
}

interface Props<R extends Row> {
  name: string;
  told: Rows<R>;
  columns: readonly LiveColumn<R>[];
  nothing: string;
}

export function LiveTable<R extends Row>({ name, told, columns, nothing }: Props<R>) {
  const { t } = useSpoken();
  const up = useLiveUp();
  const now = useNow();
  const { shown, chooser } = useColumns(name, columns);
  const [filter, setFilter] = useState("");
  const [order, setOrder] = useState({ key: columns[0]?.key ?? "", down: false });
  const rows = useOrdered(told.rows ?? NONE, columns, filter, order, now);
  if (told.refusal) return <Problem error={new Error(told.refusal)} />;
  return (
    <Stack gap="xs">
      <Group>
        <TextInput
          size="xs"
          w={240}
          aria-label={t("table.filter")}
          placeholder={t("table.filter")}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <Text size="sm" role="status">
          {t("table.rows", { shown: rows.length, total: told.rows?.length ?? 0 })}
        </Text>
        {!up && told.rows && (
          <Text size="sm" c="orange" role="alert">
            {t("table.stale")}
          </Text>
        )}
        <Group gap="xs" ml="auto">
          {chooser}
          <Button
            variant="default"
            size="xs"
            leftSection={<Download size={14} aria-hidden />}
            onClick={() =>
              save(`${name}.csv`, [
                shown.map((each) => t(each.label)),
                ...rows.map((row) => texts(row, shown, now)),
              ])
            }
          >
            CSV
          </Button>
        </Group>
      </Group>
      {told.rows === null ? (
        <Center p="xl">
          <Loader aria-label={t("app.loading")} />
        </Center>
      ) : (
        <Window rows={rows} columns={shown} now={now} order={order} setOrder={setOrder} />
      )}
      {told.rows !== null && !rows.length && (
        <Text c="dimmed">{told.rows.length ? t("table.none") : nothing}</Text>
      )}
    </Stack>
  );
}

interface Order {
  key: string;
  down: boolean;
}

interface WindowProps<R> {
  rows: R[];
  columns: readonly LiveColumn<R>[];
  now: number;
  order: Order;
  setOrder: (order: Order) => void;
}

function Window<R extends Row>({ rows, columns, now, order, setOrder }: WindowProps<R>) {
  const { t } = useSpoken();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PIXELS,
    overscan: OVERSCAN,
  });
  const drawn = virtual.getVirtualItems();
  const above = drawn[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
    <section ref={box} className="window" tabIndex={0} aria-label={t("table.label")}>
      <Table stickyHeader highlightOnHover aria-rowcount={rows.length + 1}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} setOrder={setOrder} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Space pixels={above} />
          {drawn.map(({ index }) => {
            const row = rows[index] as R;
            return (
              <Table.Tr key={row.key} h={ROW_PIXELS} aria-rowindex={index + 2}>
                {columns.map((column) => (
                  <Table.Td key={column.key} py={0} className="one-line">
                    {column.cell ? column.cell(row, now) : column.value(row, now)}
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          <Space pixels={below} />
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** Stands for the rows that are not in view. */
function Space({ pixels }: { pixels: number }) {
  return pixels > 0 ? (
    <tr aria-hidden>
      <td style={{ height: pixels, padding: 0 }} />
    </tr>
  ) : null;
}

interface HeadProps {
  column: Named;
  order: Order;
  setOrder: (order: Order) => void;
}

function Head({ column, order, setOrder }: HeadProps) {
  const { t } = useSpoken();
  const mine = order.key === column.key;
  const Arrow = order.down ? ArrowDown : ArrowUp;
  return (
    <Table.Th
      className="one-line"
      aria-sort={mine ? (order.down ? "descending" : "ascending") : "none"}
    >
      <UnstyledButton
        fz="sm"
        fw={600}
        onClick={() => setOrder({ key: column.key, down: mine && !order.down })}
      >
        {t(column.label)} {mine && <Arrow size={12} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  );
}

function useOrdered<R extends Row>(
  rows: R[],
  columns: readonly LiveColumn<R>[],
  filter: string,
  order: Order,
  now: number,
): R[] {
  return useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const fits = (row: R) =>
      columns.some((each) => String(each.value(row, now)).toLowerCase().includes(wanted));
    const by = columns.find((each) => each.key === order.key);
    const sign = order.down ? -1 : 1;
    const found = wanted ? rows.filter(fits) : rows;
    if (!by) return found;
    return found
      .map((row) => ({ row, value: by.value(row, now) }))
      .sort((a, b) => sign * compared(a.value, b.value))
      .map(({ row }) => row);
  }, [rows, columns, filter, order, now]);
}

function compared(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return IN_ORDER.compare(String(one), String(other));
}

function texts<R>(row: R, columns: readonly LiveColumn<R>[], now: number): string[] {
  return columns.map((each) => {
    const value = each.value(row, now);
    return String(typeof value === "number" ? Math.floor(value) : value);
  });
}

/** A cell that begins like a formula is text to every spreadsheet (CSV injection). */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""')}"`;
}

function save(file: string, lines: string[][]) {
  const text = lines.map((cells) => cells.map(quoted).join(",")).join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\uFEFF${text}\r\n`], { type: "text/csv" }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
