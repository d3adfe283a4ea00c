"""Phones that know nothing of us, as agents and as customers, over each transport they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest

from tests.calls.party import Party, is_tone
from tests.rig.baresip import Baresip
from tests.rig.inline import Inline
from tests.rig.linphone import Linphone
from tests.rig.needs import needs
from tests.rig.site import HOST, PASSWORD, Site
from tests.rig.softphone import Softphone
from tests.rig.tones import (
    MUSIC_DBFS,
    Samples,
    leaked_dbfs,
    read_recording,
    steady_dbfs,
    tone,
    write_wav,
)
from tests.sip.authority import Authority

Phone = Baresip | Linphone | Softphone
Transport = Literal["udp", "tcp", "tls"]
Make = Callable[[str, Path, Site, Transport], Phone]
AUTHORITY = "authority.pem"

DIGESTS = {"baresip": "MD5", "linphonec": "SHA-256", "pjsua2": "SHA-256"}
"""The best that each of them answers."""
PHONE_HZ, PARTY_HZ, SAID_DBFS = 1000.0, 440.0, -10.0
RATE = 8000
pytestmark = pytest.mark.call


def said(folder: Path, name: str) -> Path:
    write_wav(folder / f"said-by-{name}.wav", tone(PHONE_HZ, 5.0, SAID_DBFS))
    return folder / f"said-by-{name}.wav"


def secured(
    folder: Path, agents: Sequence[str] = ("agent1",), **sections: dict[str, object]
) -> Inline:
    """A server with TLS; who believes the authority in the folder knows that it is the one."""
    issued = Authority(folder).issue(HOST)
    tls = {"certificate": str(issued.certificate), "private_key": str(issued.private_key)}
    return Inline(folder, agents=agents, tls=tls, **sections)


def registrar(name: str, server: Site, transport: Transport) -> str | None:
    return f"sip:{server.reached_by(transport)}" if name.startswith("agent") else None


def speaking_a_file(kind: type[Baresip] | type[Linphone]) -> Make:
    """A phone that is told at its start what to say; a customer has no account."""

    def make(name: str, folder: Path, server: Site, transport: Transport) -> Phone:
        return kind(
            name,
            folder,
            say=said(folder, name),
            password=PASSWORD,
            registrar=registrar(name, server, transport),
            transport=transport,
            ca_file=server.folder / AUTHORITY if transport == "tls" else None,
        )

    return make


def softphone(name: str, folder: Path, server: Site, transport: Transport) -> Phone:
    return Softphone(
        name,
        folder,
        username=name,
        password=PASSWORD,
        registrar=f"sip:{server.reached_by(transport)}",
        transport=transport,
        ca_file=server.folder / AUTHORITY if transport == "tls" else None,
    )


MAKERS: dict[str, Make] = {
    "baresip": speaking_a_file(Baresip),
    "linphonec": speaking_a_file(Linphone),
    "pjsua2": softphone,
}


def every_phone(*functions: str) -> pytest.MarkDecorator:
    """One test for each phone and transport; each of these functions is a row of the matrix.

    In a function `{digest}` is what the phone answers a challenge by.
    """
    return pytest.mark.parametrize(
        ("peer", "transport"),
        [
            pytest.param(
                peer,
                transport,
                id=f"{peer}-{transport}",
                marks=[
                    *(
                        pytest.mark.interop(
                            f"{one.format(digest=DIGESTS[peer])}, {transport}", peer
                        )
                        for one in functions
                    ),
                    needs(peer),
                ],
            )
            for peer in MAKERS
            for transport in ("udp", "tcp", "tls")
        ],
    )


async def speak(phone: Phone, folder: Path) -> None:
    """Only the softphone needs to be told in the call what to say."""
    if isinstance(phone, Softphone):
        await phone.play(said(folder, phone.name))


async def both_talk(party: Party) -> None:
    """The other side hears the phone, and nothing of itself."""
    await party.talker.comes_to_hear(lambda heard: is_tone(heard, PHONE_HZ, SAID_DBFS, PARTY_HZ))


def is_music(heard: Samples) -> bool:
    return len(heard) > RATE // 4 and leaked_dbfs(heard, PHONE_HZ) < MUSIC_DBFS


@every_phone(
    "registers with a digest of {digest}", "is called and answers", "holds and resumes", "hangs up"
)
async def test_an_agents_phone(peer: str, transport: Transport, tmp_path: Path) -> None:
    async with (
        secured(tmp_path, sip={"digest_algorithms": [DIGESTS[peer]]}) as server,
        MAKERS[peer]("agent1", tmp_path, server, transport) as agent,
        Party.of(server.phone("customer"), tone(PARTY_HZ, 1.0, SAID_DBFS)) as customer,
    ):
        await agent.register()
        await customer.dial()
        await agent.wait_for("incoming")
        await agent.answer()
        await agent.wait_for("media")
        await speak(agent, tmp_path)
        await both_talk(customer)
        await agent.hold()
        await customer.talker.comes_to_hear(is_music)
        await agent.unhold()
        await both_talk(customer)
        await agent.hang_up()
        assert (await customer.phone.hung_up()).by == "BYE"
        [row] = await server.recorded()
    recording = read_recording(Path(row["location"]))
    left, right = recording[-RATE // 2 :, 0], recording[-RATE // 2 :, 1]
    assert steady_dbfs(left, PARTY_HZ) == pytest.approx(SAID_DBFS, abs=1.0)
    assert steady_dbfs(right, PHONE_HZ) == pytest.approx(SAID_DBFS, abs=1.0)


@every_phone("calls in", "is hung up on")
async def test_a_customers_phone(peer: str, transport: Transport, tmp_path: Path) -> None:
    async with (
        secured(tmp_path) as server,
        MAKERS[peer]("customer", tmp_path, server, transport) as customer,
        Party.of(server.phone("agent1"), tone(PARTY_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        await agent.phone.register()
        await customer.call(f"sip:support@{server.reached_by(transport)}")
        await agent.answer()
        await customer.wait_for("media")
        await speak(customer, tmp_path)
        await both_talk(agent)
        agent.phone.hang_up()
        await customer.wait_for("disconnected")
        [row] = await server.recorded()
    recording = read_recording(Path(row["location"]))
    left, right = recording[-RATE // 2 :, 0], recording[-RATE // 2 :, 1]
    assert steady_dbfs(left, PHONE_HZ) == pytest.approx(SAID_DBFS, abs=1.0)
    assert steady_dbfs(right, PARTY_HZ) == pytest.approx(SAID_DBFS, abs=1.0)
