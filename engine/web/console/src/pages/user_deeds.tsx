/** What is done to a user as a whole: a new password for one login, or the end. */

import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useNavigate } from "react-router";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import type { User } from "../people";
import { useSession } from "../session";

export function UserDeeds({ user }: { user: User }) {
  const { t } = useSpoken();
  const { me, may } = useSession();
  const [asking, { open, close }] = useDisclosure(false);
  const reset = useMutation({
    mutationFn: () =>
      ask(
        engine.POST("/earshot/v1/user/{user_id}/password", {
          params: { path: { user_id: user.Id ?? "" } },
        }),
      ),
  });
  const own = user.Id === me.UserId;
  return (
    <Stack gap="xs">
      <Group>
        {may("Users.EditPermission") && !own && (
          <Button
            variant="default"
            leftSection={<KeyRound size={16} aria-hidden />}
            loading={reset.isPending}
            onClick={() => reset.mutate()}
          >
            {t("users.reset")}
          </Button>
        )}
        {may("Users.Delete") && !own && (
          <Button
            variant="outline"
            color="red"
            leftSection={<Trash2 size={16} aria-hidden />}
            onClick={open}
          >
            {t("users.delete")}
          </Button>
        )}
      </Group>
      {reset.error && <Problem error={reset.error} />}
      {reset.data && <OneTime name={user.Username ?? ""} password={reset.data.Password} />}
      <Modal
        opened={asking}
        onClose={close}
        title={t("users.delete")}
        closeButtonProps={{ "aria-label": t("form.close") }}
        centered
      >
        <Question user={user} close={close} />
      </Modal>
    </Stack>
  );
}

function OneTime({ name, password }: { name: string; password: string }) {
  const { t } = useSpoken();
  return (
    <Alert color="teal" role="status">
      <Stack gap="xs">
        <Text size="sm">{t("users.reset.given", { name })}</Text>
        <Group>
          <Code fz="md">{password}</Code>
          <CopyButton value={password}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {t(copied ? "users.copied" : "users.copy")}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Stack>
    </Alert>
  );
}

function Question({ user, close }: { user: User; close: () => void }) {
  const { t } = useSpoken();
  const { me } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const deletion = useMutation({
    mutationFn: () =>
      ask(
        engine.DELETE("/users/{InstanceId}/{UserId}", {
          params: { path: { InstanceId: me.InstanceId, UserId: user.Id ?? "" } },
        }),
      ),
    onSuccess: async () => {
      navigate("/users", { replace: true });
      await cache.invalidateQueries({ queryKey: ["users"] });
    },
  });
  return (
    <Stack>
      <Text size="sm">{t("users.delete.what", { name: user.Username ?? "" })}</Text>
      {deletion.error && <Problem error={deletion.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t("form.cancel")}
        </Button>
        <Button color="red" loading={deletion.isPending} onClick={() => deletion.mutate()}>
          {t("users.delete")}
        </Button>
      </Group>
    </Stack>
  );
}
