"""SIPp against the transport: signalling only, no media is sent by us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from config.settings import SipSettings
from sip.events import (
    Answered,
    Confirmed,
    Ended,
    Event,
    InviteReceived,
    Reoffered,
    SessionId,
)
from sip.offer_answer import Negotiation
from sip.sdp import Codec
from sip.transport import SipTransport
from tests.rig.needs import needs
from tests.rig.patience import NEVER_BEHIND_SECONDS, PATIENCE_SECONDS
from tests.rig.phone import Phone
from tests.rig.sipp import Sipp
from tests.sip.scene import account

pytestmark = [
    pytest.mark.call,
    needs("SIPp"),
]
CODECS = (Codec("PCMU", 8000, 0), Codec("PCMA", 8000, 8))
AGENTS = ("agent1", "agent2")


class Exchange:
    """Rings and answers every number but two: `ringing` is not answered, `nobody` gets 401."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.transport = SipTransport(
            SipSettings(port=0, overload_seconds=NEVER_BEHIND_SECONDS),
            {name: account(name) for name in AGENTS},
            self._on_event,
        )
        self._calls: dict[SessionId, Negotiation] = {}
        self._news = asyncio.Event()

    @property
    def listener(self) -> tuple[str, int]:
        return self.transport.host, self.transport.port

    @property
    def address(self) -> str:
        return f"{self.transport.host}:{self.transport.port}"

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    def call(self, username: str) -> SessionId:
        negotiation = Negotiation("127.0.0.1", 20000, CODECS, 1)
        return self.transport.invite(username, caller="Customer", offer=negotiation.offer())

    async def until(self, kind: type[Event], count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.count(kind) < count:
                self._news.clear()
                await self._news.wait()

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()
        match event:
            case InviteReceived(number="nobody"):
                self.transport.challenge(event.session)
            case InviteReceived():
                self.transport.ring(event.session)
                if event.number != "ringing" and event.offer:
                    self._calls[event.session] = Negotiation("127.0.0.1", 20000, CODECS, 1)
                    answer = self._calls[event.session].answer(event.offer)
                    self.transport.answer(event.session, answer)
            case Reoffered() if event.offer:
                answer = self._calls[event.session].answer(event.offer)
                self.transport.accept_reoffer(event.session, answer)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = Exchange()
    await exchange.transport.start()
    yield exchange
    await exchange.transport.stop()


async def run(
    exchange: Exchange,
    folder: Path,
    scenario: str,
    service: str = "support",
    calls: int = 1,
    milliseconds: int = 50,
) -> None:
    target = exchange.address
    report = await Sipp(
        scenario, folder, target=target, service=service, calls=calls, milliseconds=milliseconds
    ).run()
    assert report.ok, report


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_fifty_calls_at_50_a_second_all_complete(
    exchange: Exchange, tmp_path: Path, transport: Literal["udp", "tcp"]
) -> None:
    customers = Sipp(
        "customer",
        tmp_path,
        target=exchange.address,
        calls=50,
        rate=50.0,
        milliseconds=100,
        transport=transport,
    )
    report = await customers.run()
    assert report.ok and report.successful == 50, report
    assert exchange.count(Confirmed) == exchange.count(Ended) == 50


async def test_customers_give_up_in_both_ways(exchange: Exchange, tmp_path: Path) -> None:
    for scenario in ("cancel", "early_bye"):
        await run(exchange, tmp_path, scenario, "ringing", calls=5)
    assert exchange.count(Ended) == 10


async def test_a_call_is_held_and_resumed(exchange: Exchange, tmp_path: Path) -> None:
    await run(exchange, tmp_path, "reinvite")
    assert exchange.count(Reoffered) == 2
    assert exchange.count(Confirmed) == 3


async def test_a_number_nobody_has_asks_for_a_password(exchange: Exchange, tmp_path: Path) -> None:
    await run(exchange, tmp_path, "unknown_number", "nobody")


async def test_options_are_answered(exchange: Exchange, tmp_path: Path) -> None:
    await run(exchange, tmp_path, "options")


async def test_agents_are_called_and_hung_up(exchange: Exchange, tmp_path: Path) -> None:
    async with Sipp("agent", tmp_path, target=None, calls=2, milliseconds=50) as agents:
        for name in AGENTS:  # SIPp 3.6 knows MD5 only, and looks at our first challenge only
            async with Phone(name, "secret", exchange.listener) as phone:
                await phone.register(contact=f"<sip:{name}@{agents.address}>")
        sessions = [exchange.call(name) for name in AGENTS]
        await exchange.until(Answered, 2)
        for session in sessions:
            exchange.transport.hang_up(session)
        finished = await agents.finished()
        assert finished.ok, finished


@pytest.fixture(autouse=True)
async def nothing_left(exchange: Exchange) -> AsyncIterator[None]:
    yield
    endpoint = exchange.transport.endpoint
    async with asyncio.timeout(PATIENCE_SECONDS):
        while endpoint.sessions_open:  # noqa: ASYNC110  the last BYE may wait for its 200
            await asyncio.sleep(0.01)
    assert (endpoint.malformed, exchange.transport.failures) == (0, 0)
