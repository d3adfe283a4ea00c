/** What is said of a user; each part can be changed with a right of its own. */

import {
  Alert,
  Button,
  Group,
  MultiSelect,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import {
  type User,
  useGranted,
  useHierarchyGroups,
  useRoutingProfiles,
  useSecurityProfiles,
} from "../people";
import { useSession } from "../session";
import { PermissionBoxes } from "./permission_boxes";

interface Wanted {
  username: string;
  password: string;
  first: string;
  last: string;
  group: string | null;
  route: string | null;
  profiles: string[];
}

function asIs(user: User | null): Wanted {
  return {
    username: user?.Username ?? "",
    password: "",
    first: user?.IdentityInfo?.FirstName ?? "",
    last: user?.IdentityInfo?.LastName ?? "",
    group: user?.HierarchyGroupId ?? null,
    route: user?.RoutingProfileId ?? null,
    profiles: user?.SecurityProfileIds ?? [],
  };
}

export function UserForm({ user }: { user: User | null }) {
  const { t } = useSpoken();
  const { may } = useSession();
  const security = useSecurityProfiles();
  const routing = useRoutingProfiles();
  const groups = useHierarchyGroups();
  const [wanted, setWanted] = useState(() => asIs(user));
  const put = (some: Partial<Wanted>) => setWanted({ ...wanted, ...some });
  const granted = useGranted(wanted.profiles);
  const saving = useSaving(user, wanted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  const fixed = user !== null && !may("Users.Edit");
  const bound = user !== null && !may("Users.EditPermission");
  return (
    <form onSubmit={submit}>
      <Stack>
        {!user && <Entry wanted={wanted} put={put} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t("users.first")}
            maxLength={100}
            disabled={fixed}
            value={wanted.first}
            onChange={(event) => put({ first: event.currentTarget.value })}
          />
          <TextInput
            label={t("users.last")}
            maxLength={100}
            disabled={fixed}
            value={wanted.last}
            onChange={(event) => put({ last: event.currentTarget.value })}
          />
          <Select
            label={t("metrics.profile")}
            data={routing.data ?? []}
            value={wanted.route}
            required
            allowDeselect={false}
            disabled={fixed}
            onChange={(route) => put({ route })}
          />
          <Select
            label={t("users.group")}
            data={groups.data ?? []}
            value={wanted.group}
            clearable
            disabled={fixed || !may("AgentGrouping.View")}
            onChange={(group) => put({ group })}
          />
        </SimpleGrid>
        <MultiSelect
          label={t("nav.profiles")}
          data={security.data ?? []}
          value={wanted.profiles}
          required
          disabled={bound}
          onChange={(profiles) => put({ profiles })}
        />
        {saving.error && <Problem error={saving.error} />}
        {saving.isSuccess && <Alert color="teal">{t("form.saved")}</Alert>}
        {!(fixed && bound) && (
          <Group>
            <Button
              type="submit"
              loading={saving.isPending}
              disabled={!wanted.route || !wanted.profiles.length}
            >
              {t("form.save")}
            </Button>
          </Group>
        )}
        <Title order={2} size="h4">
          {t("users.effective")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("users.effective.what")}
        </Text>
        {granted.error && <Problem error={granted.error} retry={() => granted.refetch()} />}
        {granted.data && <PermissionBoxes granted={granted.data} />}
      </Stack>
    </form>
  );
}

interface EntryProps {
  wanted: Wanted;
  put: (some: Partial<Wanted>) => void;
}

/** How a new user logs in. */
function Entry({ wanted, put }: EntryProps) {
  const { t } = useSpoken();
  return (
    <>
      <TextInput
        label={t("login.username")}
        required
        maxLength={100}
        value={wanted.username}
        onChange={(event) => put({ username: event.currentTarget.value })}
      />
      <PasswordInput
        label={t("users.password")}
        description={t("users.password.once")}
        required
        autoComplete="new-password"
        value={wanted.password}
        onChange={(event) => put({ password: event.currentTarget.value })}
      />
    </>
  );
}

function useSaving(user: User | null, wanted: Wanted) {
  const { me } = useSession();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { InstanceId } = me;
  return useMutation({
    mutationFn: () => (user ? change(InstanceId, user, wanted) : create(InstanceId, wanted)),
    onSuccess: async (id) => {
      await cache.invalidateQueries({ queryKey: ["users"] });
      if (!user) navigate(`/users/${id}`, { replace: true });
    },
  });
}

async function create(InstanceId: string, wanted: Wanted): Promise<string> {
  const made = await ask(
    engine.PUT("/users/{InstanceId}", {
      params: { path: { InstanceId } },
      body: {
        Username: wanted.username,
        Password: wanted.password,
        IdentityInfo: { FirstName: wanted.first, LastName: wanted.last },
        PhoneConfig: { PhoneType: "SOFT_PHONE" },
        HierarchyGroupId: wanted.group ?? undefined,
        RoutingProfileId: wanted.route ?? "",
        SecurityProfileIds: wanted.profiles,
      },
    }),
  );
  return made.UserId ?? "";
}

/** Only what was changed is asked for: each part has a right of its own. */
async function change(InstanceId: string, user: User, wanted: Wanted): Promise<string> {
  const was = asIs(user);
  const params = { path: { InstanceId, UserId: user.Id ?? "" } };
  if (wanted.first !== was.first || wanted.last !== was.last) {
    const named = { ...user.IdentityInfo, FirstName: wanted.first, LastName: wanted.last };
    const body = { IdentityInfo: named };
    await ask(engine.POST("/users/{InstanceId}/{UserId}/identity-info", { params, body }));
  }
  if (wanted.group !== was.group) {
    const body = { HierarchyGroupId: wanted.group ?? undefined };
    await ask(engine.POST("/users/{InstanceId}/{UserId}/hierarchy", { params, body }));
  }
  if (wanted.route && wanted.route !== was.route) {
    const body = { RoutingProfileId: wanted.route };
    await ask(engine.POST("/users/{InstanceId}/{UserId}/routing-profile", { params, body }));
  }
  if ([...wanted.profiles].sort().join() !== [...was.profiles].sort().join()) {
    const body = { SecurityProfileIds: wanted.profiles };
    await ask(engine.POST("/users/{InstanceId}/{UserId}/security-profiles", { params, body }));
  }
  return user.Id ?? "";
}
