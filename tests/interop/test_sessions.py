"""SIPp and the SIP stack alone: what the engine of itself has no cause to ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sip import (
    Answered,
    Cause,
    Codec,
    Confirmed,
    Ended,
    Negotiation,
    ProgressConfirmed,
    Progressed,
    Reanswered,
    ReferProgressed,
    Reoffered,
    SessionDescription,
    SessionId,
)
from tests.rig.exchange import Exchange
from tests.rig.needs import needs
from tests.rig.scenario import KEPT, Callee, Caller, Check, Step, optional, recv, sdp
from tests.rig.sipp import Sipp

pytestmark = needs("SIPp")
CODECS = (Codec("PCMU", 8000, 0),)
CALLER, CALLEE = Caller(), Callee()
ALLOWS = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE, REFER, NOTIFY"
HAS_SDP = Check("m=audio [1-9]")
UP = (CALLER.invite(ALLOWS), optional(100), recv(200, CALLER.learns), CALLER.ack())
BYE = (CALLER.request("BYE", 9), recv(200))
PREVIEW = (
    CALLER.invite(ALLOWS, "Supported: 100rel"),
    optional(100),
    recv(183, CALLER.learns, HAS_SDP, Check("100rel", "Require"), Check("[0-9]+", "RSeq", "rseq")),
    CALLER.request("PRACK", 2, "RAck: [$rseq] 1 INVITE", uri="sip:[remote_ip]:[remote_port]"),
    recv(200),
)
ANSWERED = (recv(200, CALLER.learns), CALLER.ack(), *BYE)


def notified(cseq: int, status: str, state: str) -> tuple[Step, ...]:
    """How far the caller is with what we have asked it for."""
    headers = ("Event: refer", f"Subscription-State: {state}")
    kind = "message/sipfrag;version=2.0"
    progress = CALLER.request("NOTIFY", cseq, *headers, body=f"SIP/2.0 {status}\n", kind=kind)
    return progress, recv(200)


@dataclass
class Call:
    """One session with SIPp, and our side of its description."""

    exchange: Exchange
    phone: Sipp
    session: SessionId
    negotiation: Negotiation
    answer: SessionDescription

    async def confirmed(self) -> None:
        """Answer it, and wait for the ACK."""
        self.exchange.sip.answer(self.session, self.answer)
        await self.exchange.take(Confirmed)

    def hold(self, *, by_update: bool = False) -> None:
        offer = self.negotiation.offer("sendonly")
        self.exchange.sip.reoffer(self.session, offer, by_update=by_update)

    async def held(self) -> None:
        told = await self.exchange.take(Reanswered)
        assert (told.status, told.answer is not None) == (200, True)

    async def ended(self, cause: Cause = Cause.REMOTE_BYE) -> None:
        assert (await self.exchange.take(Ended)).cause is cause


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange() as exchange:
        yield exchange


@asynccontextmanager
async def called(exchange: Exchange, folder: Path, steps: Sequence[Step]) -> AsyncIterator[Call]:
    """SIPp calls us and plays this; in the end it has seen what was to come, in that order."""
    file = CALLER.write(folder / "caller.xml", steps)
    async with Sipp(file, folder, target=exchange.address) as sipp:
        invite = await exchange.rings()
        assert invite.offer
        negotiation = Negotiation("127.0.0.1", 20000, CODECS, 1)
        yield Call(exchange, sipp, invite.session, negotiation, negotiation.answer(invite.offer))
        report = await sipp.finished()
        assert report.ok, report


@asynccontextmanager
async def calling(
    exchange: Exchange, folder: Path, steps: Sequence[Step], *, offers: bool = True
) -> AsyncIterator[Negotiation]:
    """We call SIPp, with an offer or without one."""
    file = CALLEE.write(folder / "callee.xml", steps)
    async with Sipp(file, folder, target=None) as sipp:
        negotiation = Negotiation("127.0.0.1", 20000, CODECS, 1)
        offer = negotiation.offer() if offers else None
        exchange.sip.invite_uri(
            f"sip:callee@{sipp.address}", from_uri=f"sip:us@{exchange.sip.host}", offer=offer
        )
        yield negotiation
        report = await sipp.finished()
        assert report.ok, report


@pytest.mark.interop("reliable early media of ours, received", "SIPp")
async def test_our_early_media_are_acknowledged(exchange: Exchange, tmp_path: Path) -> None:
    async with called(exchange, tmp_path, [*PREVIEW, *ANSWERED]) as call:
        exchange.sip.progress(call.session, 183, call.answer)
        await exchange.take(ProgressConfirmed)
        await call.confirmed()
        await call.ended()


@pytest.mark.interop("UPDATE before the answer, received", "SIPp")
async def test_a_caller_changes_the_media_before_the_answer(
    exchange: Exchange, tmp_path: Path
) -> None:
    update = CALLER.request(
        "UPDATE", 3, body=sdp("sendonly", 2), uri="sip:[remote_ip]:[remote_port]"
    )
    steps = [*PREVIEW, update, recv(200, Check("a=recvonly")), *ANSWERED]
    async with called(exchange, tmp_path, steps) as call:
        exchange.sip.progress(call.session, 183, call.answer)
        await exchange.take(ProgressConfirmed)
        changed = await exchange.take(Reoffered)
        assert changed.offer
        call.answer = call.negotiation.answer(changed.offer)
        exchange.sip.accept_reoffer(call.session, call.answer)
        await call.confirmed()
        await call.ended()


@pytest.mark.interop("CANCEL of a call to us, received", "SIPp")
async def test_a_caller_gives_up(exchange: Exchange, tmp_path: Path) -> None:
    async with Sipp("cancel", tmp_path, target=exchange.address, milliseconds=50) as sipp:
        invite = await exchange.rings()
        exchange.sip.ring(invite.session)
        assert (await exchange.take(Ended)).cause is Cause.CANCELLED
        report = await sipp.finished()
        assert report.ok, report


@pytest.mark.interop("re-INVITE of ours, again after a 491", "SIPp")
async def test_our_reinvite_comes_again_when_both_wanted_to_change_the_call(
    exchange: Exchange, tmp_path: Path
) -> None:
    steps = [
        *UP,
        recv("INVITE", *KEPT, HAS_SDP),
        CALLER.respond_to_kept("491 Request Pending"),
        recv("ACK"),
        recv("INVITE", *KEPT, Check("a=sendonly")),
        CALLER.respond_to_kept("200 OK", body=sdp("recvonly", 2)),
        recv("ACK"),
        *BYE,
    ]
    async with called(exchange, tmp_path, steps) as call:
        await call.confirmed()
        call.hold()
        await call.held()
        await call.ended()


@pytest.mark.interop("re-INVITE while ours is not answered, received", "SIPp")
async def test_a_reinvite_that_crosses_ours_gets_491(exchange: Exchange, tmp_path: Path) -> None:
    steps = [
        *UP,
        recv("INVITE", *KEPT),
        CALLER.request("INVITE", 2, body=sdp("sendonly", 2)),
        optional(100),
        recv(491),
        CALLER.ack_refusal(2),
        CALLER.respond_to_kept("200 OK", body=sdp("recvonly", 2)),
        recv("ACK"),
        *BYE,
    ]
    async with called(exchange, tmp_path, steps) as call:
        await call.confirmed()
        call.hold()
        await call.held()
        await call.ended()


@pytest.mark.interop("UPDATE of ours", "SIPp")
async def test_we_hold_by_update(exchange: Exchange, tmp_path: Path) -> None:
    held = CALLER.respond("200 OK", body=sdp("recvonly", 2))
    steps = [*UP, recv("UPDATE", Check("a=sendonly")), held, *BYE]
    async with called(exchange, tmp_path, steps) as call:
        await call.confirmed()
        call.hold(by_update=True)
        await call.held()
        await call.ended()


@pytest.mark.interop("REFER of ours, and its NOTIFYs", "SIPp")
async def test_we_send_a_caller_elsewhere(exchange: Exchange, tmp_path: Path) -> None:
    steps = [
        *UP,
        recv("REFER", Check("sip:elsewhere@192.0.2.9", "Refer-To"), Check("sip:", "Referred-By")),
        CALLER.respond("202 Accepted"),
        *notified(2, "180 Ringing", "active;expires=60"),
        *notified(3, "200 OK", "terminated;reason=noresource"),
        *BYE,
    ]
    async with called(exchange, tmp_path, steps) as call:
        await call.confirmed()
        exchange.sip.refer(call.session, "sip:elsewhere@192.0.2.9")
        told = [await exchange.take(ReferProgressed) for _ in range(2)]
        assert [(one.status, one.over) for one in told] == [(180, False), (200, True)]
        await call.ended()


@pytest.mark.interop("delayed offer of ours", "SIPp")
async def test_we_leave_the_offer_to_the_called(exchange: Exchange, tmp_path: Path) -> None:
    steps = [
        recv("INVITE", *CALLEE.learns, Check("m=audio", absent=True)),
        CALLEE.respond_to_invite("200 OK", body=sdp()),
        recv("ACK", HAS_SDP),
        CALLEE.request("BYE", 2),
        recv(200),
    ]
    async with calling(exchange, tmp_path, steps, offers=False) as ours:
        answered = await exchange.take(Answered)
        assert answered.offer
        exchange.sip.accept_reoffer(answered.session, ours.answer(answered.offer))
        await exchange.take(Ended)


@pytest.mark.interop("several early dialogs", "SIPp")
async def test_each_of_several_who_ring_is_told_apart(exchange: Exchange, tmp_path: Path) -> None:
    steps = [
        recv("INVITE", *CALLEE.learns),
        CALLEE.respond_to_invite("180 Ringing"),
        CALLEE.respond_to_invite("183 Session Progress", body=sdp(), tag="other"),
        CALLEE.respond_to_invite("200 OK", body=sdp()),
        recv("ACK"),
        CALLEE.respond_to_invite("200 OK", body=sdp(), tag="other"),
        recv("ACK", Check("tag=other", "To")),
        recv("BYE", Check("tag=other", "To")),
        CALLEE.respond("200 OK"),
        CALLEE.request("BYE", 2),
        recv(200),
    ]
    async with calling(exchange, tmp_path, steps):
        one, other = [await exchange.take(Progressed) for _ in range(2)]
        assert (one.answer, other.fork) == (None, "other") and other.answer
        assert (await exchange.take(Answered)).fork == one.fork
        await exchange.take(Ended)
