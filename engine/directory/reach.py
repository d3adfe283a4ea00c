"""What of an instance a user reaches: the restrictions of their security profiles. Pure.

A permission holds for what its user reaches, and for nothing else. A security profile may restrict
by tags (of the kinds that it names, only what has them all), and users by hierarchy (only who is in
a group, or below it); their contacts with them. Of several restrictions every one holds. Two
permissions restrict contacts alone: to one's own, and to those of one's own group and below.
Specification items 70 and 71.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.contact_record import ContactRecord
from engine.directory.hierarchy import below
from engine.directory.resources import Kind, Resource, Resources
from engine.refused import Refused

OWN_ONLY, OWN_GROUP_ONLY = "MyContacts.View", "RestrictContactAccessByHierarchy.View"
RESTRICTING = frozenset({OWN_ONLY, OWN_GROUP_ONLY})
"""Permissions that grant nothing."""
TAGGED: Mapping[str, Kind] = {
    "AgentStatus": Kind.AGENT_STATUS,
    "ContactFlow": Kind.CONTACT_FLOW,
    "ContactFlowModule": Kind.FLOW_MODULE,
    "HoursOfOperation": Kind.HOURS_OF_OPERATION,
    "PhoneNumber": Kind.PHONE_NUMBER,
    "Prompt": Kind.PROMPT,
    "Queue": Kind.QUEUE,
    "QuickConnect": Kind.QUICK_CONNECT,
    "RoutingProfile": Kind.ROUTING_PROFILE,
    "SecurityProfile": Kind.SECURITY_PROFILE,
    "User": Kind.USER,
}
"""What TagRestrictedResources may have."""
IN_HIERARCHY = frozenset({"User"})
"""What HierarchyRestrictedResources may have."""
MAX_TAGS = 2


@dataclass(frozen=True, slots=True)
class Restriction:
    """Of these kinds only what has all the tags and is in the group; of contacts by a word."""

    kinds: frozenset[Kind] = frozenset()
    tags: frozenset[tuple[str, str]] = frozenset()
    group: str | None = None
    contacts: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything, where nothing is restricted."""

    username: str = ""
    """Themselves they always reach."""
    restrictions: frozenset[Restriction] = frozenset()
    groups: Mapping[str, frozenset[str]] | None = None
    """With all that are below it, each group that restricts something."""
    contact_groups: frozenset[str] = frozenset()
    """The agent of a contact is to be in every one of these."""
    own_contacts: bool = False
    """Only those."""

    def sees(self, one: Resource) -> bool:
        own = one.kind is Kind.USER and one.name == self.username
        return own or self.allows(one.kind, one.facts)

    def allows(self, kind: Kind, facts: Mapping[str, Any]) -> bool:
        """Whether a resource with these facts is within it."""
        return all(
            each.tags <= facts.get("Tags", {}).items()
            and (each.group is None or facts.get("HierarchyGroupId") in self._within(each.group))
            for each in self.restrictions
            if kind in each.kinds
        )

    def restricts(self, kind: Kind) -> bool:
        return any(kind in each.kinds for each in self.restrictions)

    def check(self, one: Resource) -> None:
        """Raises Refused for what they do not reach."""
        if not self.sees(one):
            raise beyond(self.username, f"the {one.kind.words} {one.name}")

    def check_stays(self, kind: Kind, facts: Mapping[str, Any]) -> None:
        """Raises Refused where a resource with these facts would be out of it."""
        if not self.allows(kind, facts):
            text = f"a {kind.words} with these tags, or in this hierarchy group"
            raise beyond(self.username, text)

    def sees_user(self, username: str, resources: Resources) -> bool:
        """Who is gone since, only where nobody is out of it."""
        user = resources.named(Kind.USER, username)
        return self.sees(user) if user else not self.restricts(Kind.USER)

    def sees_contact(self, record: ContactRecord, resources: Resources) -> bool:
        """By the groups that its agent was in then, and the tags that the agent has now."""
        if self.own_contacts and self.username not in (*record.agents, record.agent):
            return False
        agent = resources.named(Kind.USER, record.agent or "")
        tagged = agent is not None and self._has_tags(agent)
        return self.contact_groups <= {*record.hierarchy} and (tagged or not self._by_tags)

    def agents(self, resources: Resources) -> tuple[str, ...] | None:
        """Whose contacts they see, by user name; None for those of all."""
        if self.own_contacts:
            return (self.username,)
        if not self._by_tags:
            return None
        return tuple(self._tagged(resources)) or (self.username,)

    def agent_groups(self) -> frozenset[str] | None:
        """The groups whose agents they see at work, besides themselves; None: of any or none."""
        if self.contact_groups:
            return frozenset.intersection(*map(self._within, self.contact_groups))
        nowhere = Restriction(contacts=OWN_GROUP_ONLY) in self.restrictions
        return frozenset() if nowhere else None

    def agents_by_tags(self, resources: Resources) -> frozenset[str] | None:
        """Those of these groups whom they see at work, by user name; None: all."""
        return frozenset(self._tagged(resources)) if self._by_tags else None

    def _tagged(self, resources: Resources) -> Iterator[str]:
        for user in resources.all(Kind.USER):
            if self._has_tags(user):
                yield user.name

    @property
    def _by_tags(self) -> bool:
        return any(each.tags and Kind.USER in each.kinds for each in self.restrictions)

    def _has_tags(self, user: Resource) -> bool:
        tags = user.facts.get("Tags", {}).items()
        own = user.name == self.username
        return own or all(
            each.tags <= tags for each in self.restrictions if Kind.USER in each.kinds
        )

    def _within(self, group: str) -> frozenset[str]:
        return (self.groups or {}).get(group, frozenset())


EVERYTHING = Reach()


def reach(user: Resource, resources: Resources) -> Reach:
    """As it is just now."""
    found = restrictions(user.facts["SecurityProfileIds"], resources)
    if not found:
        return Reach(user.name)
    words = {each.contacts for each in found}
    own_group = user.facts.get("HierarchyGroupId") if OWN_GROUP_ONLY in words else None
    groups = frozenset(group for group in (own_group, *(each.group for each in found)) if group)
    return Reach(
        user.name,
        found,
        {group: below(group, resources) for group in groups},
        groups,
        OWN_ONLY in words or (OWN_GROUP_ONLY in words and not own_group),
    )


def restrictions(profile_ids: list[str], resources: Resources) -> frozenset[Restriction]:
    """Of all these security profiles together."""
    profiles = (resources.find(Kind.SECURITY_PROFILE, each) for each in profile_ids)
    return frozenset(each for one in profiles if one for each in of_profile(one.facts))


def of_profile(facts: Mapping[str, Any]) -> Iterator[Restriction]:
    kinds = frozenset(TAGGED[each] for each in facts.get("TagRestrictedResources") or ())
    tags = frozenset((facts.get("AllowedAccessControlTags") or {}).items())
    if kinds and tags:
        yield Restriction(kinds, tags)
    group = facts.get("AllowedAccessControlHierarchyGroupId")
    if group and facts.get("HierarchyRestrictedResources"):
        yield Restriction(frozenset({Kind.USER}), group=group)
    for permission in RESTRICTING & set(facts["Permissions"]):
        yield Restriction(contacts=permission)


def beyond(username: str, what: str) -> Refused:
    return Refused(403, "AccessDeniedException", f"{username} does not have access to {what}")
