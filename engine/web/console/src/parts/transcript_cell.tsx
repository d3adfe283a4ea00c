/** Of a chat in the Recording column: icons to read, download and delete, each with its right. */

import { Group, Text, Tooltip } from "@mantine/core";
import { Download, MessageSquareText } from "lucide-react";
import { ask, engine } from "../api";
import type { Contact } from "../contact";
import { useSpoken } from "../i18n";
import { useSession } from "../session";
import { Deletion } from "./deletion";
import { Icon, LinkIcon } from "./icon";
import { DELETE, DOWNLOAD, LISTEN } from "./recording_cell";

const READABLE = ["AVAILABLE", "INTERRUPTED"];

interface Props {
  contact: Contact;
  /** Without it there is no icon to read: the text is there already. */
  onRead?: () => void;
}

export function TranscriptCell({ contact, onRead }: Props) {
  const { t } = useSpoken();
  const { may } = useSession();
  const { ContactId, Transcript } = contact;
  if (!Transcript) return null;
  if (Transcript.Status === "DELETED") return <Tombstone reason={Transcript.Reason ?? ""} />;
  if (!READABLE.includes(Transcript.Status)) return null;
  const params = { path: { contact_id: ContactId } };
  return (
    <Group gap={4} wrap="nowrap">
      {onRead && may(...LISTEN) && (
        <Icon label={t("transcript.read")} onClick={onRead}>
          <MessageSquareText size={18} aria-hidden />
        </Icon>
      )}
      {may(...DOWNLOAD) && (
        <LinkIcon
          label={t("transcript.download")}
          href={`/earshot/v1/contact/${encodeURIComponent(ContactId)}/transcript/file`}
        >
          <Download size={18} aria-hidden />
        </LinkIcon>
      )}
      {may(...DELETE) && (
        <Deletion
          contactId={ContactId}
          what="transcript"
          remove={(reason) =>
            ask(
              engine.DELETE("/earshot/v1/contact/{contact_id}/transcript", {
                params,
                body: { reason },
              }),
            )
          }
        />
      )}
    </Group>
  );
}

function Tombstone({ reason }: { reason: string }) {
  const { t } = useSpoken();
  const told = t("transcript.deleted", { why: reason });
  return (
    <Tooltip label={told} multiline maw={320}>
      <Text size="xs" c="dimmed" td="line-through" aria-label={told} role="note">
        {t("recording.deleted")}
      </Text>
    </Tooltip>
  );
}
