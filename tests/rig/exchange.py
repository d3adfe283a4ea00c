"""The far end of a trunk: a registrar that challenges, on an address of its own."""

from __future__ import annotations

import asyncio
from typing import Any, Self, TypeVar

from config import SipSettings
from sip import Account, Event, InviteReceived, SessionDescription, SessionId, SipTransport
from sip.digest import ALGORITHMS, ha1
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS
from tests.rig.virtual_phone import audio

REALM = "carrier.example"
LOGIN = {"username": "us", "password": "open-sesame", "realm": REALM}
AUDIO = SessionDescription.parse(audio(4000))

E = TypeVar("E")


class Exchange:
    """Its only user is "us". Events keep their order until they are taken.

    `sip` is settings of that section, over what the tests want by default.
    """

    def __init__(self, host: str = "127.0.0.2", **sip: Any) -> None:
        us = Account("us", {name: ha1("us", REALM, LOGIN["password"], name) for name in ALGORITHMS})
        wanted = {"port": 0, "realm": REALM, "overload_seconds": NEVER_BEHIND_SECONDS, **sip}
        settings = SipSettings(host=host, **wanted)
        self.sip = SipTransport(settings, {"us": us}, self._on_event)
        self.events: list[Event] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.sip.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sip.stop()

    @property
    def address(self) -> str:
        return f"{self.sip.host}:{self.sip.port}"

    def trunk(self, **values: Any) -> dict[str, Any]:
        """What the house has to know of it."""
        return {"name": "carrier", "host": self.sip.host, "port": self.sip.port, **values}

    async def rings(self) -> InviteReceived:
        """Wait for a call to come in."""
        return await self.take(InviteReceived)

    def answer(self, session: SessionId) -> None:
        self.sip.answer(session, AUDIO)

    async def take(self, kind: type[E], seconds: float = PATIENCE_SECONDS) -> E:
        """The next event of this kind. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        self.events.remove(event)
                        return event
                self._news.clear()
                await self._news.wait()

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()
