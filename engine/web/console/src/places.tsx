/** Pages of the console: where each is, what it takes to see it, and its code, loaded when wanted. */

import { Activity, type LucideIcon, Search, Shield, Users } from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Words } from "./i18n";

type Page = LazyExoticComponent<ComponentType>;

export interface Place {
  path: string;
  label: Words;
  icon: LucideIcon;
  /** Every one of them is needed. */
  needs: string[];
  page: Page;
  /** One of what the page lists. */
  below?: { path: string; page: Page };
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
      {
        path: "/search",
        label: "nav.search",
        icon: Search,
        needs: ["ContactSearch.View"],
        page: lazy(() => import("./pages/search")),
        below: { path: ":contactId", page: lazy(() => import("./pages/contact")) },
      },
    ],
  },
  {
    label: "nav.group.users",
    places: [
      {
        path: "/users",
        label: "nav.users",
        icon: Users,
        needs: ["Users.View"],
        page: lazy(() => import("./pages/users")),
        below: { path: ":userId", page: lazy(() => import("./pages/user")) },
      },
      {
        path: "/security-profiles",
        label: "nav.profiles",
        icon: Shield,
        needs: ["SecurityProfiles.View"],
        page: lazy(() => import("./pages/profiles")),
        below: { path: ":profileId", page: lazy(() => import("./pages/profile")) },
      },
    ],
  },
];
