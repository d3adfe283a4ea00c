"""Who may speak in which chat: gives out tokens, and tells from one who speaks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from engine.chat.chat import Chat
from engine.chat.chats import Chats
from engine.chat.items import Participant
from engine.chat.tokens import Bearer, Kind, Tokens
from engine.refused import Refused

CONNECTION_SECONDS = 24 * 3600.0
"""A connection token is good for so long, at most as long as its chat lasts."""
SOCKET_SECONDS = 100.0
"""The address of a WebSocket is good for so long, once."""
LIFETIMES = {Kind.CONNECTION: CONNECTION_SECONDS, Kind.SOCKET: SOCKET_SECONDS}


class Passes:
    """Tokens of a chat are forgotten with it."""

    def __init__(self, chats: Chats) -> None:
        self._chats, self._tokens = chats, Tokens()
        self._loop = asyncio.get_running_loop()
        chats.listen_to_forgotten(self._tokens.forget)

    def issue(self, kind: Kind, chat: Chat, one: Participant) -> tuple[str, datetime]:
        """A token for this participant, and when it is over."""
        now = self._loop.time()
        until = min(now + LIFETIMES.get(kind, float("inf")), chat.until)
        token = self._tokens.issue(kind, chat.contact_id, one.id, until)
        return token, datetime.now(UTC) + timedelta(seconds=until - now)

    def bearer(self, kind: Kind, token: str) -> tuple[Chat, Participant]:
        """Who speaks, in which chat. Raises Refused."""
        return self._found(self._tokens.bearer(kind, token, self._loop.time()))

    def spend(self, kind: Kind, token: str) -> tuple[Chat, Participant]:
        """The same of a token that is good once. Raises Refused."""
        return self._found(self._tokens.spend(kind, token, self._loop.time()))

    def _found(self, found: Bearer | None) -> tuple[Chat, Participant]:
        chat = self._chats.known(found.contact_id) if found else None
        one = chat.participant(found.participant_id) if found and chat else None
        if chat is None or one is None:
            raise Refused(403, "AccessDeniedException", "The token is not valid, or no longer")
        return chat, one
