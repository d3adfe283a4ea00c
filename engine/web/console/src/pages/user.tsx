/** One user, to be edited, or a new one, and what their security profiles come to. */

import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { useUser } from "../people";
import { Waiting } from "../shell";
import { UserForm } from "./user_form";
import { UserDeeds } from "./user_deeds";

const NEW = "new";

export default function UserPage() {
  const { t } = useSpoken();
  const { userId = "" } = useParams();
  return (
    <Stack maw={900}>
      <Anchor component={Link} to="/users" size="sm">
        {t("nav.users")}
      </Anchor>
      {userId === NEW ? <NewUser /> : <Known id={userId} />}
    </Stack>
  );
}

function NewUser() {
  const { t } = useSpoken();
  return (
    <>
      <Title order={1} size="h2">
        {t("users.add")}
      </Title>
      <UserForm user={null} />
    </>
  );
}

function Known({ id }: { id: string }) {
  const { data: user, error, refetch } = useUser(id);
  if (error) return <Problem error={error} retry={() => refetch()} />;
  if (!user) return <Waiting />;
  return (
    <>
      <Title order={1} size="h2">
        {user.Username}
      </Title>
      <Text size="sm" c="dimmed" ff="monospace">
        {user.Id}
      </Text>
      <UserDeeds user={user} />
      <UserForm key={user.Id} user={user} />
    </>
  );
}
