"""A whole contact between two programs that know nothing of us: baresip and pjsua2."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from tests.rig.baresip import Baresip
from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.site import PASSWORD, Site
from tests.rig.softphone import Softphone
from tests.rig.tones import (
    MUSIC_DBFS,
    RATE,
    Samples,
    crosstalk_db,
    leaked_dbfs,
    read_recording,
    read_wav,
    steady_dbfs,
    tone,
    write_wav,
)

pytestmark = [
    pytest.mark.call,
    needs("baresip"),
    needs("pjsua2"),
]
Transport = Literal["udp", "tcp"]
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -10.0
UNHEARD_DBFS, CROSSTALK_DB = -60.0, 40.0
LENGTH_SECONDS = 0.3
SETTLE_SECONDS = 0.8  # signalling and buffers of the phones, before a new sound is everywhere


@dataclass
class Stretch:
    """A part of the talk in which nothing changes, monotonic seconds."""

    start: float
    end: float

    def of(self, samples: Samples, began: float) -> Samples:
        return samples[round((self.start - began) * RATE) : round((self.end - began) * RATE)]


async def stretch(seconds: float) -> Stretch:
    """The part that begins now, once it has settled."""
    await asyncio.sleep(SETTLE_SECONDS)
    start = time.monotonic()
    await asyncio.sleep(seconds)
    return Stretch(start, time.monotonic())


def said(folder: Path, name: str, hertz: float) -> Path:
    write_wav(folder / f"said-by-{name}.wav", tone(hertz, 1.0, SAID_DBFS))
    return folder / f"said-by-{name}.wav"


def baresip(
    name: str, folder: Path, server: Site, hertz: float, transport: Transport = "udp"
) -> Baresip:
    """It answers after 0.3 s; a customer has no account."""
    return Baresip(
        name,
        folder,
        say=said(folder, name, hertz),
        password=PASSWORD,
        registrar=None if name == "customer" else server.registrar,
        transport=transport,
        auto_answer=0.3,
    )


def softphone(name: str, folder: Path, server: Site, transport: Transport = "udp") -> Softphone:
    return Softphone(
        name,
        folder,
        username=name,
        password=PASSWORD,
        registrar=server.registrar,
        transport=transport,
        auto_answer=0.3,
    )


def check_heard(samples: Samples, wanted: float, unwanted: float) -> None:
    assert steady_dbfs(samples, wanted) == pytest.approx(SAID_DBFS, abs=1.0)
    assert leaked_dbfs(samples, unwanted) < UNHEARD_DBFS


def check_sides(samples: Samples) -> None:
    left, right = samples[:, 0], samples[:, 1]
    for side, other, hertz in ((left, right, CUSTOMER_HZ), (right, left, AGENT_HZ)):
        assert steady_dbfs(side, hertz) == pytest.approx(SAID_DBFS, abs=1.0)
        assert crosstalk_db(other, side, hertz) >= CROSSTALK_DB


def rms_dbfs(samples: Samples) -> float:
    return 20 * float(np.log10(max(1e-7, np.sqrt(np.mean((samples / 32768.0) ** 2)))))


async def test_baresip_takes_a_softphones_call_holds_it_and_resumes(tmp_path: Path) -> None:
    async with (
        Inline(tmp_path, sip={"digest_algorithms": ["MD5"]}) as server,
        baresip("agent1", tmp_path, server, AGENT_HZ) as agent,
        softphone("customer", tmp_path, server) as customer,
    ):
        await agent.register()
        await customer.play(said(tmp_path, "customer", CUSTOMER_HZ))
        await customer.record(tmp_path / "heard-by-customer.wav")
        zero = (await customer.wait_for("recording")).at
        await customer.call(f"sip:support@{server.address}")
        bridged = (await agent.wait_for("connected")).at
        first_media = (await agent.wait_for("media")).at
        talk = await stretch(1.0)
        await agent.hold()
        hold = await stretch(1.0)
        await agent.unhold()
        again = await stretch(1.0)
        hung_up = time.monotonic()
        await agent.hang_up()
        await customer.wait_for("disconnected")
        await customer.stop_recording()
        [row] = await server.recorded()
    assert not customer.events.of_kind("held"), "the customer is not put on hold: he hears music"
    recording = read_recording(Path(row["location"]))
    assert len(recording) / RATE == pytest.approx(hung_up - bridged, abs=LENGTH_SECONDS)
    check_sides(talk.of(recording, bridged))
    check_sides(again.of(recording, bridged))
    assert rms_dbfs(hold.of(recording, bridged)[:, 0]) < UNHEARD_DBFS

    by_customer, _ = read_wav(tmp_path / "heard-by-customer.wav")
    check_heard(talk.of(by_customer, zero), AGENT_HZ, CUSTOMER_HZ)
    check_heard(again.of(by_customer, zero), AGENT_HZ, CUSTOMER_HZ)
    music = hold.of(by_customer, zero)
    assert rms_dbfs(music) > -50 and leaked_dbfs(music, AGENT_HZ) < MUSIC_DBFS
    by_agent, _ = read_wav(agent.heard())
    check_heard(talk.of(by_agent, first_media), CUSTOMER_HZ, AGENT_HZ)


async def test_a_softphone_takes_baresips_call_holds_it_and_resumes_over_tcp(
    tmp_path: Path,
) -> None:
    async with (
        Inline(tmp_path, sip={"digest_algorithms": ["MD5"]}) as server,
        baresip("customer", tmp_path, server, CUSTOMER_HZ, "tcp") as customer,
        softphone("agent1", tmp_path, server, "tcp") as agent,
    ):
        await agent.register()
        await agent.play(said(tmp_path, "agent1", AGENT_HZ))
        await agent.record(tmp_path / "heard-by-agent.wav")
        zero = (await agent.wait_for("recording")).at
        await customer.call(f"sip:support@{server.address}")
        bridged = (await agent.wait_for("connected")).at
        talk = await stretch(1.0)
        await agent.hold()
        hold = await stretch(1.0)
        await agent.unhold()
        again = await stretch(1.0)
        hung_up = time.monotonic()
        await customer.hang_up()
        await agent.wait_for("disconnected")
        await agent.stop_recording()
        [row] = await server.recorded()
    recording = read_recording(Path(row["location"]))
    assert len(recording) / RATE == pytest.approx(hung_up - bridged, abs=LENGTH_SECONDS)
    check_sides(talk.of(recording, bridged))
    check_sides(again.of(recording, bridged))
    assert rms_dbfs(hold.of(recording, bridged)[:, 0]) < UNHEARD_DBFS

    by_agent, _ = read_wav(tmp_path / "heard-by-agent.wav")
    check_heard(talk.of(by_agent, zero), CUSTOMER_HZ, AGENT_HZ)
    check_heard(again.of(by_agent, zero), CUSTOMER_HZ, AGENT_HZ)
    by_customer, _ = read_wav(customer.heard())
    check_heard(by_customer[-round(1.0 * RATE) : -round(0.2 * RATE)], AGENT_HZ, CUSTOMER_HZ)
