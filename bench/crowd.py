"""Customers who dial and agents who answer, as many of each: calls through a real engine.

    async with Crowd(agents, server, ports) as crowd:
        await crowd.register()
        talks = await crowd.converse()  # everybody talks with somebody
        await crowd.hang_up(talks)

Signalling only: each phone says that it hears at one of `ports`, and whoever owns that port is its
ears and mouth. Which agent got which customer is read from the caller's name that the agent's
phone shows, and checked later against the contact records.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from sip.sdp import SessionDescription
from tests.rig.phone import Phone, audio

AT_ONCE = 10  # customers who dial, or agents who hang up, at the same time
WAIT_SECONDS = 30.0  # for a phone to be answered, or to ring

Address = tuple[str, int]


class SetUpFailed(Exception):
    """Not everybody talks with somebody."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A phone, and the RTP port where it hears and from which it speaks."""

    phone: Phone
    port: int

    @property
    def name(self) -> str:
        return self.phone.machine.username


@dataclass(frozen=True, slots=True)
class Connected:
    """A seat whose call is up, since `at` (monotonic seconds); the engine's RTP port for it."""

    seat: Seat
    engine_port: int
    at: float


@dataclass(frozen=True, slots=True)
class Talk:
    """The two ends of one call."""

    customer: Connected
    agent: Connected


class Crowd:
    """One customer and one RTP port pair for each agent."""

    def __init__(
        self, number: str, agents: Mapping[str, str], server: Address, ports: Sequence[int]
    ) -> None:
        """`agents` are passwords by user name; `ports` are twice as many, the customers' first."""
        assert len(ports) == 2 * len(agents), "a port for every phone"
        self._number = number
        ears = iter(ports)
        self.customers = [
            Seat(Phone(f"customer{n}", "", server), next(ears)) for n in range(len(agents))
        ]
        self.agents = [
            Seat(Phone(username, password, server), next(ears))
            for username, password in agents.items()
        ]
        self._few = asyncio.Semaphore(AT_ONCE)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for seat in (*self.customers, *self.agents):
            await self._open.enter_async_context(seat.phone)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def register(self) -> None:
        """The agents. Raises Refused."""
        for seat in self.agents:
            await seat.phone.register()

    async def converse(self) -> list[Talk]:
        """Every customer dials and every agent answers. Raises Refused, SetUpFailed."""
        dialled, answered = await asyncio.gather(
            asyncio.gather(*map(self._dial, self.customers)),
            asyncio.gather(*map(self._answer, self.agents)),
        )
        callers = dict(answered)
        if callers.keys() != {customer.seat.name for customer in dialled}:
            raise SetUpFailed(f"{len(callers)} of {len(dialled)} customers talk with an agent")
        return [Talk(customer, callers[customer.seat.name]) for customer in dialled]

    async def hang_up(self, talks: Sequence[Talk]) -> list[float]:
        """The agents do. How long each of these calls was, in seconds."""
        return await asyncio.gather(*map(self._hang_up, talks))

    async def _dial(self, seat: Seat) -> Connected:
        async with self._few:
            answer = await seat.phone.invite(self._number, audio(seat.port), WAIT_SECONDS)
        return Connected(seat, media_port(answer), time.monotonic())

    async def _answer(self, seat: Seat) -> tuple[str, Connected]:
        """The caller's name, and the call."""
        called = await seat.phone.called(WAIT_SECONDS)
        await seat.phone.answer(audio(seat.port))
        connected = Connected(seat, media_port(called.offer), time.monotonic())
        return called.invite.from_.display, connected

    async def _hang_up(self, talk: Talk) -> float:
        async with self._few:
            talk.agent.seat.phone.hang_up()
            ended = time.monotonic()
            await talk.agent.seat.phone.finished("BYE", WAIT_SECONDS)
            await talk.customer.seat.phone.hung_up(WAIT_SECONDS)
        return ended - talk.agent.at


def media_port(sdp: str) -> int:
    """Where the other side of a session description hears."""
    return SessionDescription.parse(sdp).media[0].port
