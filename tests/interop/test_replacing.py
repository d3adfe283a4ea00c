"""SIPp in attended transfers: a call takes the place of another one (RFC 3891), in each role."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio

from sip import ReferProgressed
from tests.interop.test_callees import AGENTS, AUDIO, NEXT, OK, UP, Case, case
from tests.interop.test_registrations import login
from tests.interop.test_sessions import BYE as CALLER_BYE
from tests.interop.test_sessions import CALLEE, CALLER, Call, called, notified
from tests.interop.test_sessions import UP as CALLER_UP
from tests.rig.exchange import LOGIN, Exchange
from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.scenario import Caller, Check, Step, optional, pause, recv, sdp
from tests.rig.sipp import Sipp, account

pytestmark = needs("SIPp")
REPLACED = (*UP, recv("BYE"), OK)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inline]:
    agents = [f"agent{number}" for number in range(AGENTS)]
    sip = {"digest_algorithms": ["MD5"]}
    async with Inline(tmp_path_factory.mktemp("server"), agents=agents, sip=sip) as server:
        yield server


def dials(desk: Caller, username: str, *headers: str) -> tuple[Step, ...]:
    """A call that proves whose it is, until it is answered."""
    return (
        desk.invite(*headers),
        optional(100),
        recv(401, auth=True),
        desk.ack_refusal(),
        desk.invite(*headers, login(username), cseq=2),
        optional(100, 180),
        recv(200, desk.learns),
        desk.ack(2),
    )


async def played(
    it: Case, folder: Path, desk: Caller, steps: tuple[Step, ...], called: str
) -> None:
    """The agent's other phone has called, and has seen what was to come, in that order."""
    file = desk.write(folder / "desk.xml", steps)
    proves = f"{called}@{it.server.address}"
    phone = Sipp(file, folder, target=it.server.address, service=called, proves=proves)
    report = await phone.run()
    assert report.ok, report


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("Replaces, received", "SIPp")
async def test_an_agent_goes_on_with_another_phone(server: Inline, tmp_path: Path) -> None:
    async with case(server, tmp_path, REPLACED) as it:
        await until(lambda: it.phones[0].has_seen("ACK"))
        desk = Caller(it.agent)
        goes_on = (
            *dials(desk, it.agent, f"Replaces: {it.phones[0].dialog}", "Require: replaces"),
            pause(200),
            desk.request("BYE", 3),
            recv(200),
        )
        await played(it, tmp_path, desk, goes_on, "support")
        await it.played()
        assert (await it.customer.hung_up()).by == "BYE"
        [contact] = await until(it.contacts)
        assert contact["agents"] == json.dumps([it.agent])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("REFER with Replaces, received", "SIPp")
async def test_an_agent_joins_the_customer_with_the_colleague_who_was_asked(
    server: Inline, tmp_path: Path
) -> None:
    async with case(server, tmp_path, REPLACED) as it:
        await until(lambda: it.phones[0].has_seen("ACK"))
        desk, name = Caller(it.agent), f"agent{next(NEXT)}"
        refer_to = f"<sip:support@earshot.example?Replaces={quote(it.phones[0].dialog, safe='')}>"
        joins = (
            *dials(desk, it.agent),
            desk.request("REFER", 3, f"Refer-To: {refer_to}"),
            recv(202),
            *(recv("NOTIFY", Check("active", "Subscription-State")), OK),
            *(recv("NOTIFY", Check("terminated", "Subscription-State"), Check("SIP/2.0 200")), OK),
            *(recv("BYE"), OK),
        )
        async with server.phone(name) as colleague:
            await colleague.register()
            asks = asyncio.create_task(played(it, tmp_path, desk, joins, name))
            await colleague.called()
            await colleague.answer(AUDIO)
            await asks
            await it.played()
            colleague.hang_up()
            assert (await it.customer.hung_up()).by == "BYE"
            await colleague.register(0, contact="*")
        both = json.dumps([it.agent, name])
        await until(lambda: [one for one in it.contacts() if one["agents"] == both])


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange(digest_algorithms=("MD5",)) as exchange:
        yield exchange


@asynccontextmanager
async def replaced(exchange: Exchange, folder: Path) -> AsyncIterator[Call]:
    """A call of SIPp that we hang up in the end."""
    (folder / "replaced").mkdir()
    steps = [*CALLER_UP, recv("BYE"), CALLER.respond("200 OK")]
    async with called(exchange, folder / "replaced", steps) as call:
        await call.confirmed()
        yield call
        exchange.sip.hang_up(call.session)


@pytest.mark.interop("REFER with Replaces of ours", "SIPp")
async def test_we_have_a_caller_take_the_place_of_another_call(
    exchange: Exchange, tmp_path: Path
) -> None:
    async with replaced(exchange, tmp_path) as other:
        named = quote(other.phone.dialog, safe="")
        steps = [
            *CALLER_UP,
            recv("REFER", Check(f"sip:callee@192.0.2.9.Replaces={named}", "Refer-To")),
            CALLER.respond("202 Accepted"),
            *notified(2, "200 OK", "terminated;reason=noresource"),
            *CALLER_BYE,
        ]
        async with called(exchange, tmp_path, steps) as call:
            await call.confirmed()
            exchange.sip.refer(call.session, "sip:callee@192.0.2.9", other.session)
            told = await exchange.take(ReferProgressed)
            assert (told.status, told.over) == (200, True)
            await call.ended()


@pytest.mark.interop("Replaces of ours", "SIPp")
async def test_we_take_the_place_of_a_call_of_ours(exchange: Exchange, tmp_path: Path) -> None:
    async with replaced(exchange, tmp_path) as other:
        named = Check(other.phone.dialog, "Replaces")
        steps = [
            recv("INVITE", *CALLEE.learns, named, Check("replaces", "Require")),
            CALLEE.respond_to_invite("200 OK", body=sdp()),
            recv("ACK"),
            CALLEE.request("BYE", 2),
            recv(200),
        ]
        file = CALLEE.write(tmp_path / "callee.xml", steps)
        async with Sipp(file, tmp_path, target=None) as phone:
            users = [account(LOGIN["username"], LOGIN["password"])]
            keys = {"phone_port": str(phone.port)}
            registered = await Sipp(
                "register", tmp_path, target=exchange.address, users=users, keys=keys
            ).run()
            assert registered.ok, registered
            offer = other.negotiation.offer()
            exchange.sip.invite("us", caller="them", offer=offer, replaces=other.session)
            report = await phone.finished()
            assert report.ok, report
