"""Who asks, and what they may do. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass

from engine.directory.permission import DEFAULT_PROFILES
from engine.refused import Refused

OWN_ONLY = frozenset({"MyContacts.View", "RestrictContactAccessByHierarchy.View"})
"""These two grant nothing: they restrict (specification item 70)."""
MAX_NAMED = 5  # permissions in one error


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is behind a request, by the name that the audit trail has for them."""

    name: str
    permissions: Set[str]

    def need(self, permission: str, what: str) -> None:
        """Raises Refused without this permission; `what` is what they wanted to do."""
        if permission not in self.permissions:
            text = f"{self.name} lacks the permission {permission}, which {what} needs"
            raise Refused(403, "AccessDeniedException", text)

    def check_grants(self, permissions: Iterable[str]) -> None:
        """Raises Refused where they would grant what they do not have themselves."""
        if beyond := sorted(set(permissions) - self.permissions - OWN_ONLY):
            named = ", ".join(beyond[:MAX_NAMED]) + (" and more" if len(beyond) > MAX_NAMED else "")
            text = f"{self.name} cannot grant what they do not have: {named}"
            raise Refused(403, "AccessDeniedException", text)

    @property
    def sees_all(self) -> bool:
        """False for who sees their own contacts only; nobody has a hierarchy below them yet."""
        return OWN_ONLY.isdisjoint(self.permissions)

    def check_sees(self, agents: Collection[str]) -> None:
        """Raises Refused for a contact that none of these had who is the caller."""
        if not self.sees_all and self.name not in agents:
            raise Refused(403, "AccessDeniedException", f"{self.name} sees their own contacts")


NOBODY = Caller("nobody", frozenset())
"""Who has not said yet who they are."""
OPERATOR = Caller("api", DEFAULT_PROFILES["Admin"])
"""The bearer of the configuration's token: whoever may read the file may do everything."""
