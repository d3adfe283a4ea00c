"""Who asks, and what they may do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from engine.directory import Resource, Resources
from engine.directory.permission import DEFAULT_PROFILES
from engine.directory.reach import (
    EVERYTHING,
    RESTRICTING,
    Reach,
    Restriction,
    reach,
    restrictions,
)
from engine.refused import Refused

MAX_NAMED = 5  # permissions in one error


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is behind a request, by the name that the audit trail has for them."""

    name: str
    permissions: Set[str]
    reach: Reach = EVERYTHING
    """Permissions hold for this, and for nothing else."""

    def need(self, permission: str, what: str) -> None:
        """Raises Refused without this permission; `what` is what they wanted to do."""
        if permission not in self.permissions:
            text = f"{self.name} lacks the permission {permission}, which {what} needs"
            raise Refused(403, "AccessDeniedException", text)

    def check_grants(self, permissions: Iterable[str]) -> None:
        """Raises Refused where they would grant what they do not have themselves."""
        if beyond := sorted(set(permissions) - self.permissions - RESTRICTING):
            named = ", ".join(beyond[:MAX_NAMED]) + (" and more" if len(beyond) > MAX_NAMED else "")
            text = f"{self.name} cannot grant what they do not have: {named}"
            raise Refused(403, "AccessDeniedException", text)

    def check_restricts(self, restrictions: Set[Restriction]) -> None:
        """Raises Refused where somebody would be restricted less than they are themselves."""
        if not self.reach.restrictions <= restrictions:
            text = f"{self.name} cannot grant more than they reach: a restriction would be missing"
            raise Refused(403, "AccessDeniedException", text)

    def check_acts_for(self, user: Resource, resources: Resources) -> None:
        """Raises Refused where whoever could be this user could do more than the caller."""
        self.reach.check(user)
        self.check_grants(resources.permissions(user))
        if user.name != self.name:
            self.check_restricts(restrictions(user.facts["SecurityProfileIds"], resources))


NOBODY = Caller("nobody", frozenset())
"""Who has not said yet who they are."""
OPERATOR = Caller("api", DEFAULT_PROFILES["Admin"])
"""The bearer of the configuration's token: whoever may read the file may do everything."""


def calling(user: Resource, resources: Resources) -> Caller:
    """A user, with what they may do now."""
    return Caller(user.name, resources.permissions(user), reach(user, resources))
