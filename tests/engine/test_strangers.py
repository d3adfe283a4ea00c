"""What somebody nobody knows can have of a whole engine: its numbers, and nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.app import Running
from sip import InviteReceived
from sip.message import Response, parse
from tests.rig.exchange import Exchange
from tests.rig.house import AUDIO, PASSWORD, engine, phone
from tests.rig.patience import PATIENCE_SECONDS, until
from tests.rig.phone import Called, Refused
from tests.rig.talk import talk
from tests.sip.raw import request

AGENTS = [
    {
        "username": "agent1",
        "password": PASSWORD,
        "queues": ["support"],
        "may_dial": ["+"],
        "outbound_queue": "support",
    }
]
LEADS_OUT = {"allowed": ["+"], "caller_id": "+15550123456"}
SILENCE_SECONDS = 0.3


@pytest.fixture
async def far_end() -> AsyncIterator[Exchange]:
    async with Exchange() as exchange:
        yield exchange


async def asked(one: Running, data: bytes) -> Response:
    """The final response to a request from nowhere."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.setblocking(False)
        await loop.sock_connect(stranger, ("127.0.0.1", one.house.sip.port))
        await loop.sock_sendall(stranger, data)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = parse(await loop.sock_recv(stranger, 65535))
                assert isinstance(answer, Response)
                if answer.status >= 200:
                    return answer


@pytest.mark.parametrize(
    ("method", "status"),
    [
        *(("MESSAGE", 405), ("SUBSCRIBE", 405), ("PUBLISH", 405), ("REFER", 403)),
        *(("NOTIFY", 481), ("INFO", 481), ("UPDATE", 481), ("BYE", 481), ("REGISTER", 401)),
    ],
)
async def test_requests_out_of_the_blue_are_refused(
    tmp_path: Path, method: str, status: int
) -> None:
    fields = ("Refer-To: <sip:+4930123456@127.0.0.2>", "Event: refer", "Subscription-State: active")
    for uri in ("sip:agent1@127.0.0.1", "sip:+4930123456@127.0.0.2"):
        async with engine(tmp_path) as one, phone(one, "agent1") as agent:
            await agent.register()
            answer = await asked(one, request(method, *fields, uri=uri))
            assert answer.status == status
            assert not len(one.house.registry)
            assert not any(isinstance(event, Called) for event in agent.events)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:+4930123456@127.0.0.1",
        "sip:+4930123456@{trunk}",
        "sip:us@{trunk}",
        "tel:+4930123456",
        "sip:sales@127.0.0.1",
        "sip:agent1@127.0.0.1",
        "sip:manager1@127.0.0.1",
        "sip:nobody@127.0.0.1",
        "sip:127.0.0.1",
    ],
)
async def test_nobody_is_called_for_a_stranger_neither_outside_nor_inside(
    tmp_path: Path, far_end: Exchange, uri: str
) -> None:
    sections = {
        "agents": AGENTS,
        "queues": [{"name": "support"}, {"name": "sales"}],
        "trunks": [far_end.trunk(**LEADS_OUT)],
    }
    where = f"{far_end.sip.host}:{far_end.sip.port}"
    async with engine(tmp_path, **sections) as one, phone(one, "agent1") as agent:
        await agent.register()
        answer = await asked(one, request("INVITE", uri=uri.format(trunk=where), body=AUDIO))
        assert answer.status == 401  # whether or not there is such a user
        await asyncio.sleep(SILENCE_SECONDS)
        assert not len(one.house.registry)
        assert not any(isinstance(event, Called) for event in agent.events)
    assert not [event for event in far_end.events if isinstance(event, InviteReceived)]


async def test_who_says_they_are_an_agent_is_a_customer_like_any_other(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        claim = request("INVITE", uri="sip:support@127.0.0.1", body=AUDIO)
        await asked(one, claim.replace(b"From: <sip:stranger@", b"From: <sip:agent1@"))
        [live] = await until(lambda: list(one.house.registry))
        assert not live.customer.username


async def test_a_stranger_in_a_call_of_their_own_is_led_nowhere_from_it(
    tmp_path: Path, far_end: Exchange
) -> None:
    async with talk(tmp_path, trunks=[far_end.trunk(**LEADS_OUT)]) as it:
        for uri in (
            f"sip:+4930123456@{far_end.sip.host}:{far_end.sip.port}",
            f"sip:agent2@127.0.0.1:{it.one.house.sip.port}",
        ):
            with pytest.raises(Refused) as refused:
                await it.customer.refer_to(uri)
            assert refused.value.status == 603
        assert len(it.one.house.registry) == 1


async def test_a_stranger_takes_no_call_over(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        names = f"Replaces: {it.agent.dialog.replaces}"
        answer = await asked(it.one, request("INVITE", names, body=AUDIO))
        assert answer.status == 401
