"""`VirtualPhone` on a UDP socket: `async with Phone(...)` in tests and in the bench."""

from __future__ import annotations

import asyncio
import socket
from typing import Self, TypeVar

from sip.actions import Action, Report, Send
from sip.flow import UDP, Flow
from tests.rig.call_events import (
    Acknowledged,
    Called,
    Finished,
    HungUp,
    Notified,
    Progress,
    ReferAsked,
    Reinvited,
    audio,
)
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.virtual_dialog import Dialog
from tests.rig.virtual_phone import Address, Fields, VirtualPhone

__all__ = [
    "Acknowledged",
    "Called",
    "Finished",
    "HungUp",
    "Notified",
    "Phone",
    "Progress",
    "ReferAsked",
    "Refused",
    "Reinvited",
    "audio",
]

E = TypeVar("E")


class Refused(Exception):
    """A final response of 300 or more; `status` is its number."""

    def __init__(self, finished: Finished) -> None:
        super().__init__(f"{finished.method} got {finished.status}")
        self.status, self.finished = finished.status, finished


class Phone:
    """One phone on its own socket. SDP goes in and out as text; no media is sent.

    What is waited for may have happened already: events keep their order until they are taken.
    """

    def __init__(
        self, username: str, password: str, server: Address, host: str = "127.0.0.1"
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind((host, 0))
        self.machine = VirtualPhone(username, password, server, self._socket.getsockname()[:2])
        self.events: list[object] = []
        """Reported and not yet taken."""
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        if self._timer:
            self._timer.cancel()
        self._socket.close()

    async def register(self, expires: int = 3600, contact: str | None = None) -> None:
        """`contact`, with its <>, when calls shall go elsewhere. Raises Refused."""
        self.do(self.machine.register(self._now(), expires, contact))
        await self.finished("REGISTER")

    async def invite(
        self, number: str, sdp: str, seconds: float = PATIENCE_SECONDS, fields: Fields = ()
    ) -> str:
        """Call and wait for the answer; returns its body. Raises Refused."""
        self.dial(number, sdp, fields)
        return (await self.finished("INVITE", seconds)).body

    def dial(self, number: str, sdp: str, fields: Fields = ()) -> None:
        """Call and do not wait."""
        self.do(self.machine.invite(number, sdp, self._now(), fields))

    async def reinvite(self, sdp: str) -> str:
        self.do(self.machine.reinvite(sdp, self._now()))
        return (await self.finished("INVITE")).body

    async def update(self, sdp: str = "", fields: Fields = ()) -> None:
        """Change the call, or without a description only say that it is still there."""
        self.do(self.machine.update(sdp, self._now(), fields))
        await self.finished("UPDATE")

    async def press(self, keys: str) -> None:
        """One after the other, by INFO. Raises Refused."""
        for key in keys:
            self.do(self.machine.press(key, self._now()))
            await self.finished("INFO")

    @property
    def dialog(self) -> Dialog:
        """Of the call that is up."""
        assert self.machine.call
        return self.machine.call

    async def refer(self, name: str, replaces: Dialog | None = None) -> None:
        """Have the call transferred to this name at the server, or to whoever is at the far end of
        `replaces`, which is another call. Raises Refused."""
        host, port = self.machine.server
        query = f"?Replaces={replaces.query}" if replaces else ""
        await self.refer_to(f"sip:{name}@{host}:{port}{query}")

    async def refer_to(self, uri: str) -> None:
        """Have the call transferred to any URI. Raises Refused."""
        self.do(self.machine.refer(uri, self._now()))
        await self.finished("REFER")

    async def notify(self, status: int) -> None:
        """Say how far the call is that we were asked to make."""
        self.do(self.machine.notify(status, self._now()))
        await self.finished("NOTIFY")

    async def notified(self, seconds: float = PATIENCE_SECONDS) -> Notified:
        """Wait for the next word on the transfer."""
        return await self.take(Notified, seconds)

    async def called(self, seconds: float = PATIENCE_SECONDS) -> Called:
        """Wait for a call to come in."""
        return await self.take(Called, seconds)

    def ring(self) -> None:
        self.do(self.machine.ring())

    async def answer(self, sdp: str) -> Acknowledged:
        """Answer the call that rings, and wait for the ACK."""
        self.do(self.machine.answer(sdp, self._now()))
        return await self.take(Acknowledged)

    def reject(self, status: int = 486, contact: str = "") -> None:
        self.do(self.machine.reject(status, contact))

    def hang_up(self, fields: Fields = ()) -> None:
        """BYE with these fields, or CANCEL; does not wait."""
        self.do(self.machine.hang_up(self._now(), fields))

    async def hung_up(self, seconds: float = PATIENCE_SECONDS) -> HungUp:
        """Wait until the other side ends the call."""
        return await self.take(HungUp, seconds)

    async def finished(self, method: str, seconds: float = PATIENCE_SECONDS) -> Finished:
        """Wait for the final response to our last `method`. Raises Refused."""
        while (done := await self.take(Finished, seconds)).method != method:
            pass
        if done.status >= 300:
            raise Refused(done)
        return done

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

    def do(self, actions: list[Action]) -> None:
        """Carry out what a method of the machine returned."""
        for action in actions:
            match action:
                case Send():
                    self._socket.sendto(action.data, (action.flow.host, action.flow.port))
                case Report():
                    self.events.append(action.event)
                    self._news.set()
        self._arm()

    def _read(self) -> None:
        try:
            data, address = self._socket.recvfrom(65535)
        except OSError:
            return
        self.do(self.machine.receive(data, Flow(UDP, *address[:2]), self._now()))

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.machine.deadline
        if due < float("inf"):
            self._timer = asyncio.get_running_loop().call_at(due, self._wake, due)

    def _wake(self, due: float) -> None:
        self.do(self.machine.tick(max(due, self._now())))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
