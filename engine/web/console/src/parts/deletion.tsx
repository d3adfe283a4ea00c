/** Deletes what was kept of a contact, after a question that says what it does. */

import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useSpoken } from "../i18n";
import { Icon } from "./icon";
import { Problem } from "./problem";

interface Props {
  contactId: string;
  what: "recording" | "transcript";
  remove: (reason: string) => Promise<unknown>;
}

export function Deletion(props: Props) {
  const { t } = useSpoken();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Icon label={t(`${props.what}.delete`)} onClick={open} color="red">
        <Trash2 size={18} aria-hidden />
      </Icon>
      <Modal
        opened={opened}
        onClose={close}
        title={t(`${props.what}.delete.title`)}
        closeButtonProps={{ "aria-label": t("form.close") }}
        centered
      >
        <Question {...props} close={close} />
      </Modal>
    </>
  );
}

function Question({ contactId, what, remove, close }: Props & { close: () => void }) {
  const { t } = useSpoken();
  const cache = useQueryClient();
  const [reason, setReason] = useState("");
  const deletion = useMutation({
    mutationFn: () => remove(reason),
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
        <Text size="sm">{t(`${what}.delete.what`)}</Text>
        <Text size="sm" ff="monospace">
          {contactId}
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
