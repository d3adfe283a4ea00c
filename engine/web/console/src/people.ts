/** Users and security profiles, by Connect's operations with the cookie of the session. */

import { useQuery } from "@tanstack/react-query";
import { ask, engine, type Schemas } from "./api";
import { useSession } from "./session";

export type User = Schemas["Connect.User"];
/** What is chosen in a list: its id, and what it is called. */
export interface Choice {
  value: string;
  label: string;
}

const ALL = { maxResults: 1000 };
const MOST_USERS = 500;

function choices(summaries: { Id?: string; Name?: string }[] = []): Choice[] {
  return summaries.map(({ Id = "", Name = "" }) => ({ value: Id, label: Name }));
}

/** Where the instance is a part of the path. */
function useInstance() {
  return { InstanceId: useSession().me.InstanceId };
}

export function useUsers() {
  const instance = useInstance();
  return useQuery({
    queryKey: ["users"],
    queryFn: async () => {
      const body = { ...instance, MaxResults: MOST_USERS };
      return (await ask(engine.POST("/search-users", { body }))).Users ?? [];
    },
  });
}

export function useUser(UserId: string) {
  const instance = useInstance();
  return useQuery({
    queryKey: ["users", UserId],
    queryFn: async () => {
      const params = { path: { ...instance, UserId } };
      return (await ask(engine.GET("/users/{InstanceId}/{UserId}", { params }))).User ?? {};
    },
  });
}

export function useSecurityProfiles() {
  const params = { path: useInstance(), query: ALL };
  return useQuery({
    queryKey: ["profiles"],
    queryFn: async () =>
      choices(
        (await ask(engine.GET("/security-profiles-summary/{InstanceId}", { params })))
          .SecurityProfileSummaryList,
      ),
    enabled: useSession().may("SecurityProfiles.View"),
  });
}

export function useRoutingProfiles() {
  const params = { path: useInstance(), query: ALL };
  return useQuery({
    queryKey: ["routing-profiles"],
    queryFn: async () =>
      choices(
        (await ask(engine.GET("/routing-profiles-summary/{InstanceId}", { params })))
          .RoutingProfileSummaryList,
      ),
    enabled: useSession().may("RoutingPolicies.View"),
  });
}

export function useHierarchyGroups() {
  const params = { path: useInstance(), query: ALL };
  return useQuery({
    queryKey: ["hierarchy-groups"],
    queryFn: async () =>
      choices(
        (await ask(engine.GET("/user-hierarchy-groups-summary/{InstanceId}", { params })))
          .UserHierarchyGroupSummaryList,
      ),
    enabled: useSession().may("AgentGrouping.View"),
  });
}

/** What the profiles grant together: what a user may do who has them. */
export function useGranted(profileIds: string[]) {
  const instance = useInstance();
  return useQuery({
    queryKey: ["profiles", "granted", ...profileIds],
    queryFn: async () => {
      const lists = await Promise.all(
        profileIds.map((SecurityProfileId) =>
          ask(
            engine.GET("/security-profiles-permissions/{InstanceId}/{SecurityProfileId}", {
              params: { path: { ...instance, SecurityProfileId }, query: ALL },
            }),
          ),
        ),
      );
      return new Set(lists.flatMap((each) => each.Permissions ?? []));
    },
  });
}
