"""What users may see on the live socket, as the directory has it at this moment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.directory import Directory, Kind, Resource
from engine.directory.reach import reach
from engine.web.live.topic import Viewer

OF_ALL = frozenset({Kind.SECURITY_PROFILE, Kind.HIERARCHY_GROUP, Kind.QUEUE})
"""A change of these may change what everybody sees."""


class Viewers:
    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def of(self, username: str) -> Viewer | None:
        """None: there is no such user."""
        user = self._resources.named(Kind.USER, username)
        if user is None:
            return None
        reached, queues = reach(user, self._resources), None
        if reached.restricts(Kind.QUEUE):
            every = self._resources.all(Kind.QUEUE)
            queues = frozenset(one.id for one in every if reached.sees(one))
        return Viewer(
            *(username, self._resources.permissions(user), reached.agent_groups(), queues),
            reached.agents_by_tags(self._resources),
        )

    def listen(self, changed: Callable[[str | None], None]) -> None:
        """It is told of a user who may see other things than before; None: of all of them."""

        def heard(former: Resource | None, new: Resource | None) -> None:
            one = new or former
            assert one
            if one.kind in OF_ALL or (one.kind is Kind.USER and tags(former) != tags(new)):
                changed(None)
            elif one.kind is Kind.USER:
                changed(one.name)

        self._directory.listen(heard)


def tags(one: Resource | None) -> Mapping[str, str]:
    """By which some see a user, and others do not."""
    return one.facts.get("Tags", {}) if one else {}
