/** Permissions in their groups, to be ticked, or to be read where nothing can be changed. */

import { Accordion, Badge, Checkbox, Group, Table } from "@mantine/core";
import { GROUPS, type Permission } from "./permissions";

interface Props {
  granted: ReadonlySet<string>;
  /** Without it they are only shown. */
  change?: (permission: string, granted: boolean) => void;
}

export function PermissionBoxes({ granted, change }: Props) {
  return (
    <Accordion multiple variant="separated" defaultValue={Object.keys(GROUPS).slice(0, 2)}>
      {Object.entries(GROUPS).map(([group, permissions]) => (
        <Accordion.Item key={group} value={group}>
          <Accordion.Control>
            <Group gap="xs">
              {group}
              <Badge variant="default">{counted(permissions, granted)}</Badge>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <Table withRowBorders={false} verticalSpacing={4}>
              <Table.Tbody>
                {permissions.map((each) => (
                  <Boxes key={each.label} permission={each} granted={granted} change={change} />
                ))}
              </Table.Tbody>
            </Table>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function counted(permissions: Permission[], granted: ReadonlySet<string>): string {
  const all = permissions.flatMap((each) => Object.values(each.boxes));
  return `${all.filter((each) => granted.has(each)).length} / ${all.length}`;
}

function Boxes({ permission, granted, change }: Props & { permission: Permission }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} w={240}>
        {permission.label}
      </Table.Th>
      <Table.Td>
        <Group gap="md">
          {Object.entries(permission.boxes).map(([box, name]) => (
            <Checkbox
              key={name}
              size="sm"
              label={box}
              aria-label={`${permission.label}: ${box}`}
              checked={granted.has(name)}
              readOnly={!change}
              disabled={!change}
              onChange={(event) => change?.(name, event.currentTarget.checked)}
            />
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
