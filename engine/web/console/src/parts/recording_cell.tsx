/** The Recording column: icons to play, download and delete, each only with its right. */

import { Group, Text, Tooltip } from "@mantine/core";
import { CirclePlay, Download } from "lucide-react";
import { ask, engine } from "../api";
import { type Contact, isPlayable, type Recording, soundPath } from "../contact";
import { useSpoken } from "../i18n";
import { useClock } from "../moments";
import { useSession } from "../session";
import { Deletion } from "./deletion";
import { Icon, LinkIcon } from "./icon";

export const LISTEN = ["ManagerListenIn", "ListenCallRecordings"];
export const DOWNLOAD = [...LISTEN, "DownloadCallRecordings"];
export const DELETE = ["ManagerListenIn", "DeleteCallRecordings"];

interface Props {
  contact: Contact;
  /** Without it there is no icon to play: the player is there already. */
  onPlay?: (recording: Recording) => void;
}

export function RecordingCell({ contact, onPlay }: Props) {
  const recordings = contact.Recordings ?? [];
  const playable = recordings.filter(isPlayable);
  return (
    <Group gap={4} wrap="nowrap">
      {playable.map((each) => (
        <Icons key={each.Kind} contact={contact} recording={each} onPlay={onPlay} />
      ))}
      {playable.length > 0 && <Delete contact={contact} />}
      {recordings
        .filter((each) => each.Status === "DELETED")
        .map((each) => (
          <Tombstone key={each.Kind} recording={each} />
        ))}
    </Group>
  );
}

interface IconsProps extends Props {
  recording: Recording;
}

function Icons({ contact, recording, onPlay }: IconsProps) {
  const { t } = useSpoken();
  const { may } = useSession();
  const { Kind } = recording;
  const file = `${soundPath(contact.ContactId, Kind)}/file`;
  const which = Kind === "IVR" ? t("recording.ivr") : "";
  return (
    <>
      {onPlay && may(...LISTEN) && (
        <Icon label={`${t("recording.play")} ${which}`.trim()} onClick={() => onPlay(recording)}>
          <CirclePlay size={18} aria-hidden />
        </Icon>
      )}
      {may(...DOWNLOAD) && (
        <LinkIcon label={`${t("recording.download")} ${which}`.trim()} href={file}>
          <Download size={18} aria-hidden />
        </LinkIcon>
      )}
    </>
  );
}

function Delete({ contact }: { contact: Contact }) {
  const { may } = useSession();
  if (!may(...DELETE)) return null;
  const params = { path: { contact_id: contact.ContactId } };
  return (
    <Deletion
      contactId={contact.ContactId}
      what="recording"
      remove={(Reason) =>
        ask(engine.DELETE("/earshot/v1/contact/{contact_id}/recordings", { params, body: { Reason } }))
      }
    />
  );
}

function Tombstone({ recording }: { recording: Recording }) {
  const { t } = useSpoken();
  const { moment } = useClock();
  const told = t("recording.deleted.by", {
    who: recording.DeletedBy ?? "",
    at: moment(recording.Deleted),
    why: recording.DeletionReason ?? "",
  });
  return (
    <Tooltip label={told} multiline maw={320}>
      <Text size="xs" c="dimmed" td="line-through" aria-label={told} role="note">
        {t("recording.deleted")}
      </Text>
    </Tooltip>
  );
}
