/** To log out hangs up: whoever has a contact is asked first. */

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { useAccess, useSession } from "../session";
import { CCP, type CcpDocument, isFree } from "./document";

export const PERMISSION = "BasicAgentAccess";

/** What to do where it is asked for, and the question, which is to be drawn somewhere. */
export function useLogOut(): [() => Promise<void>, ReactNode] {
  const { may } = useSession();
  const { logOut } = useAccess();
  const [asking, { open, close }] = useDisclosure(false);
  const leave = async () => {
    if (may(PERMISSION) && (await hasContact())) open();
    else await logOut();
  };
  const question = <Question opened={asking} onClose={close} onLeave={() => void logOut()} />;
  return [leave, question];
}

/** Where the engine cannot say there is nothing to be lost. */
async function hasContact(): Promise<boolean> {
  const told = (await ask(engine.GET(CCP)).catch(() => null)) as CcpDocument | null;
  return told !== null && !isFree(told);
}

interface QuestionProps {
  opened: boolean;
  onClose: () => void;
  onLeave: () => void;
}

function Question({ opened, onClose, onLeave }: QuestionProps) {
  const { t } = useSpoken();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("ccp.logout.title")}
      closeButtonProps={{ "aria-label": t("form.close") }}
      centered
    >
      <Stack>
        <Text>{t("ccp.logout.means")}</Text>
        <Group justify="end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("ccp.logout.stay")}
          </Button>
          <Button color="red.9" onClick={onLeave}>
            {t("ccp.logout.leave")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
