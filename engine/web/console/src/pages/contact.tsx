/** One contact: its record, what it went through, its recordings, and who listened to it. */

import { Anchor, Group, Loader, Paper, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { Link, useParams } from "react-router";
import { ask, engine } from "../api";
import { type Contact, isPlayable, type Reviewed } from "../contact";
import { useSpoken, type Words } from "../i18n";
import { lasting, useClock } from "../moments";
import { Chain } from "../parts/chain";
import { Ladder } from "../parts/ladder";
import { KeptTranscript } from "../parts/kept_transcript";
import { Problem } from "../parts/problem";
import { LISTEN, RecordingCell } from "../parts/recording_cell";
import { Timeline } from "../parts/timeline";
import { TranscriptCell } from "../parts/transcript_cell";
import { useSession } from "../session";
import { Waiting } from "../shell";

const Player = lazy(() => import("../parts/player"));

export default function ContactPage() {
  const { t } = useSpoken();
  const { contactId = "" } = useParams();
  const told = useQuery({
    queryKey: ["contacts", contactId],
    queryFn: () =>
      ask(
        engine.GET("/earshot/v1/contact/{contact_id}", {
          params: { path: { contact_id: contactId } },
        }),
      ),
  });
  return (
    <Stack>
      <Anchor component={Link} to="/search" size="sm">
        <Group gap={4}>
          <ArrowLeft size={14} aria-hidden />
          {t("nav.search")}
        </Group>
      </Anchor>
      <Title order={1} size="h2">
        {t("contact.title")}
      </Title>
      <Text ff="monospace" size="sm">
        {contactId}
      </Text>
      {told.error && <Problem error={told.error} retry={() => told.refetch()} />}
      {told.isLoading && <Waiting />}
      {told.data && <Everything key={contactId} told={told.data} />}
    </Stack>
  );
}

function Everything({ told }: { told: Reviewed }) {
  const { t } = useSpoken();
  const { moment } = useClock();
  const { Contact: contact, Stages, Steps, Listened } = told;
  return (
    <>
      <Section title="contact.timeline">
        <Timeline stages={Stages} />
      </Section>
      {told.Chain.length > 1 && (
        <Section title="contact.chain">
          <Chain chain={told.Chain} contactId={contact.ContactId} />
        </Section>
      )}
      <Recordings contact={contact} />
      <Written contact={contact} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Section title="contact.record">
          <Facts contact={contact} />
        </Section>
        <Stack>
          {contact.Attributes && (
            <Section title="contact.attributes">
              <Pairs pairs={Object.entries(contact.Attributes)} />
            </Section>
          )}
          {Listened && (
            <Section title="contact.listened">
              <Rows
                head={["contact.at", "contact.who", "contact.action"]}
                rows={Listened.map((each) => [moment(each.At), each.Who, each.Action])}
              />
            </Section>
          )}
        </Stack>
      </SimpleGrid>
      <Section title="contact.steps">
        <Rows
          head={["contact.at", "contact.flow", "contact.block", "contact.took", "contact.answer"]}
          rows={Steps.map((each) => [
            moment(each.at),
            each.flow,
            `${each.type} (${each.block})`,
            `${(each.seconds ?? 0).toFixed(2)} s`,
            each.answer ?? "",
          ])}
          nothing={t("contact.steps.none")}
        />
      </Section>
      <Section title="contact.ladder">
        <Ladder rungs={told.Ladder} />
      </Section>
    </>
  );
}

function Recordings({ contact }: { contact: Contact }) {
  const { may } = useSession();
  if (!contact.Recordings?.length) return null;
  return (
    <Section title="contact.recording" beside={<RecordingCell contact={contact} />}>
      {may(...LISTEN) &&
        contact.Recordings.filter(isPlayable).map((each) => (
          <Suspense key={each.Kind} fallback={<Loader size="sm" />}>
            <Player contactId={contact.ContactId} kind={each.Kind} />
          </Suspense>
        ))}
    </Section>
  );
}

/** What was written in a chat. */
function Written({ contact }: { contact: Contact }) {
  const { may } = useSession();
  if (!contact.Transcript) return null;
  const there = contact.Transcript.Status === "AVAILABLE";
  return (
    <Section title="transcript.title" beside={<TranscriptCell contact={contact} />}>
      {there && may(...LISTEN) && <KeptTranscript contactId={contact.ContactId} />}
    </Section>
  );
}

function Facts({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { moment } = useClock();
  const facts: [Words, string | null][] = [
    ["contact.channel", contact.Channel],
    ["contact.method", contact.InitiationMethod],
    ["contact.customer", contact.CustomerEndpoint],
    ["contact.system", contact.SystemEndpoint],
    ["contact.queue", contact.Queue],
    ["contact.agent", contact.Agents.join(", ") || contact.Agent],
    ["contact.initiation", moment(contact.InitiationTimestamp)],
    ["contact.connected", moment(contact.ConnectedToAgentTimestamp)],
    ["contact.disconnect", moment(contact.DisconnectTimestamp)],
    ["contact.reason", contact.DisconnectReason],
    ["contact.transferred", contact.TransferredTo],
    ["contact.waited", lasting(contact.QueueSeconds)],
    ["contact.talked", lasting(contact.TalkSeconds)],
    ["contact.held", lasting(contact.HoldSeconds)],
    ["contact.worked", lasting(contact.WorkSeconds)],
  ];
  const known = facts.filter(([, value]) => value);
  return <Pairs pairs={known.map(([label, value]) => [t(label), value ?? ""])} />;
}

function Pairs({ pairs }: { pairs: [string, string][] }) {
  const { t } = useSpoken();
  if (!pairs.length) return <Nothing>{t("contact.none")}</Nothing>;
  return (
    <Table withRowBorders={false} verticalSpacing={3}>
      <Table.Tbody>
        {pairs.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w="40%" fw={500} scope="row">
              {name}
            </Table.Th>
            <Table.Td className="breaks">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface RowsProps {
  head: Words[];
  rows: string[][];
  nothing?: string;
}

function Rows({ head, rows, nothing }: RowsProps) {
  const { t } = useSpoken();
  if (!rows.length) return <Nothing>{nothing ?? t("contact.none")}</Nothing>;
  return (
    <Table.ScrollContainer minWidth={400} type="native" mah={360}>
      <Table verticalSpacing={3} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {head.map((each) => (
              <Table.Th key={each}>{t(each)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, number) => (
            <Table.Tr key={number}>
              {row.map((cell, column) => (
                <Table.Td key={head[column]} className="breaks">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}

interface SectionProps {
  title: Words;
  beside?: ReactNode;
  children: ReactNode;
}

function Section({ title, beside, children }: SectionProps) {
  const { t } = useSpoken();
  return (
    <Paper withBorder p="md" component="section">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t(title)}
          </Title>
          {beside}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
