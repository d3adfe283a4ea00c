/** Users and security profiles, by Connect's operations with the cookie of the session. */

import { useQuery } from "@tanstack/react-query";
import { ask } from "./api";
import { useSession } from "./session";

export interface Summary {
  Id: string;
  Name: string;
}

export interface User {
  Id: string;
  Username: string;
  IdentityInfo?: { FirstName?: string; LastName?: string };
  SecurityProfileIds: string[];
  RoutingProfileId: string;
}

export interface Profile {
  Id: string;
  SecurityProfileName: string;
  Description?: string;
}

const MOST = "maxResults=1000";

export function useUsers() {
  const { me } = useSession();
  return useQuery({
    queryKey: ["users"],
    queryFn: async () => {
      const path = "/search-users";
      const found = await ask<{ Users: (User & { Id: string })[] }>("POST", path, {
        InstanceId: me.InstanceId,
        MaxResults: 500,
      });
      return found.Users;
    },
  });
}

export function useUser(id: string) {
  const { me } = useSession();
  return useQuery({
    queryKey: ["users", id],
    queryFn: async () =>
      (await ask<{ User: User }>("GET", `/users/${me.InstanceId}/${encodeURIComponent(id)}`)).User,
  });
}

export function useSecurityProfiles() {
  const { me, may } = useSession();
  return useQuery({
    queryKey: ["profiles"],
    queryFn: async () =>
      (
        await ask<{ SecurityProfileSummaryList: Summary[] }>(
          "GET",
          `/security-profiles-summary/${me.InstanceId}?${MOST}`,
        )
      ).SecurityProfileSummaryList,
    enabled: may("SecurityProfiles.View"),
  });
}

export function useRoutingProfiles() {
  const { me, may } = useSession();
  return useQuery({
    queryKey: ["routing-profiles"],
    queryFn: async () =>
      (
        await ask<{ RoutingProfileSummaryList: Summary[] }>(
          "GET",
          `/routing-profiles-summary/${me.InstanceId}?${MOST}`,
        )
      ).RoutingProfileSummaryList,
    enabled: may("RoutingPolicies.View"),
  });
}

/** What the profiles grant together: what a user may do who has them. */
export function useGranted(profileIds: string[]) {
  const { me } = useSession();
  return useQuery({
    queryKey: ["profiles", "granted", ...profileIds],
    queryFn: async () => {
      const lists = await Promise.all(
        profileIds.map((id) =>
          ask<{ Permissions: string[] }>(
            "GET",
            `/security-profiles-permissions/${me.InstanceId}/${encodeURIComponent(id)}?${MOST}`,
          ),
        ),
      );
      return new Set(lists.flatMap((each) => each.Permissions));
    },
  });
}
