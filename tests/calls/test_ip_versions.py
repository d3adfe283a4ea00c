"""A phone of one IP version talks to one of the other; who shares one port for RTP and RTCP may."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest

from engine.app import Running
from tests.calls.party import Party, media_port
from tests.rig.house import PASSWORD, engine
from tests.rig.patience import until
from tests.rig.phone import Phone
from tests.rig.tones import Samples, level_dbfs, read_wav, steady_dbfs, tone

pytestmark = [pytest.mark.call, pytest.mark.timeout(30)]
IPV4, IPV6 = "127.0.0.1", "::1"
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS, UNHEARD_DBFS = 440.0, 1000.0, -10.0, -60.0
SETTLE_SECONDS, TALK_SECONDS = 0.5, 0.5


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((IPV6, 0))
        except OSError:
            return False
        return True


def party(one: Running, username: str, host: str, hertz: float) -> Party:
    port = next(place.port for place in one.house.sip.places if place.host == host)
    phone = Phone(username, PASSWORD, (host, port), host)
    return Party.of(phone, tone(hertz, 1.0, SAID_DBFS), host=host)


def check(samples: Samples, wanted: float, unwanted: float) -> None:
    assert steady_dbfs(samples, wanted) == pytest.approx(SAID_DBFS, abs=1.0)
    assert level_dbfs(samples, unwanted) < UNHEARD_DBFS


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize(("here", "there"), [(IPV6, IPV4), (IPV4, IPV6)])
async def test_phones_of_both_ip_versions_hear_each_other(
    tmp_path: Path, here: str, there: str
) -> None:
    sip = {"port": 0, "listeners": [f"udp:[{IPV6}]:0"]}
    async with (
        engine(tmp_path, sip=sip, media={"host6": IPV6}) as one,
        party(one, "customer", here, CUSTOMER_HZ) as customer,
        party(one, "agent1", there, AGENT_HZ) as agent,
    ):
        await agent.phone.register()
        answer = await customer.phone.invite("support", f"{customer.sdp}a=rtcp-mux\r\n")
        assert "a=rtcp-mux" in answer
        assert f"c=IN IP{ip_address(here).version} {here}\r\n" in answer
        customer.rtp_port = media_port(answer)
        customer.talker.start(customer.rtp_port)
        await agent.answer()
        live = await until(lambda: next((live for live in one.house.registry if live.tap), None))
        await asyncio.sleep(SETTLE_SECONDS)
        heard = await asyncio.gather(
            *(each.talker.hears(TALK_SECONDS) for each in (customer, agent))
        )
        with socket.socket(customer.talker.rtcp.family, socket.SOCK_DGRAM) as anybody:
            anybody.bind((here, customer.rtp_port + 1))
        agent.phone.hang_up()
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    check(heard[0], AGENT_HZ, CUSTOMER_HZ)
    check(heard[1], CUSTOMER_HZ, AGENT_HZ)
    assert record
    samples, _ = read_wav(Path(record.recordings[0].location))
    last = samples[-4000:-400]
    check(last[:, 0], CUSTOMER_HZ, AGENT_HZ)
    check(last[:, 1], AGENT_HZ, CUSTOMER_HZ)
