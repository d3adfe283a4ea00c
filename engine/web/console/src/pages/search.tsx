/** Contact search: filters, the contacts that were found, and their recordings. */

import { Anchor, Button, Center, Group, Loader, Stack, Table, Text, Title } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "react-router";
import { ApiError, ask, engine } from "../api";
import type { Contact, RecordingKind } from "../contact";
import { type Translate, useSpoken } from "../i18n";
import { type Clock, lasting, useClock } from "../moments";
import { type Named, useColumns } from "../parts/columns";
import { KeptTranscript } from "../parts/kept_transcript";
import { Problem } from "../parts/problem";
import { RecordingCell } from "../parts/recording_cell";
import { TranscriptCell } from "../parts/transcript_cell";
import { Filters, type SearchRequest } from "./search_filters";

const Player = lazy(() => import("../parts/player"));

interface Column extends Named {
  cell: (contact: Contact, clock: Clock, t: Translate) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  {
    key: "ContactId",
    label: "contact.id",
    initial: true,
    cell: ({ ContactId }) => (
      <Anchor component={Link} to={`/search/${ContactId}`} size="sm" className="identifier">
        {ContactId}
      </Anchor>
    ),
  },
  {
    key: "Initiation",
    label: "contact.initiation",
    initial: true,
    cell: (one, { moment }) => moment(one.InitiationTimestamp),
  },
  { key: "Agent", label: "contact.agent", initial: true, cell: (one) => one.Agent },
  { key: "Queue", label: "contact.queue", initial: true, cell: (one) => one.Queue },
  {
    key: "Customer",
    label: "contact.customer",
    initial: true,
    cell: (one) => one.CustomerEndpoint,
  },
  { key: "System", label: "contact.system", initial: false, cell: (one) => one.SystemEndpoint },
  { key: "Channel", label: "contact.channel", initial: false, cell: (one) => one.Channel },
  {
    key: "Method",
    label: "contact.method",
    initial: true,
    cell: (one) => one.InitiationMethod,
  },
  {
    key: "Disconnect",
    label: "contact.disconnect",
    initial: false,
    cell: (one, { moment }) => moment(one.DisconnectTimestamp),
  },
  {
    key: "Reason",
    label: "contact.reason",
    initial: false,
    cell: (one) => one.DisconnectReason,
  },
  {
    key: "Waited",
    label: "contact.waited",
    initial: false,
    cell: (one) => lasting(one.QueueSeconds),
  },
  {
    key: "Talked",
    label: "contact.talked",
    initial: true,
    cell: (one) => lasting(one.TalkSeconds),
  },
  { key: "Held", label: "contact.held", initial: false, cell: (one) => lasting(one.HoldSeconds) },
  {
    key: "Worked",
    label: "contact.worked",
    initial: false,
    cell: (one) => lasting(one.WorkSeconds),
  },
];

export default function Search() {
  const { t } = useSpoken();
  const [asked, setAsked] = useState<SearchRequest | null>(null);
  const found = useInfiniteQuery({
    queryKey: ["contacts", asked],
    queryFn: ({ pageParam }) =>
      ask(
        engine.POST("/earshot/v1/contact/search", { body: { ...asked, NextToken: pageParam } }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.NextToken ?? undefined,
    enabled: asked !== null,
    placeholderData: keepPreviousData,
  });
  const contacts = found.data?.pages.flatMap((page) => page.Contacts) ?? [];
  const total = found.data?.pages[0]?.TotalCount ?? 0;
  const missing = found.error instanceof ApiError && found.error.status === 404;
  const again = (wanted: SearchRequest) => {
    setAsked(wanted);
    if (JSON.stringify(wanted) === JSON.stringify(asked)) void found.refetch();
  };
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("nav.search")}
      </Title>
      <Filters onSearch={again} busy={found.isFetching} />
      {found.error && !missing && <Problem error={found.error} retry={() => found.refetch()} />}
      {found.isLoading && (
        <Center>
          <Loader aria-label={t("app.loading")} />
        </Center>
      )}
      {missing && <Text c="dimmed">{t("search.none.id")}</Text>}
      {found.data && !missing && !contacts.length && <Text c="dimmed">{t("search.none")}</Text>}
      {!missing && contacts.length > 0 && (
        <Results contacts={contacts} total={total}>
          {found.hasNextPage && (
            <Button
              variant="default"
              loading={found.isFetchingNextPage}
              onClick={() => found.fetchNextPage()}
            >
              {t("search.more")}
            </Button>
          )}
        </Results>
      )}
    </Stack>
  );
}

/** The contact whose recording is played or, without a kind, whose transcript is read. */
interface Opened {
  id: string;
  kind?: RecordingKind;
}

interface ResultsProps {
  contacts: Contact[];
  total: number;
  children: ReactNode;
}

function Results({ contacts, total, children }: ResultsProps) {
  const { t } = useSpoken();
  const clock = useClock();
  const { shown, chooser } = useColumns("search", COLUMNS);
  const [opened, setOpened] = useState<Opened>();
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {t("search.total", { shown: contacts.length, total })}
        </Text>
        {chooser}
      </Group>
      <Table.ScrollContainer minWidth={900} type="native">
        <Table striped highlightOnHover stickyHeader verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {shown.map((column) => (
                <Table.Th key={column.key}>{t(column.label)}</Table.Th>
              ))}
              <Table.Th>{t("contact.recording")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {contacts.map((one) => (
              <Fragment key={one.ContactId}>
                <Table.Tr>
                  {shown.map((column) => (
                    <Table.Td key={column.key}>{column.cell(one, clock, t)}</Table.Td>
                  ))}
                  <Table.Td>
                    <RecordingCell
                      contact={one}
                      onPlay={(each) => setOpened({ id: one.ContactId, kind: each.Kind })}
                    />
                    <TranscriptCell contact={one} onRead={() => setOpened({ id: one.ContactId })} />
                  </Table.Td>
                </Table.Tr>
                {opened?.id === one.ContactId && (
                  <Table.Tr>
                    <Table.Td colSpan={shown.length + 1}>
                      <Suspense fallback={<Loader size="sm" />}>
                        {opened.kind ? (
                          <Player contactId={one.ContactId} kind={opened.kind} />
                        ) : (
                          <KeptTranscript contactId={one.ContactId} />
                        )}
                      </Suspense>
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group>{children}</Group>
    </Stack>
  );
}
