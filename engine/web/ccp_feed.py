"""The topic of the Contact Control Panel: everybody's own document, told when it changes."""

from __future__ import annotations

from engine.chat.chat import Chat
from engine.directory import Kind, Resource
from engine.house import House
from engine.web.ccp_document import CcpDocument
from engine.web.live import Feed, own_row

PERMISSIONS = ("BasicAgentAccess",)
IN_ALL_DOCUMENTS = frozenset({Kind.SECURITY_PROFILE, Kind.AGENT_STATUS})
"""What users may do, and which statuses they may choose."""


class CcpFeed:
    def __init__(self, house: House) -> None:
        self._house = house
        self.feed = Feed("ccp", PERMISSIONS, CcpDocument(house).of, own_row, house.bus)
        house.router.floor.listen(self.feed.touch)
        house.browsers.listen(self.feed.touch)
        house.wing.loads.listen(self.feed.touch)
        house.chats.listen(self._chat_changed)
        house.wing.readers.listen(lambda one: self.feed.touch(one.supervisor))
        house.registry.listen_to_people(lambda names: self.feed.touch(*names))
        house.directory.listen(self._directory_changed)
        self._touch_all()

    def _chat_changed(self, chat: Chat) -> None:
        """For its agent, and for those who read it."""
        readers = (one.supervisor for one in self._house.wing.readings.of(chat))
        self.feed.touch(*chat.people, *readers)

    def _directory_changed(self, former: Resource | None, new: Resource | None) -> None:
        changed = new or former
        assert changed
        if changed.kind is Kind.USER:
            self.feed.touch(changed.name)
        elif changed.kind in IN_ALL_DOCUMENTS:
            self._touch_all()

    def _touch_all(self) -> None:
        self.feed.touch(*(one.name for one in self._house.directory.resources.all(Kind.USER)))
