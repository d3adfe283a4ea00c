/** The Recording column: icons to play, download and delete, each only with its right. */

import { ActionIcon, Button, Group, Modal, Stack, Text, Textarea, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CirclePlay, Download, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ask, engine } from "../api";
import { type Contact, isPlayable, type Recording, soundPath } from "../contact";
import { useSpoken } from "../i18n";
import { useClock } from "../moments";
import { useSession } from "../session";
import { Problem } from "./problem";

const LISTEN = ["ManagerListenIn", "ListenCallRecordings"];
const DOWNLOAD = [...LISTEN, "DownloadCallRecordings"];
const DELETE = ["ManagerListenIn", "DeleteCallRecordings"];

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
        <Tooltip label={t("recording.download")}>
          <ActionIcon
            component="a"
            href={file}
            download
            variant="subtle"
            aria-label={`${t("recording.download")} ${which}`.trim()}
          >
            <Download size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
}

function Delete({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { may } = useSession();
  const [opened, { open, close }] = useDisclosure(false);
  if (!may(...DELETE)) return null;
  return (
    <>
      <Icon label={t("recording.delete")} onClick={open} color="red">
        <Trash2 size={18} aria-hidden />
      </Icon>
      <Modal
        opened={opened}
        onClose={close}
        title={t("recording.delete.title")}
        closeButtonProps={{ "aria-label": t("form.close") }}
        centered
      >
        <DeleteForm contact={contact} close={close} />
      </Modal>
    </>
  );
}

function DeleteForm({ contact, close }: { contact: Contact; close: () => void }) {
  const { t } = useSpoken();
  const cache = useQueryClient();
  const [reason, setReason] = useState("");
  const deletion = useMutation({
    mutationFn: () => ask(
        engine.DELETE("/earshot/v1/contact/{contact_id}/recordings", {
          params: { path: { contact_id: contact.ContactId } },
          body: { Reason: reason },
        }),
      ),
    onSuccess: async () => {
      close();
      await cache.invalidateQueries({ queryKey: ["contacts"] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        deletion.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t("recording.delete.what")}</Text>
        <Text size="sm" ff="monospace">
          {contact.ContactId}
        </Text>
        <Textarea
          label={t("recording.delete.reason")}
          required
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {deletion.error && <Problem error={deletion.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("form.cancel")}
          </Button>
          <Button type="submit" color="red" loading={deletion.isPending}>
            {t("recording.delete.do")}
          </Button>
        </Group>
      </Stack>
    </form>
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

interface IconProps {
  label: string;
  onClick: () => void;
  color?: string;
  children: ReactNode;
}

function Icon({ label, onClick, color, children }: IconProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color={color} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
