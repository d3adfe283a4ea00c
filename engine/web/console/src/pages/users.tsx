/** Users: who they are, and what they may do by their security profiles. */

import { Anchor, Badge, Button, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { useSecurityProfiles, useUsers } from "../people";
import { useSession } from "../session";
import { Waiting } from "../shell";

export default function Users() {
  const { t } = useSpoken();
  const { may } = useSession();
  const users = useUsers();
  const profiles = useSecurityProfiles();
  const [filter, setFilter] = useState("");
  const named = new Map(profiles.data?.map((each) => [each.value, each.label]));
  const shown = users.data?.filter((each) =>
    each.Username?.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("nav.users")}
        </Title>
        {may("Users.Create") && (
          <Button component={Link} to="/users/new" leftSection={<UserPlus size={16} aria-hidden />}>
            {t("users.add")}
          </Button>
        )}
      </Group>
      <TextInput
        maw={280}
        size="xs"
        aria-label={t("users.filter")}
        placeholder={t("users.filter")}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
      />
      {users.error && <Problem error={users.error} retry={() => users.refetch()} />}
      {users.isLoading && <Waiting />}
      {shown?.length === 0 && <Text c="dimmed">{t("table.none")}</Text>}
      {shown && shown.length > 0 && (
        <Table striped highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("login.username")}</Table.Th>
              <Table.Th>{t("metrics.name")}</Table.Th>
              <Table.Th>{t("nav.profiles")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((each) => (
              <Table.Tr key={each.Id}>
                <Table.Td>
                  <Anchor component={Link} to={`/users/${each.Id}`} size="sm">
                    {each.Username}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  {`${each.IdentityInfo?.FirstName ?? ""} ${each.IdentityInfo?.LastName ?? ""}`}
                </Table.Td>
                <Table.Td>
                  <Group gap={4}>
                    {each.SecurityProfileIds?.map((id) => (
                      <Badge key={id} variant="default" tt="none">
                        {named.get(id) ?? id}
                      </Badge>
                    ))}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
