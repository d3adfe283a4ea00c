"""What can be subscribed to, and who sees which of its rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
"""What JSON can say, with its "key"; changed by nobody."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what they may do."""

    name: str
    permissions: Set[str]
    groups: frozenset[str] | None = None
    """The hierarchy groups whose agents they see, besides themselves; None: of any or none."""
    queues: frozenset[str] | None = None
    """The queues that they see, by id; None: all of them."""
    agents: frozenset[str] | None = None
    """Of the agents of these groups those that they see, by user name; None: all of them."""

    def sees_agent(self, name: str | None, group: str | None) -> bool:
        """Somebody in this hierarchy group; None is nobody, or no group."""
        if name == self.name:
            return True
        within = self.groups is None or group in self.groups
        return within and (self.agents is None or name in self.agents)


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    permissions: tuple[str, ...]
    """All that it takes to subscribe."""
    rows: Callable[[], Iterable[Row]]
    """As they are now."""
    view: Callable[[Row, Viewer], Row | None]
    """The row as this viewer has it; None: they do not see it."""
    lasting: bool = True
    """False where rows are what has happened: each is told once, and none is ever gone."""

    def lacking(self, viewer: Viewer) -> str | None:
        """A permission that the viewer lacks."""
        return next((each for each in self.permissions if each not in viewer.permissions), None)


def own_row(row: Row, viewer: Viewer) -> Row | None:
    """The view where rows have user names for keys and are nobody else's business."""
    return row if row["key"] == viewer.name else None
