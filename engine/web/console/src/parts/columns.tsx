/** Which columns a table shows: chosen by whoever looks at it, and kept by their browser. */

import { Button, Menu } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { Columns3 } from "lucide-react";
import { useSpoken, type Words } from "../i18n";

export interface Named {
  key: string;
  label: Words;
  /** Shown until somebody chooses otherwise. */
  initial: boolean;
}

/** The columns to show, in their order, and the menu to choose them. */
export function useColumns<C extends Named>(table: string, columns: readonly C[]) {
  const [chosen, setChosen] = useLocalStorage({
    key: `earshot.columns.${table}`,
    defaultValue: columns.filter((each) => each.initial).map((each) => each.key),
    getInitialValueInEffect: false,
  });
  const shown = columns.filter((each) => chosen.includes(each.key));
  return { shown, chooser: <Chooser columns={columns} chosen={chosen} choose={setChosen} /> };
}

interface Props {
  columns: readonly Named[];
  chosen: string[];
  choose: (keys: string[]) => void;
}

function Chooser({ columns, chosen, choose }: Props) {
  const { t } = useSpoken();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Columns3 size={14} aria-hidden />}>
          {t("table.columns")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} className="scrolls">
        <Menu.CheckboxGroup value={chosen} onChange={choose}>
          {columns.map((each) => (
            <Menu.CheckboxItem key={each.key} value={each.key}>
              {t(each.label)}
            </Menu.CheckboxItem>
          ))}
        </Menu.CheckboxGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
