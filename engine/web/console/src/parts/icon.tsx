/** What can be done, as an icon that says so. */

import { ActionIcon, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  label: string;
  onClick: () => void;
  color?: string;
  children: ReactNode;
}

export function Icon({ label, onClick, color, children }: Props) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color={color} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

interface LinkProps {
  label: string;
  href: string;
  children: ReactNode;
}

/** To a file that is to be kept. */
export function LinkIcon({ label, href, children }: LinkProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon component="a" href={href} download variant="subtle" aria-label={label}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
