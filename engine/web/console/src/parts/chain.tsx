/** The contacts of one chain, the first first, each a link to its own page. */

import { Anchor, Table } from "@mantine/core";
import { Link } from "react-router";
import type { Chained } from "../contact";
import { useSpoken, type Words } from "../i18n";
import { useClock } from "../moments";

const HEAD: Words[] = ["contact.id", "contact.method", "contact.queue", "contact.agent"];

export function Chain({ chain, contactId }: { chain: Chained[]; contactId: string }) {
  const { t } = useSpoken();
  const { moment } = useClock();
  return (
    <Table.ScrollContainer minWidth={400} type="native">
      <Table verticalSpacing={3} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("contact.initiation")}</Table.Th>
            {HEAD.map((each) => (
              <Table.Th key={each}>{t(each)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {chain.map((each) => (
            <Table.Tr
              key={each.ContactId}
              aria-current={each.ContactId === contactId ? "page" : undefined}
              fw={each.ContactId === contactId ? 600 : undefined}
            >
              <Table.Td>{moment(each.InitiationTimestamp)}</Table.Td>
              <Table.Td ff="monospace">
                <Anchor component={Link} to={`/search/${each.ContactId}`} size="sm">
                  {each.ContactId}
                </Anchor>
              </Table.Td>
              <Table.Td>{each.InitiationMethod}</Table.Td>
              <Table.Td>{each.Queue}</Table.Td>
              <Table.Td>{each.Agent}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
