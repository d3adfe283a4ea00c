/** Pages of the console: where each is, what it takes to see it, and its code, loaded when wanted. */

import { Activity, type LucideIcon } from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Words } from "./i18n";

export interface Place {
  path: string;
  label: Words;
  icon: LucideIcon;
  /** Every one of them is needed. */
  needs: string[];
  page: LazyExoticComponent<ComponentType>;
}

export interface Group {
  label: Words;
  places: Place[];
}

export const GROUPS: Group[] = [
  {
    label: "nav.group.metrics",
    places: [
      {
        path: "/metrics",
        label: "nav.metrics",
        icon: Activity,
        needs: ["AccessMetrics"],
        page: lazy(() => import("./pages/metrics")),
      },
    ],
  },
];
