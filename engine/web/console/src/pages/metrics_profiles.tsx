/** Routing profiles, just now: their agents, summed up. */

import { useSpoken, type Words } from "../i18n";
import { type LiveColumn, LiveTable } from "../parts/live_table";
import { type Rows, useRows } from "../rows";
import type { Activity, AgentRow } from "./agent_row";

interface ProfileRow {
  key: string;
  name: string;
  agents: AgentRow[];
}

function count(row: ProfileRow, ...activities: Activity[]): number {
  return row.agents.filter((each) => activities.includes(each.activity)).length;
}

function total(row: ProfileRow, member: "capacity" | "active" | "available"): number {
  return row.agents.reduce((sum, each) => sum + each[member], 0);
}

const SUMS: [string, Words, (row: ProfileRow) => number][] = [
  ["online", "metrics.online", (row) => row.agents.length - count(row, "OFFLINE")],
  ["on_contact", "metrics.on_contact", (row) => count(row, "ON_CONTACT")],
  ["npt", "metrics.npt", (row) => count(row, "CUSTOM")],
  ["acw", "metrics.acw", (row) => count(row, "AFTER_CONTACT_WORK")],
  ["error", "metrics.error", (row) => count(row, "MISSED")],
  ["available", "metrics.available", (row) => count(row, "AVAILABLE")],
  ["capacity", "metrics.capacity", (row) => total(row, "capacity")],
  ["active", "metrics.active", (row) => total(row, "active")],
  ["availability", "metrics.availability", (row) => total(row, "available")],
];
const COLUMNS: readonly LiveColumn<ProfileRow>[] = [
  { key: "name", label: "metrics.profile", initial: true, value: (row) => row.name },
  ...SUMS.map(([key, label, value]) => ({ key, label, initial: true, value })),
];

export function ProfilesTable() {
  const { t } = useSpoken();
  const told = summed(useRows<AgentRow>("agents"));
  return (
    <LiveTable name="profiles" told={told} columns={COLUMNS} nothing={t("metrics.agents.none")} />
  );
}

function summed({ rows, refusal }: Rows<AgentRow>): Rows<ProfileRow> {
  const found = new Map<string, ProfileRow>();
  for (const agent of rows ?? []) {
    if (!agent.routing_profile) continue;
    const { id, name } = agent.routing_profile;
    const row = found.get(id) ?? { key: id, name, agents: [] };
    row.agents.push(agent);
    found.set(id, row);
  }
  return { rows: rows && [...found.values()], refusal };
}
