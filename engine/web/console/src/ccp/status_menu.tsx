/** The status one is in, and the one that is to follow. */

import { Badge, Box, Button, Group, Menu, Text } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { useNow } from "../rows";
import {
  byUrgency,
  CCP,
  type CcpDocument,
  type ContactState,
  clock,
  countedFrom,
  secondsSince,
} from "./document";
import { askToNotify } from "./incoming";
import { useCcp } from "./use_ccp";

const OF_STATUS = { ROUTABLE: "teal", CUSTOM: "yellow", OFFLINE: "gray" } as const;
const OF_CONTACT: Partial<Record<ContactState, string>> = { MISSED: "red", ENDED: "orange" };
const WITH_CONTACT = "blue";

export function StatusMenu() {
  const { t } = useSpoken();
  const { document, send, busy } = useCcp();
  const { name, color, since } = useStatus(document);
  const now = useNow();
  const choose = (id: string) => {
    askToNotify();
    void send(() => ask(engine.POST(`${CCP}/status`, { body: { status_id: id } })));
  };
  return (
    <Box>
      <Menu width="target" position="bottom-start" disabled={!document.statuses.length}>
        <Menu.Target>
          <Button
            fullWidth
            variant="default"
            justify="space-between"
            loading={busy}
            aria-label={t("ccp.status.choose", { status: name })}
            leftSection={<Dot color={color} />}
            rightSection={
              <>
                <Text size="sm" c="dimmed" ff="monospace" mr={6}>
                  {since && clock(secondsSince(since, now))}
                </Text>
                {document.statuses.length > 0 && <ChevronDown size={16} aria-hidden />}
              </>
            }
          >
            <span data-testid="ccp-status">{name}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.RadioGroup value={document.status?.id ?? ""} onChange={choose}>
            {document.statuses.map((each) => (
              <Menu.RadioItem key={each.id} value={each.id} closeMenuOnClick>
                <Group gap="xs">
                  <Dot color={OF_STATUS[each.type]} />
                  {each.name}
                </Group>
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Dropdown>
      </Menu>
      {document.next_status && (
        <Badge mt={6} variant="light" tt="none" color={OF_STATUS[document.next_status.type]}>
          {t("ccp.status.next", { status: document.next_status.name })}
        </Badge>
      )}
    </Box>
  );
}

/** A contact says more of what one does than the status that was chosen. */
function useStatus(document: CcpDocument): { name: string; color: string; since: string | null } {
  const { t } = useSpoken();
  const contact = byUrgency(document.contacts)[0];
  if (contact)
    return {
      name: t(`ccp.state.${contact.state}`),
      color: OF_CONTACT[contact.state] ?? WITH_CONTACT,
      since: countedFrom(contact),
    };
  const { status } = document;
  if (!status) return { name: t("ccp.status.ready"), color: "gray", since: document.since };
  return { name: status.name, color: OF_STATUS[status.type], since: status.since };
}

function Dot({ color }: { color: string }) {
  return (
    <Box
      w={10}
      h={10}
      bg={`${color}.6`}
      style={{ borderRadius: "50%", flex: "none" }}
      aria-hidden
    />
  );
}
