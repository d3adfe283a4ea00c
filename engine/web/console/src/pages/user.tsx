/** One user, to be edited, or a new one: security profiles, routing profile, and what it comes to. */

import {
  Alert,
  Anchor,
  Button,
  Group,
  MultiSelect,
  PasswordInput,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { ask } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import {
  type Summary,
  type User,
  useGranted,
  useRoutingProfiles,
  useSecurityProfiles,
  useUser,
} from "../people";
import { useSession } from "../session";
import { Waiting } from "../shell";
import { PermissionBoxes } from "./permission_boxes";

const NEW = "new";

export default function UserPage() {
  const { t } = useSpoken();
  const { userId = "" } = useParams();
  return (
    <Stack maw={900}>
      <Anchor component={Link} to="/users" size="sm">
        {t("nav.users")}
      </Anchor>
      {userId === NEW ? <UserForm user={null} /> : <Known id={userId} />}
    </Stack>
  );
}

function Known({ id }: { id: string }) {
  const user = useUser(id);
  if (user.error) return <Problem error={user.error} retry={() => user.refetch()} />;
  return user.data ? <UserForm key={user.data.Id} user={user.data} /> : <Waiting />;
}

function UserForm({ user }: { user: User | null }) {
  const { t } = useSpoken();
  const { may } = useSession();
  const security = useSecurityProfiles();
  const routing = useRoutingProfiles();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [profiles, setProfiles] = useState(user?.SecurityProfileIds ?? []);
  const [route, setRoute] = useState<string | null>(user?.RoutingProfileId ?? null);
  const granted = useGranted(profiles);
  const saving = useSaving(user, { username, password, profiles, route });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={1} size="h2">
          {user ? user.Username : t("users.add")}
        </Title>
        {!user && (
          <>
            <TextInput
              label={t("login.username")}
              required
              maxLength={100}
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
            />
            <PasswordInput
              label={t("users.password")}
              description={t("users.password.once")}
              required
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        <MultiSelect
          label={t("nav.profiles")}
          data={choices(security.data)}
          value={profiles}
          disabled={user !== null && !may("Users.EditPermission")}
          onChange={setProfiles}
        />
        <Select
          label={t("metrics.profile")}
          data={choices(routing.data)}
          value={route}
          allowDeselect={false}
          disabled={user !== null && !may("Users.Edit")}
          onChange={setRoute}
        />
        {saving.error && <Problem error={saving.error} />}
        {saving.isSuccess && <Alert color="teal">{t("form.saved")}</Alert>}
        <Group>
          <Button type="submit" loading={saving.isPending} disabled={!route || !profiles.length}>
            {t("form.save")}
          </Button>
        </Group>
        <Title order={2} size="h4">
          {t("users.effective")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("users.effective.what")}
        </Text>
        {granted.data && <PermissionBoxes granted={granted.data} />}
      </Stack>
    </form>
  );
}

function choices(summaries: Summary[] | undefined) {
  return (summaries ?? []).map((each) => ({ value: each.Id, label: each.Name }));
}

interface Wanted {
  username: string;
  password: string;
  profiles: string[];
  route: string | null;
}

/** Only what was changed is asked for: each part has a right of its own. */
function useSaving(user: User | null, wanted: Wanted) {
  const { me } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const path = `/users/${me.InstanceId}`;
  return useMutation({
    mutationFn: async () => {
      if (!user) {
        const made = await ask<{ UserId: string }>("PUT", path, {
          Username: wanted.username,
          Password: wanted.password,
          PhoneConfig: { PhoneType: "SOFT_PHONE" },
          SecurityProfileIds: wanted.profiles,
          RoutingProfileId: wanted.route,
        });
        return made.UserId;
      }
      const own = `${path}/${encodeURIComponent(user.Id)}`;
      if ([...wanted.profiles].sort().join() !== [...user.SecurityProfileIds].sort().join()) {
        await ask("POST", `${own}/security-profiles`, { SecurityProfileIds: wanted.profiles });
      }
      if (wanted.route !== user.RoutingProfileId) {
        await ask("POST", `${own}/routing-profile`, { RoutingProfileId: wanted.route });
      }
      return user.Id;
    },
    onSuccess: async (id) => {
      await cache.invalidateQueries({ queryKey: ["users"] });
      if (!user) navigate(`/users/${id}`, { replace: true });
    },
  });
}
