/** Real-time metrics: queues, agents and routing profiles, as they are just now. */

import { Stack, Tabs, Title } from "@mantine/core";
import { useSearchParams } from "react-router";
import { useSpoken, type Words } from "../i18n";
import { AgentsTable } from "./metrics_agents";
import { ProfilesTable } from "./metrics_profiles";
import { QueuesTable } from "./metrics_queues";

const TABLES: [string, Words, () => React.ReactNode][] = [
  ["queues", "metrics.queues", QueuesTable],
  ["agents", "metrics.agents", AgentsTable],
  ["profiles", "metrics.profiles", ProfilesTable],
];

export default function Metrics() {
  const { t } = useSpoken();
  const [asked, setAsked] = useSearchParams();
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("nav.metrics")}
      </Title>
      <Tabs
        keepMounted={false}
        value={asked.get("table") ?? "queues"}
        onChange={(table) => setAsked({ table: table ?? "queues" }, { replace: true })}
      >
        <Tabs.List mb="sm">
          {TABLES.map(([table, label]) => (
            <Tabs.Tab key={table} value={table}>
              {t(label)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABLES.map(([table, , Content]) => (
          <Tabs.Panel key={table} value={table}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
