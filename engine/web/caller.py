"""Who asks, and what they may do. Pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from engine.directory.permission import PERMISSIONS
from engine.refused import Refused


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


OPERATOR = Caller("api", PERMISSIONS)
"""The bearer of the configuration's token: whoever may read the file may do everything."""
