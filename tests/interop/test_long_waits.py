"""SIPp and what takes a minute: our clock is put forward, SIPp's is not.

Session timers, RFC 4028: each side refreshes, and a session lapses for which none does. An answer
that nobody acknowledges.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest

from sip import Cause, DigitReceived, ReferProgressed, SessionId
from tests.interop.test_sessions import ALLOWS, BYE, CALLER, called
from tests.rig.exchange import Exchange
from tests.rig.fast_clock import FastClock
from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.scenario import Check, Step, optional, recv
from tests.rig.sipp import Sipp

pytestmark = needs("SIPp")
TIMER = "Supported: timer"
NO_ACK_SECONDS = 32.0  # RFC 3261 §13.3.1.4: 64 * T1


def interval(refresher: str) -> str:
    return f"Session-Expires: 90;refresher={refresher}"


def up(refresher: str) -> tuple[Step, ...]:
    return (
        CALLER.invite(ALLOWS, TIMER, interval(refresher)),
        optional(100),
        recv(200, CALLER.learns, Check(f"90;refresher={refresher}", "Session-Expires")),
        CALLER.ack(),
    )


def tells(cseq: int) -> tuple[Step, ...]:
    """A key is pressed, so that the other side knows how far this one is."""
    press = CALLER.request("INFO", cseq, body="Signal=5\n", kind="application/dtmf-relay")
    return press, recv(200)


def run(scene: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=FastClock) as runner:
        runner.run(scene)


async def go_on(exchange: Exchange, session: SessionId) -> None:
    """Until shortly before it lapses; the other side shows that it has not."""
    FastClock.running().forward(50.0)
    exchange.sip.refer(session, "sip:elsewhere@192.0.2.9")
    assert (await exchange.take(ReferProgressed)).status == 603


@pytest.mark.interop("session refreshed by us", "SIPp")
def test_we_refresh_after_half_of_the_time_and_again(tmp_path: Path) -> None:
    def refreshed(cseq: int) -> tuple[Step, ...]:
        agreed = CALLER.respond("200 OK", "Require: timer", interval("uac"))
        asked = recv("UPDATE", Check("90;refresher=uac", "Session-Expires"))
        return asked, agreed, *tells(cseq)

    async def scene() -> None:
        steps = [*up("uas"), *tells(2), *refreshed(3), *refreshed(4), *BYE]
        async with Exchange() as exchange, called(exchange, tmp_path, steps) as call:
            await call.confirmed()
            await exchange.take(DigitReceived)
            for _ in range(2):
                FastClock.running().forward(45.0)
                await exchange.take(DigitReceived)
            await call.ended()

    run(scene())


@pytest.mark.interop("session refreshed by the caller, or by nobody, received", "SIPp")
def test_a_session_lives_as_long_as_the_caller_refreshes_it(tmp_path: Path) -> None:
    asked = (recv("REFER"), CALLER.respond("603 Decline"))
    refresh = (
        CALLER.request("UPDATE", 2, TIMER, interval("uac")),
        recv(200, Check("90;refresher=uac", "Session-Expires")),
    )

    async def scene() -> None:
        steps = [*up("uac"), *asked, *refresh, *tells(3), *asked, recv("BYE")]
        steps.append(CALLER.respond("200 OK"))
        async with Exchange() as exchange, called(exchange, tmp_path, steps) as call:
            await call.confirmed()
            await go_on(exchange, call.session)
            await exchange.take(DigitReceived)  # it has been refreshed
            await go_on(exchange, call.session)
            FastClock.running().forward(10.0)
            await call.ended(Cause.TIMEOUT)

    run(scene())


@pytest.mark.interop("an answer that is never acknowledged", "SIPp")
def test_an_answer_that_is_never_acknowledged_ends_in_a_bye(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Inline(tmp_path) as server:
            async with Sipp("no_ack", tmp_path, target=server.address) as caller:
                await until(lambda: caller.has_seen("SIP/2.0 200"))
                FastClock.running().forward(NO_ACK_SECONDS / 2)
                options = await Sipp("options", tmp_path, target=server.address).run()
                assert options.ok and not caller.has_seen("BYE"), options
                FastClock.running().forward(NO_ACK_SECONDS / 2)
                report = await caller.finished()
                assert report.ok, report
            [row] = await until(lambda: [one for one in server.contacts() if one["disconnect"]])
            assert row["disconnect_reason"] == "TELECOM_PROBLEM"
            assert not row["enqueue"], "its flow never began"

    run(scene())
