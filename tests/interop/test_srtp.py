"""SRTP with phones that know nothing of us: keys in SDP, over TLS, where no call may be without."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.rig.free_ports import free_ports
from tests.rig.inline import Inline
from tests.rig.linphone import HOST, Linphone
from tests.rig.needs import needs
from tests.rig.phone_events import PhoneError
from tests.rig.site import PASSWORD
from tests.rig.tones import read_wav, steady_dbfs, tone, write_wav
from tests.sip.authority import Authority

HERTZ = {"agent1": 1000.0, "customer": 440.0}
pytestmark = [
    pytest.mark.call,
    needs("linphonec"),
]


def secretive(folder: Path) -> tuple[Inline, str]:
    """An engine that takes no call without SRTP, and where it listens for TLS."""
    [port] = free_ports(1)
    issued = Authority(folder).issue(HOST)
    server = Inline(
        folder,
        sip={"digest_algorithms": ["MD5"], "listeners": [f"tls:{HOST}:{port}"]},
        tls={"certificate": str(issued.certificate), "private_key": str(issued.private_key)},
        media={"srtp": "always"},
    )
    return server, f"{HOST}:{port}"


def linphone(name: str, folder: Path, address: str, *, srtp: bool = True) -> Linphone:
    write_wav(folder / f"{name}.wav", tone(HERTZ[name], 5.0, -10.0))
    return Linphone(
        name,
        folder,
        say=folder / f"{name}.wav",
        password=PASSWORD,
        registrar=f"sip:{address}" if name == "agent1" else None,
        transport="tls",
        srtp=srtp,
    )


async def test_two_phones_hear_each_other_over_srtp_alone(tmp_path: Path) -> None:
    server, address = secretive(tmp_path)
    agent = linphone("agent1", tmp_path, address)
    customer = linphone("customer", tmp_path, address)
    async with server, agent, customer:
        await agent.register()
        await customer.call(f"sip:support@{address}")
        await agent.wait_for("incoming")
        await agent.answer()
        await agent.wait_for("media")
        await asyncio.sleep(2.0)
        await agent.hang_up()
        await customer.wait_for("disconnected")
    for phone, other in ((agent, "customer"), (customer, "agent1")):
        heard, rate = read_wav(phone.heard())
        assert steady_dbfs(heard[-rate:], HERTZ[other], rate) == pytest.approx(-10.0, abs=3.0)


async def test_a_phone_without_srtp_is_not_taken(tmp_path: Path) -> None:
    server, address = secretive(tmp_path)
    customer = linphone("customer", tmp_path, address, srtp=False)
    async with server, customer:
        await customer.call(f"sip:support@{address}")
        await customer.wait_for("disconnected")
        with pytest.raises(PhoneError):
            await customer.wait_for("media", 0.2)
