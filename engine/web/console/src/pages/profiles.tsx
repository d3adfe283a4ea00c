/** Security profiles. */

import { Anchor, Button, Group, Stack, Table, Title } from "@mantine/core";
import { ShieldPlus } from "lucide-react";
import { Link } from "react-router";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { useSecurityProfiles } from "../people";
import { useSession } from "../session";
import { Waiting } from "../shell";

export default function Profiles() {
  const { t } = useSpoken();
  const { may } = useSession();
  const profiles = useSecurityProfiles();
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("nav.profiles")}
        </Title>
        {may("SecurityProfiles.Create") && (
          <Button
            component={Link}
            to="/security-profiles/new"
            leftSection={<ShieldPlus size={16} aria-hidden />}
          >
            {t("profiles.add")}
          </Button>
        )}
      </Group>
      {profiles.error && <Problem error={profiles.error} retry={() => profiles.refetch()} />}
      {profiles.isLoading && <Waiting />}
      <Table striped highlightOnHover>
        <Table.Tbody>
          {profiles.data?.map((each) => (
            <Table.Tr key={each.value}>
              <Table.Td>
                <Anchor component={Link} to={`/security-profiles/${each.value}`} size="sm">
                  {each.label}
                </Anchor>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
