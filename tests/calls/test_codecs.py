"""Phones of every codec on real calls: baresip talks to pjsua2, or where that lacks it, to baresip.

Each codec is on either side, with itself and with another; four calls go on at a time.
Tones are found again at both phones, in the recording and by the supervisor who listens.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.app import Running
from tests.calls.party import Party
from tests.rig.baresip import Baresip
from tests.rig.house import engine, phone
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.server import PASSWORD
from tests.rig.softphone import Softphone
from tests.rig.tones import (
    RATE,
    Samples,
    leaked_dbfs,
    read_recording,
    read_wav,
    silence,
    steady_dbfs,
    tone,
    write_wav,
)

pytestmark = [
    pytest.mark.call,
    needs("baresip"),
    needs("pjsua2"),
]
CODECS = ("PCMU", "PCMA", "G722", "opus")
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS, UNHEARD_DBFS = 440.0, 1000.0, -10.0, -45.0
SETTLE_SECONDS, TALK_SECONDS = 1.0, 1.5
TOLERANCE_DB = 1.5
PJSUA_G722_DB = 7.5  # it takes G.722 for 6 dB louder than it is, both ways
AGENTS = [{"username": "agent1", "password": PASSWORD, "queues": ["support"]}]


def said(folder: Path, name: str, hertz: float) -> Path:
    write_wav(folder / f"said-by-{name}.wav", tone(hertz, 1.0, SAID_DBFS))
    return folder / f"said-by-{name}.wav"


def check(samples: Samples, rate: int, *wanted: float, within_db: float = TOLERANCE_DB) -> None:
    """The last of it: these tones are as loud as they were said, and the other is not there."""
    mono = samples if samples.ndim == 1 else samples[:, 0]  # Opus is two channels to baresip
    last = mono[-round(TALK_SECONDS * rate) : -round(0.3 * rate)]
    for hertz in (CUSTOMER_HZ, AGENT_HZ):
        if hertz in wanted:
            assert steady_dbfs(last, hertz, rate) == pytest.approx(SAID_DBFS, abs=within_db), hertz
        else:
            assert leaked_dbfs(last, hertz, rate) < UNHEARD_DBFS, hertz


def agent_of(codec: str, folder: Path, one: Running) -> Baresip | Softphone:
    registrar = f"sip:127.0.0.1:{one.house.sip.port}"
    if codec == "opus":
        return Baresip(
            "agent1",
            folder,
            say=said(folder, "agent1", AGENT_HZ),
            password=PASSWORD,
            registrar=registrar,
            codecs=(codec,),
            auto_answer=0.1,
        )
    return Softphone(
        "agent1",
        folder,
        username="agent1",
        password=PASSWORD,
        registrar=registrar,
        codecs=(codec,),
        auto_answer=0.1,
    )


async def recorded(one: Running, contact_id: str) -> Samples:
    """The recording of a contact that is about to end."""
    await until(lambda: not len(one.house.registry))
    await one.house.recordings.close()
    record = await one.house.records.contact(contact_id)
    assert record
    [row] = record.recordings
    samples = read_recording(Path(row.location))
    return samples


@pytest.mark.parametrize("shift", range(len(CODECS)))
async def test_a_customer_and_an_agent_of_two_codecs_hear_each_other(
    tmp_path: Path, shift: int
) -> None:
    sip = {"port": 0, "digest_algorithms": ["MD5"]}
    async with AsyncExitStack() as engines, asyncio.TaskGroup() as calls:
        for here, there in zip(CODECS, (*CODECS[shift:], *CODECS[:shift]), strict=True):
            folder = tmp_path / f"{here}-{there}"
            folder.mkdir()
            one = await engines.enter_async_context(engine(folder, sip=sip, agents=AGENTS))
            calls.create_task(converse(one, folder, here, there), name=folder.name)


async def converse(one: Running, folder: Path, here: str, there: str) -> None:
    """A customer of one codec and an agent of another, and a supervisor who listens."""
    async with (
        Baresip(
            "customer", folder, say=said(folder, "customer", CUSTOMER_HZ), codecs=(here,)
        ) as customer,
        agent_of(there, folder, one) as agent,
        Party.of(phone(one, "manager1"), silence(1.0)) as manager,
    ):
        await manager.phone.register()
        await agent.register()
        if isinstance(agent, Softphone):
            await agent.play(said(folder, "agent1", AGENT_HZ))
            await agent.record(folder / "heard-by-agent.wav")
        await customer.call(f"sip:support@127.0.0.1:{one.house.sip.port}")
        await agent.wait_for("connected")
        live = await until(lambda: next((live for live in one.house.registry if live.agent), None))
        one.house.monitors.start(live, "manager1")
        await manager.answer()
        await asyncio.sleep(SETTLE_SECONDS)
        overheard = await manager.talker.hears(TALK_SECONDS)
        if isinstance(agent, Softphone):
            await agent.stop_recording()
        await customer.hang_up()
        recording = await recorded(one, live.contact_id)
        heard_by_agent = (
            agent.heard() if isinstance(agent, Baresip) else folder / "heard-by-agent.wav"
        )
    there_db = PJSUA_G722_DB if there == "G722" else TOLERANCE_DB
    check(recording[:, 0], RATE, CUSTOMER_HZ)
    check(recording[:, 1], RATE, AGENT_HZ, within_db=there_db)
    check(overheard, RATE, CUSTOMER_HZ, AGENT_HZ, within_db=there_db)
    check(*read_wav(customer.heard()), AGENT_HZ, within_db=there_db)
    check(*read_wav(heard_by_agent), CUSTOMER_HZ, within_db=there_db)
