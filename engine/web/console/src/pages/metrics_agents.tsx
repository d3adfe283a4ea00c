/** Agents, just now: what each does, and the headset icon to listen to a live conversation. */

import { ActionIcon, Badge, Group, Menu, Text, Tooltip } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown, Headset } from "lucide-react";
import { useMemo } from "react";
import { ApiError, ask, engine } from "../api";
import { type Translate, useSpoken } from "../i18n";
import { type LiveMessage, live } from "../live";
import { lasting } from "../moments";
import { usePanel } from "../panel_state";
import { type LiveColumn, LiveTable } from "../parts/live_table";
import { Problem } from "../parts/problem";
import { since, useRows } from "../rows";
import { useSession } from "../session";
import type { Activity, AgentContact, AgentRow } from "./agent_row";

const COLORS: Record<Activity, string> = {
  AVAILABLE: "teal",
  OFFLINE: "gray",
  CUSTOM: "yellow",
  INCOMING: "cyan",
  ON_CONTACT: "blue",
  AFTER_CONTACT_WORK: "grape",
  MISSED: "red",
  MONITORING: "orange",
};
const MONITOR = ["ManagerListenIn", "BasicAgentAccess"];
const CHANGE = ["AccessMetrics", "AgentStates.View", "BasicAgentAccess"];
const PHONE_SECONDS = 10; // for the phone of a panel that was closed

export function AgentsTable() {
  const { t } = useSpoken();
  const { may } = useSession();
  const told = useRows<AgentRow>("agents");
  const monitoring = useMonitoring();
  const begin = may(...MONITOR) ? monitoring.mutate : undefined;
  const changes = may(...CHANGE);
  const columns = useMemo(() => agentColumns(t, begin, changes), [t, begin, changes]);
  return (
    <>
      {monitoring.error && <Problem error={monitoring.error} />}
      <LiveTable name="agents" told={told} columns={columns} nothing={t("metrics.agents.none")} />
    </>
  );
}

function agentColumns(
  t: Translate,
  monitor: ((contactId: string) => void) | undefined,
  changes: boolean,
): LiveColumn<AgentRow>[] {
  return [
    {
      key: "login",
      label: "metrics.login",
      initial: true,
      value: (row) => row.login,
      cell: (row) => (
        <Group gap={6} wrap="nowrap">
          {row.login}
          {row.contacts.map((each) => (
            <HeadsetIcon key={each.contact_id} row={row} contact={each} monitor={monitor} />
          ))}
        </Group>
      ),
    },
    {
      key: "name",
      label: "metrics.name",
      initial: true,
      value: (row) => `${row.first_name} ${row.last_name}`.trim(),
    },
    {
      key: "hierarchy",
      label: "metrics.hierarchy",
      initial: false,
      value: (row) => row.hierarchy.join(" › "),
    },
    {
      key: "profile",
      label: "metrics.profile",
      initial: true,
      value: (row) => row.routing_profile?.name ?? "",
    },
    {
      key: "activity",
      label: "metrics.activity",
      initial: true,
      value: (row) => activity(row, t),
      cell: (row) => (
        <Group gap={2} wrap="nowrap">
          <Badge variant="dot" color={COLORS[row.activity]} tt="none" fw={500} style={{ flex: "none" }}>
            {activity(row, t)}
          </Badge>
          {changes && row.user_id && row.capacity > 0 && <StatusMenu row={row} />}
        </Group>
      ),
    },
    {
      key: "duration",
      label: "metrics.duration",
      initial: true,
      value: (row, now) => since(row.activity_since, now) ?? -1,
      cell: (row, now) => lasting(since(row.activity_since, now)),
    },
    { key: "next", label: "metrics.next", initial: false, value: (row) => row.next_status ?? "" },
    { key: "capacity", label: "metrics.capacity", initial: true, value: (row) => row.capacity },
    { key: "active", label: "metrics.active", initial: true, value: (row) => row.active },
    {
      key: "available",
      label: "metrics.availability",
      initial: true,
      value: (row) => row.available,
    },
    {
      key: "state",
      label: "metrics.state",
      initial: true,
      value: (row) => row.contacts.map((each) => t(`state.${each.state}`)).join(", "),
    },
    {
      key: "stateDuration",
      label: "metrics.state.duration",
      initial: false,
      value: (row, now) => since(row.contacts[0]?.since ?? null, now) ?? -1,
      cell: (row, now) => lasting(since(row.contacts[0]?.since ?? null, now)),
    },
    {
      key: "queue",
      label: "contact.queue",
      initial: true,
      value: (row) => row.contacts.map((each) => each.queue?.name ?? "").join(", "),
    },
    {
      key: "monitors",
      label: "metrics.monitors",
      initial: false,
      value: (row) =>
        row.contacts
          .flatMap((each) => each.monitors)
          .map((each) => each.login)
          .join(", "),
    },
  ];
}

/** A custom status has the name that somebody gave it. */
function activity(row: AgentRow, t: Translate): string {
  return row.activity === "CUSTOM" ? row.status.name : t(`activity.${row.activity}`);
}

interface HeadsetProps {
  row: AgentRow;
  contact: AgentContact;
  monitor: ((contactId: string) => void) | undefined;
}

function HeadsetIcon({ row, contact, monitor }: HeadsetProps) {
  const { t } = useSpoken();
  if (!monitor || !contact.monitorable) return null;
  const label = t("metrics.monitor", { name: row.login });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        size="sm"
        aria-label={label}
        onClick={() => monitor(contact.contact_id)}
      >
        <Headset size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function StatusMenu({ row }: { row: AgentRow }) {
  const { t } = useSpoken();
  const { me } = useSession();
  const statuses = useQuery({
    queryKey: ["agent-status"],
    queryFn: () =>
      ask(
        engine.GET("/agent-status/{InstanceId}", {
          params: { path: { InstanceId: me.InstanceId } },
        }),
      ),
    staleTime: 60_000,
  });
  const change = useMutation({
    mutationFn: (AgentStatusId: string) =>
      ask(
        engine.PUT("/users/{InstanceId}/{UserId}/status", {
          params: { path: { InstanceId: me.InstanceId, UserId: row.user_id ?? "" } },
          body: { AgentStatusId },
        }),
      ),
  });
  const label = t("metrics.status.change", { name: row.login });
  return (
    <Menu withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label}>
          <ChevronDown size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {change.error && (
          <Text size="xs" c="red" p="xs" role="alert">
            {t("metrics.status.failed", { why: change.error.message })}
          </Text>
        )}
        {statuses.data?.AgentStatusSummaryList?.map((each) => (
          <Menu.Item key={each.Id} onClick={() => change.mutate(each.Id ?? "")}>
            {each.Name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Listens in the own panel, which is opened: where it was closed its phone comes first. */
function useMonitoring() {
  const { me, may } = useSession();
  const [, setPanel] = usePanel();
  const begin = (ContactId: string) =>
    ask(
      engine.POST("/contact/monitor", {
        body: {
          InstanceId: me.InstanceId,
          ContactId,
          UserId: me.UserId,
          AllowedMonitorCapabilities: may("ManagerBargeIn")
            ? ["SILENT_MONITOR", "BARGE"]
            : ["SILENT_MONITOR"],
        },
      }),
    );
  return useMutation({
    mutationFn: async (contactId: string) => {
      setPanel(true);
      try {
        await begin(contactId);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 400)) throw error;
        if (!(await phoneComes())) throw error;
        await begin(contactId);
      }
    },
  });
}

/** Whether the engine reaches the phone in this browser, now or soon. */
function phoneComes(): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (came: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(came);
    };
    const timer = setTimeout(() => done(false), PHONE_SECONDS * 1000);
    const stop = live.subscribe("ccp", (message: LiveMessage) => {
      const [own] = (message.rows ?? []) as unknown as { media?: boolean }[];
      if (own?.media) done(true);
    });
  });
}
