"""Whose login each browser's phone is of: who logs out hangs up, wherever that is done."""

from __future__ import annotations

from collections.abc import Callable

from engine.bus import Bus, Message
from engine.login import Session
from engine.web.live.hub import SESSION_CLOSED


class CcpSessions:
    """`hang_up` is told the user name."""

    def __init__(self, bus: Bus, hang_up: Callable[[str], None]) -> None:
        self._hang_up = hang_up
        self._marks: dict[str, frozenset[str]] = {}
        bus.subscribe(SESSION_CLOSED, self._closed)

    def opened(self, username: str, session: Session) -> None:
        """The phone of this user is in that session's browser from now on."""
        self._marks[username] = frozenset((session.digest, session.user_id))

    def _closed(self, message: Message) -> None:
        over = [name for name, marks in self._marks.items() if message["of"] in marks]
        for username in over:
            del self._marks[username]
            self._hang_up(username)
