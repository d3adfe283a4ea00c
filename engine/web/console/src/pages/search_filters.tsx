/** What a contact is searched by. */

import {
  Button,
  Fieldset,
  Group,
  MultiSelect,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ask, engine, type Schemas } from "../api";
import { useSpoken, type Words } from "../i18n";
import { useSession } from "../session";

const CHANNELS = ["VOICE", "CHAT"];
const METHODS = ["INBOUND", "OUTBOUND", "TRANSFER", "CALLBACK", "API", "QUEUE_TRANSFER", "DISCONNECT", "MONITOR"];
const REASONS = [
  "CUSTOMER_DISCONNECT",
  "AGENT_DISCONNECT",
  "THIRD_PARTY_DISCONNECT",
  "TELECOM_PROBLEM",
  "CONTACT_FLOW_DISCONNECT",
  "OTHER",
];
const TIMES = {
  INITIATION_TIMESTAMP: "contact.initiation",
  CONNECTED_TO_AGENT_TIMESTAMP: "contact.connected",
  DISCONNECT_TIMESTAMP: "contact.disconnect",
  ENQUEUE_TIMESTAMP: "contact.enqueued",
} satisfies Record<string, Words>;
const ALL = { maxResults: 1000 };
const HOUR = 3_600_000;
const RANGES = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR, most: 8 * 168 * HOUR };
type Range = keyof typeof RANGES | "chosen";

export type SearchRequest = Schemas["SearchRequest"];

const NOTHING = {
  contactId: "",
  time: "INITIATION_TIMESTAMP" as keyof typeof TIMES,
  range: "day" as Range,
  start: "",
  end: "",
  agents: [] as string[],
  queues: [] as string[],
  channels: [] as string[],
  methods: [] as string[],
  reasons: [] as string[],
  number: "",
  attributes: [] as string[],
};
type Asked = typeof NOTHING;

/** The contact id alone is enough; everything else is left out then. */
function requestOf(asked: Asked): SearchRequest {
  if (asked.contactId.trim()) return { ContactId: asked.contactId.trim() };
  const now = Date.now();
  const chosen = asked.range === "chosen";
  const start = chosen ? new Date(asked.start) : new Date(now - RANGES[asked.range as "day"]);
  return {
    Time: asked.time,
    Start: start.toISOString(),
    End: (chosen && asked.end ? new Date(asked.end) : new Date(now)).toISOString(),
    Agents: asked.agents,
    Queues: asked.queues,
    Channels: asked.channels,
    InitiationMethods: asked.methods,
    DisconnectReasons: asked.reasons,
    PhoneNumber: asked.number.trim(),
    Attributes: Object.fromEntries(
      asked.attributes.map((each) => {
        const at = each.indexOf("=");
        return at < 0 ? [each, ""] : [each.slice(0, at).trim(), each.slice(at + 1).trim()];
      }),
    ),
  };
}

interface Props {
  onSearch: (request: SearchRequest) => void;
  busy: boolean;
}

export function Filters({ onSearch, busy }: Props) {
  const { t } = useSpoken();
  const { may } = useSession();
  const [asked, setAsked] = useState(NOTHING);
  const put = (some: Partial<Asked>) => setAsked({ ...asked, ...some });
  const agents = useUsernames();
  const queues = useQueueNames();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(requestOf(asked));
  };
  const byId = asked.contactId.trim() !== "";
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t("contact.id")}
          description={t("search.id.alone")}
          maxLength={100}
          value={asked.contactId}
          onChange={(event) => put({ contactId: event.currentTarget.value })}
        />
        <Fieldset disabled={byId} variant="unstyled">
          <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
            <When asked={asked} put={put} disabled={byId} />
            <TagsInput
              label={t("search.agent")}
              data={agents}
              disabled={byId}
              value={asked.agents}
              onChange={(chosen) => put({ agents: chosen })}
            />
            <TextInput
              label={t("search.number")}
              placeholder="+49 30 123456"
              type="tel"
              maxLength={100}
              value={asked.number}
              onChange={(event) => put({ number: event.currentTarget.value })}
            />
            <TagsInput
              label={t("contact.queue")}
              data={queues}
              disabled={byId}
              value={asked.queues}
              onChange={(chosen) => put({ queues: chosen })}
            />
            <MultiSelect
              label={t("contact.channel")}
              data={CHANNELS}
              disabled={byId}
              value={asked.channels}
              onChange={(chosen) => put({ channels: chosen })}
            />
            <MultiSelect
              label={t("contact.method")}
              data={METHODS}
              disabled={byId}
              value={asked.methods}
              onChange={(chosen) => put({ methods: chosen })}
            />
            <MultiSelect
              label={t("contact.reason")}
              data={REASONS}
              disabled={byId}
              value={asked.reasons}
              onChange={(chosen) => put({ reasons: chosen })}
            />
            {may("ContactAttributes.View") && (
              <TagsInput
                label={t("search.attributes")}
                placeholder={t("search.attributes.form")}
                disabled={byId}
                value={asked.attributes}
                onChange={(chosen) => put({ attributes: chosen })}
              />
            )}
          </SimpleGrid>
        </Fieldset>
        <Group>
          <Button type="submit" loading={busy} leftSection={<Search size={16} aria-hidden />}>
            {t("search.do")}
          </Button>
          <Button variant="default" onClick={() => setAsked(NOTHING)}>
            {t("search.clear")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface WhenProps {
  asked: Asked;
  put: (some: Partial<Asked>) => void;
  disabled: boolean;
}

function When({ asked, put, disabled }: WhenProps) {
  const { t } = useSpoken();
  const ranges: Range[] = ["hour", "day", "week", "most", "chosen"];
  return (
    <>
      <Select
        label={t("search.range")}
        allowDeselect={false}
        disabled={disabled}
        data={ranges.map((value) => ({ value, label: t(`search.range.${value}`) }))}
        value={asked.range}
        onChange={(chosen) => chosen && put({ range: chosen as Range })}
      />
      <Select
        label={t("search.time")}
        allowDeselect={false}
        disabled={disabled}
        data={Object.entries(TIMES).map(([value, label]) => ({ value, label: t(label) }))}
        value={asked.time}
        onChange={(chosen) => chosen && put({ time: chosen as Asked["time"] })}
      />
      {asked.range === "chosen" && (
        <>
          <TextInput
            type="datetime-local"
            required
            label={t("search.start")}
            value={asked.start}
            onChange={(event) => put({ start: event.currentTarget.value })}
          />
          <TextInput
            type="datetime-local"
            label={t("search.end")}
            value={asked.end}
            onChange={(event) => put({ end: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}

/** Names to choose from, for whoever may list them; others type. */
function useUsernames(): string[] {
  const { me, may } = useSession();
  const { data } = useQuery({
    queryKey: ["names", "users"],
    queryFn: () =>
      ask(
        engine.GET("/users-summary/{InstanceId}", {
          params: { path: { InstanceId: me.InstanceId }, query: ALL },
        }),
      ),
    enabled: may("Users.View"),
  });
  return (data?.UserSummaryList ?? []).flatMap((each) => each.Username ?? []);
}

function useQueueNames(): string[] {
  const { me, may } = useSession();
  const { data } = useQuery({
    queryKey: ["names", "queues"],
    queryFn: () =>
      ask(
        engine.GET("/queues-summary/{InstanceId}", {
          params: { path: { InstanceId: me.InstanceId }, query: ALL },
        }),
      ),
    enabled: may("Queues.View"),
  });
  return (data?.QueueSummaryList ?? []).flatMap((each) => each.Name ?? []);
}
