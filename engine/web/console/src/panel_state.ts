/** Whether the contact control panel is shown: the phone icon and others open it. */

import { useSessionStorage } from "@mantine/hooks";

export function usePanel() {
  return useSessionStorage({
    key: "earshot.ccp",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
}
