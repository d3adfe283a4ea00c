"""SIPp as the agent's phone: what may become of a call of ours, and what the phone may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.phone import Phone, audio
from tests.rig.scenario import Callee, Check, Step, optional, pause, recv, sdp
from tests.rig.sipp import Sipp, account
from tests.rig.site import PASSWORD, Row
from tests.rig.virtual_phone import Fields

pytestmark = needs("SIPp")
PHONE = Callee()
RINGS = PHONE.respond_to_invite("180 Ringing")
OURS = recv("INVITE", *PHONE.learns, Check("m=audio [1-9]"))
OK = PHONE.respond("200 OK")
GOODBYE = (pause(200), PHONE.request("BYE", 200), recv(200))
AUDIO = audio(4000)
Transport = Literal["udp", "tcp"]
SESSION_ID = "0123456789abcdef0123456789abcdef"
AGENTS = 60  # more than there are tests that take one
NEXT = count()


def answer(*headers: str, tag: str = "") -> Step:
    return PHONE.respond_to_invite("200 OK", *headers, body=sdp(), tag=tag)


UP = (OURS, RINGS, answer(), recv("ACK"))


def asks(
    method: str, cseq: int, *checks: Check, body: str = "", headers: Sequence[str] = ()
) -> tuple[Step, ...]:
    """A request in the dialog and its 200."""
    return PHONE.request(method, cseq, *headers, body=body), optional(100), recv(200, *checks)


def misses(status: str, *headers: str) -> tuple[Step, ...]:
    """Turns the contact down; it is offered once more, since nobody else is there."""
    return OURS, PHONE.respond_to_invite(status, *headers), recv("ACK")


TALKS: dict[str, tuple[Step, ...]] = {
    "180 and answer": UP,
    "answer without ringing": (OURS, answer(), recv("ACK")),
    "reliable 180": (
        OURS,
        PHONE.respond_to_invite("180 Ringing", "Require: 100rel", "RSeq: 7"),
        recv("PRACK", Check("7 1 INVITE", "RAck")),
        OK,
        answer(),
        recv("ACK"),
    ),
    "early media": (
        OURS,
        PHONE.respond_to_invite("183 Session Progress", body=sdp()),
        pause(200),
        answer(),
        recv("ACK"),
    ),
    "re-INVITE by the agent's phone": (
        *UP,
        *asks("INVITE", 101, Check("a=(recvonly|inactive)"), body=sdp("sendonly", 2)),
        PHONE.ack(101),
        *asks(
            "INVITE", 102, Check("a=(recvonly|sendonly|inactive)", absent=True), body=sdp(version=3)
        ),
        PHONE.ack(102),
    ),
    "UPDATE by the agent's phone": (
        *UP,
        *asks("UPDATE", 101, Check("a=(recvonly|inactive)"), body=sdp("sendonly", 2)),
    ),
    "re-INVITE without offer by the agent's phone": (
        *UP,
        *asks("INVITE", 101, Check("m=audio [1-9]")),
        PHONE.ack(101, body=sdp(version=2)),
    ),
    "session timer of the agent's phone": (
        OURS,
        answer("Supported: timer", "Require: timer", "Session-Expires: 1800;refresher=uas"),
        recv("ACK"),
        *asks(
            "UPDATE",
            101,
            Check("1800", "Session-Expires"),
            headers=("Supported: timer", "Session-Expires: 1800;refresher=uac"),
        ),
    ),
    "session timer that we are to keep for the agent's phone": (
        OURS,
        answer("Supported: timer", "Require: timer", "Session-Expires: 1800;refresher=uac"),
        recv("ACK"),
    ),
    "Record-Route before the agent's phone": (
        OURS,
        answer("Record-Route: <sip:[local_ip]:[local_port];lr;transport=[transport]>"),
        recv("ACK", Check("[0-9]+;lr", "Route")),
    ),
    "several who ring for one agent": (
        OURS,
        RINGS,
        PHONE.respond_to_invite("183 Session Progress", body=sdp(), tag="other"),
        answer(),
        recv("ACK"),
    ),
    "several answers": (
        OURS,
        answer(),
        recv("ACK"),
        answer(tag="other"),
        recv("ACK"),
        recv("BYE", Check("other", "To")),
        OK,
    ),
}
"""The contact is bridged; afterwards the agent's phone hangs up."""

REFUSALS = {
    "busy": misses("486 Busy Here"),
    "declined": misses("603 Decline"),
    "unavailable": misses("480 Temporarily Unavailable", "Retry-After: 5"),
    "redirected elsewhere": misses("302 Moved", "Contact: <sip:0190123456@127.0.0.9>"),
    "challenged by a stranger": (
        OURS,
        PHONE.respond_to_invite(
            "401 Unauthorized", 'WWW-Authenticate: Digest realm="evil", nonce="n", algorithm=MD5'
        ),
        recv("ACK", Check(".", "Authorization", absent=True)),
    ),
    "interval too small": (
        OURS,
        PHONE.respond_to_invite("422 Session Interval Too Small", "Min-SE: 3600"),
        recv("ACK"),
        recv("INVITE", *PHONE.learns, Check("3600", "Session-Expires"), Check("3600", "Min-SE")),
        PHONE.respond_to_invite("486 Busy Here"),
        recv("ACK"),
    ),
}
"""The agent misses the contact, and the customer waits on."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inline]:
    folder = tmp_path_factory.mktemp("server")
    agents = [f"agent{number}" for number in range(AGENTS)]
    sip = {
        "digest_algorithms": ["MD5"],
        "passed_headers": ["X-Order"],
        "contact_id_header": "X-Contact-Id",
    }
    async with Inline(folder, agents=agents, sip=sip) as server:
        yield server


@dataclass
class Case:
    """A customer, and an agent whom no other test has: one who misses a contact rests for long."""

    server: Inline
    customer: Phone
    agent: str
    phones: list[Sipp]

    def contacts(self) -> list[Row]:
        rows = self.server.contacts()
        return [row for row in rows if row["customer_endpoint"] == self.customer.machine.username]

    async def played(self) -> None:
        """Each phone has seen what was to come, in that order."""
        for phone in self.phones:
            report = await phone.finished()
            assert report.ok, report


@asynccontextmanager
async def case(
    server: Inline,
    folder: Path,
    *scenarios: Sequence[Step],
    transport: Transport = "udp",
    fields: Fields = (),
) -> AsyncIterator[Case]:
    """For each scenario a phone of the agent, who plays it when the customer calls, as now.

    `fields` join those of the customer's INVITE.
    """
    agent = f"agent{next(NEXT)}"
    async with AsyncExitStack() as stack:
        customer = await stack.enter_async_context(server.phone(f"customer-of-{agent}"))
        registrar = await stack.enter_async_context(server.phone(agent))
        phones = []
        for number, steps in enumerate(scenarios):
            file = PHONE.write(folder / f"agent{number}.xml", steps)
            phone = Sipp(file, folder, target=None, transport=transport)
            phones.append(await stack.enter_async_context(phone))
            await register(server, folder, agent, phone, transport)
        await customer.invite("support", AUDIO, fields=fields)
        try:
            yield Case(server, customer, agent, phones)
        finally:
            await registrar.register(0, contact="*")  # or the next test's contact rings here


async def register(
    server: Inline, folder: Path, agent: str, phone: Sipp, transport: Transport
) -> None:
    report = await Sipp(
        "register",
        folder,
        target=server.address,
        transport=transport,
        users=[account(agent, PASSWORD)],
        keys={"phone_port": str(phone.port)},
    ).run()
    assert report.ok, report


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    "function", [pytest.param(name, marks=pytest.mark.interop(name, "SIPp")) for name in TALKS]
)
async def test_a_phone_that_takes_the_contact(
    server: Inline, function: str, transport: Transport, tmp_path: Path
) -> None:
    steps = [*TALKS[function], *GOODBYE]
    async with case(server, tmp_path, steps, transport=transport) as it:
        await it.played()
        assert (await it.customer.hung_up()).by == "BYE"
        await until(lambda: [one for one in it.contacts() if one["agent"] == it.agent])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "function", [pytest.param(name, marks=pytest.mark.interop(name, "SIPp")) for name in REFUSALS]
)
async def test_a_phone_that_does_not_take_it(server: Inline, function: str, tmp_path: Path) -> None:
    async with case(server, tmp_path, REFUSALS[function]) as it:
        await it.played()
        [contact] = await until(it.contacts)
        assert not contact["connected_to_agent"] and not contact["disconnect"]
        it.customer.hang_up()
        await it.customer.finished("BYE")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("rings beside another phone of its user", "SIPp")
async def test_of_two_phones_the_one_that_does_not_answer_is_told_that_another_has(
    server: Inline, tmp_path: Path
) -> None:
    takes = [OURS, RINGS, pause(500), answer(), recv("ACK"), *GOODBYE]
    loses = [
        *(OURS, RINGS),
        recv("CANCEL", Check("cause=200", "Reason")),
        *(OK, PHONE.respond_to_invite("487 Request Terminated"), recv("ACK")),
    ]
    async with case(server, tmp_path, takes, loses) as it:
        await it.played()
        assert (await it.customer.hung_up()).by == "BYE"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("CANCEL before the answer", "SIPp")
@pytest.mark.interop("Reason of the customer", "SIPp")
async def test_a_phone_is_told_when_the_customer_gives_up(server: Inline, tmp_path: Path) -> None:
    steps = [
        OURS,
        RINGS,
        recv("CANCEL", Check("Q.850;cause=16$", "Reason")),
        OK,
        PHONE.respond_to_invite("487 Request Terminated"),
        recv("ACK"),
    ]
    await give_up(server, steps, tmp_path)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("CANCEL crosses the answer", "SIPp")
async def test_an_answer_that_crosses_a_cancel_is_hung_up(server: Inline, tmp_path: Path) -> None:
    steps = [OURS, RINGS, recv("CANCEL"), OK, answer(), recv("ACK"), recv("BYE"), OK]
    await give_up(server, steps, tmp_path)


async def give_up(server: Inline, steps: Sequence[Step], folder: Path) -> None:
    async with case(server, folder, steps) as it:
        await until(lambda: it.phones[0].has_seen("SIP/2.0 180"))
        it.customer.hang_up((("Reason", 'Q.850;cause=16;text="Inside"'),))
        await it.played()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("headers of the caller, those that may pass", "SIPp")
@pytest.mark.interop("Privacy of the caller", "SIPp")
@pytest.mark.interop("Session-ID of the caller", "SIPp")
async def test_a_phone_is_told_what_the_settings_let_through_and_not_who_hides(
    server: Inline, tmp_path: Path
) -> None:
    said = (
        ("Privacy", "id"),
        ("User-to-User", "00ff;encoding=hex"),
        ("X-Order", "4711"),
        ("X-Inside", "of the customer's house"),
        ("User-Agent", "customer/1.0"),
        ("Session-ID", f"{SESSION_ID};remote={32 * '0'}"),
    )
    told = recv(
        "INVITE",
        *PHONE.learns,
        Check("anonymous", "From"),
        Check("00ff;encoding=hex", "User-to-User"),
        Check("4711", "X-Order"),
        Check("[0-9a-f]+-[0-9a-f]+-", "X-Contact-Id"),
        Check("69", "Max-Forwards"),
        Check(SESSION_ID, "Session-ID"),
        Check(".", "X-Inside", absent=True),
        Check("customer", "User-Agent", absent=True),
        Check(".", "P-Asserted-Identity", absent=True),
    )
    steps = [told, answer(), recv("ACK"), *GOODBYE]
    async with case(server, tmp_path, steps, fields=said) as it:
        await it.played()
        assert (await it.customer.hung_up()).by == "BYE"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.interop("REFER by the agent's phone, and our NOTIFYs", "SIPp")
async def test_a_phone_transfers_and_is_told_how_it_goes(server: Inline, tmp_path: Path) -> None:
    to = "Refer-To: <sip:goodbye@earshot.example>"
    steps = [
        *UP,
        PHONE.request("REFER", 101, to),
        recv(202),
        *(recv("NOTIFY", Check("active", "Subscription-State"), Check("SIP/2.0 100")), OK),
        *(recv("NOTIFY", Check("terminated", "Subscription-State"), Check("SIP/2.0 200")), OK),
        *(recv("BYE"), OK),
    ]
    async with case(server, tmp_path, steps) as it:
        await it.played()
        assert (await it.customer.hung_up()).by == "BYE"  # the flow of that number has ended
