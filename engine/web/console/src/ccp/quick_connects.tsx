/** Whom a contact can be handed to: at once, or after they were asked. */

import {
  ActionIcon,
  Alert,
  Box,
  Group,
  Loader,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { MessageCircleQuestionMark, PhoneForwarded } from "lucide-react";
import { useState } from "react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { CCP, type Contact, phoneNumber } from "./document";
import { useCcp } from "./use_ccp";

type Kind = "USER" | "QUEUE" | "PHONE_NUMBER"; // the engine tells of no others

interface Target {
  name: string;
  body: { quick_connect_id: string } | { phone_number: string };
  /** A queue cannot be asked. */
  canBeAsked: boolean;
}

const FRESH_SECONDS = 60;

export function QuickConnects({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const { t } = useSpoken();
  const [wanted, setWanted] = useState("");
  const known = useQuery({
    queryKey: ["quick_connects"],
    queryFn: () => ask(engine.GET(`${CCP}/quick_connects`)),
    staleTime: 1000 * FRESH_SECONDS,
  });
  const found = (known.data?.quick_connects ?? []).filter(({ name }) =>
    name.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const number = phoneNumber(wanted);
  return (
    <Stack gap="xs">
      <TextInput
        label={t("ccp.transfer.search")}
        value={wanted}
        autoFocus
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      {known.isPending && <Loader size="sm" aria-label={t("app.loading")} />}
      {known.isError && <Problem error={known.error} retry={() => void known.refetch()} />}
      <Box mah={220} style={{ overflowY: "auto" }}>
        {number && (
          <Row
            contact={contact}
            kind={t("ccp.transfer.kind.PHONE_NUMBER")}
            target={{ name: number, body: { phone_number: number }, canBeAsked: true }}
            onDone={onDone}
          />
        )}
        {found.map(({ id, name, type }) => (
          <Row
            key={id}
            contact={contact}
            kind={t(`ccp.transfer.kind.${type as Kind}`)}
            target={{ name, body: { quick_connect_id: id }, canBeAsked: type !== "QUEUE" }}
            onDone={onDone}
          />
        ))}
      </Box>
      {known.isSuccess && !found.length && !number && (
        <Alert color="gray" variant="light" p="xs">
          {t("ccp.transfer.none")}
        </Alert>
      )}
    </Stack>
  );
}

interface RowProps {
  contact: Contact;
  kind: string;
  target: Target;
  onDone: () => void;
}

function Row({ contact, kind, target, onDone }: RowProps) {
  const { t } = useSpoken();
  const { act, busy } = useCcp();
  const { name } = target;
  const go = async (how: "blind" | "consult") => {
    if (await act(contact, "transfer", { ...target.body, kind: how })) onDone();
  };
  return (
    <Group justify="space-between" wrap="nowrap" py={4}>
      <Box miw={0}>
        <Text size="sm" truncate>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {kind}
        </Text>
      </Box>
      <Group gap={4} wrap="nowrap">
        {target.canBeAsked && (
          <Tooltip label={t("ccp.transfer.consult", { name })}>
            <ActionIcon
              variant="default"
              size="lg"
              disabled={busy}
              aria-label={t("ccp.transfer.consult", { name })}
              onClick={() => void go("consult")}
            >
              <MessageCircleQuestionMark size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t("ccp.transfer.blind", { name })}>
          <ActionIcon
            variant="default"
            size="lg"
            disabled={busy}
            aria-label={t("ccp.transfer.blind", { name })}
            onClick={() => void go("blind")}
          >
            <PhoneForwarded size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  );
}
