/** One security profile, to be edited, or a new one. */

import { Alert, Anchor, Button, Group, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { useGranted, useSecurityProfiles } from "../people";
import { useSession } from "../session";
import { Waiting } from "../shell";
import { PermissionBoxes } from "./permission_boxes";

const NEW = "new";

export default function ProfilePage() {
  const { t } = useSpoken();
  const { profileId = "" } = useParams();
  const isNew = profileId === NEW;
  const granted = useGranted(isNew ? [] : [profileId]);
  const profiles = useSecurityProfiles();
  const name = profiles.data?.find((each) => each.value === profileId)?.label ?? "";
  return (
    <Stack maw={900}>
      <Anchor component={Link} to="/security-profiles" size="sm">
        {t("nav.profiles")}
      </Anchor>
      {granted.error && <Problem error={granted.error} retry={() => granted.refetch()} />}
      {!granted.data && !granted.error && <Waiting />}
      {granted.data && (
        <ProfileForm
          key={profileId}
          id={isNew ? null : profileId}
          name={name}
          granted={granted.data}
        />
      )}
    </Stack>
  );
}

interface FormProps {
  id: string | null;
  name: string;
  granted: ReadonlySet<string>;
}

function ProfileForm({ id, name, granted }: FormProps) {
  const { t } = useSpoken();
  const { me, may } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [called, setCalled] = useState("");
  const [wanted, setWanted] = useState(granted);
  const { InstanceId } = me;
  const saving = useMutation({
    mutationFn: async () => {
      const Permissions = [...wanted].sort();
      if (id) {
        const params = { path: { InstanceId, SecurityProfileId: id } };
        await ask(
          engine.POST("/security-profiles/{InstanceId}/{SecurityProfileId}", {
            params,
            body: { Permissions },
          }),
        );
        return id;
      }
      const body = { SecurityProfileName: called, Permissions };
      const params = { path: { InstanceId } };
      return (await ask(engine.PUT("/security-profiles/{InstanceId}", { params, body })))
        .SecurityProfileId;
    },
    onSuccess: async (saved) => {
      await cache.invalidateQueries({ queryKey: ["profiles"] });
      if (!id) navigate(`/security-profiles/${saved}`, { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  const changes = may(id ? "SecurityProfiles.Edit" : "SecurityProfiles.Create");
  const change = (permission: string, on: boolean) => {
    const after = new Set(wanted);
    if (on) after.add(permission);
    else after.delete(permission);
    setWanted(after);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={1} size="h2">
          {id ? name : t("profiles.add")}
        </Title>
        {!id && (
          <TextInput
            label={t("profiles.name")}
            required
            maxLength={127}
            value={called}
            onChange={(event) => setCalled(event.currentTarget.value)}
          />
        )}
        <PermissionBoxes granted={wanted} change={changes ? change : undefined} />
        {saving.error && <Problem error={saving.error} />}
        {saving.isSuccess && <Alert color="teal">{t("form.saved")}</Alert>}
        {changes && (
          <Group>
            <Button type="submit" loading={saving.isPending}>
              {t("form.save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
