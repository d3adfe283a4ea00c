"""The SIPp scenarios against other independent programs: SIPp itself, the softphone, baresip.

What they say about a server is only worth something once they pass against somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.rig.baresip import Baresip
from tests.rig.needs import needs
from tests.rig.phone_events import PhoneError
from tests.rig.sipp import Sipp, account
from tests.rig.softphone import Softphone
from tests.rig.tones import read_wav, steady_dbfs, tone, write_wav

pytestmark = [
    pytest.mark.call,
    needs("SIPp"),
]
needs_softphone = needs("pjsua2")
needs_baresip = needs("baresip")


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Softphone]:
    async with Softphone("phone", tmp_path, auto_answer=0.0) as phone:
        yield phone


def address(phone: Softphone) -> str:
    return f"127.0.0.1:{phone.port}"


async def test_customers_and_agents_talk_and_the_statistics_are_read(tmp_path: Path) -> None:
    async with Sipp("agent", tmp_path, target=None, calls=3, milliseconds=100) as agents:
        customers = Sipp("customer", tmp_path, target=agents.address, calls=3, milliseconds=500)
        report = await customers.run()
        assert report.ok and report.successful == 3, report
        assert (await agents.finished()).ok


async def test_they_talk_over_tcp(tmp_path: Path) -> None:
    async with Sipp("agent", tmp_path, target=None, transport="tcp", milliseconds=0) as agent:
        report = await Sipp("customer", tmp_path, target=agent.address, transport="tcp").run()
        assert report.ok, report


@needs_softphone
async def test_a_customer_is_heard(phone: Softphone, tmp_path: Path) -> None:
    write_wav(tmp_path / "said.wav", tone(700.0, 1.0, -10.0))
    said, heard = tmp_path / "said.wav", tmp_path / "heard.wav"
    customer = Sipp("customer", tmp_path, target=address(phone), say=said, milliseconds=1500)
    async with customer:
        await phone.wait_for("media")
        await phone.record(heard)
        assert (await customer.finished()).ok
        await phone.stop_recording()
    samples, rate = read_wav(heard)
    assert steady_dbfs(samples[rate // 4 : rate], 700.0, rate) == pytest.approx(-10.0, abs=1.0)


@needs_softphone
async def test_an_agent_rings_answers_and_is_heard(phone: Softphone, tmp_path: Path) -> None:
    async with Sipp("agent", tmp_path, target=None, milliseconds=200) as agent:
        await phone.call(f"sip:agent@{agent.address}")
        ringing = await phone.wait_for("ringing")
        connected = await phone.wait_for("connected")
        assert 0.1 < connected.at - ringing.at < 2.0
        await phone.record(tmp_path / "heard.wav")
        await asyncio.sleep(0.7)
        await phone.hang_up()
        assert (await agent.finished()).ok
        await phone.stop_recording()
    samples, rate = read_wav(tmp_path / "heard.wav")
    assert steady_dbfs(samples[rate // 4 : rate // 2], 440.0, rate) > -23


@needs_softphone
async def test_a_held_call_is_resumed(phone: Softphone, tmp_path: Path) -> None:
    report = await Sipp("reinvite", tmp_path, target=address(phone), milliseconds=300).run()
    assert report.ok, report
    await phone.wait_for("held")
    assert len(phone.events.of_kind("media")) == 2


@needs_softphone
async def test_the_impatient_give_up_in_three_ways(phone: Softphone, tmp_path: Path) -> None:
    await phone.auto_answer(None)
    for scenario in ("cancel", "early_bye"):
        report = await Sipp(scenario, tmp_path, target=address(phone), milliseconds=100).run()
        assert report.ok, report
        await phone.wait_for("disconnected")


@needs_softphone
async def test_a_goodbye_comes_in_place_of_the_acknowledgement(
    phone: Softphone, tmp_path: Path
) -> None:
    report = await Sipp("hasty_bye", tmp_path, target=address(phone)).run()
    assert report.ok, report
    await phone.wait_for("disconnected")


@needs_softphone
@pytest.mark.parametrize(("scenario", "status"), [("unknown_number", 401), ("extension", 401)])
async def test_a_call_to_nobody_is_refused(
    phone: Softphone, tmp_path: Path, scenario: str, status: int
) -> None:
    await phone.auto_answer(None)
    async with Sipp(scenario, tmp_path, target=address(phone), service="nobody") as caller:
        await phone.wait_for("incoming")
        await phone.reject(status)
        report = await caller.finished()
        assert report.ok, report


@needs_softphone
async def test_options_are_answered(phone: Softphone, tmp_path: Path) -> None:
    report = await Sipp("options", tmp_path, target=address(phone)).run()
    assert report.ok, report


async def test_users_register_with_a_digest(tmp_path: Path) -> None:
    users = [account("agent1", "secret"), account("agent2", "secret")]
    keys = {"phone_port": "5999"}
    async with Sipp("registrar", tmp_path, target=None, calls=2) as registrar:
        target = registrar.address
        report = await Sipp(
            "register", tmp_path, target=target, calls=2, users=users, keys=keys
        ).run()
        assert report.ok, report
        assert (await registrar.finished()).ok


async def test_a_scenario_that_is_not_followed_is_reported(tmp_path: Path) -> None:
    keys = {"phone_port": "5999"}
    async with Sipp("registrar", tmp_path, target=None) as registrar:
        users = [account("agent1", "wrong")]
        report = await Sipp(
            "register", tmp_path, target=registrar.address, users=users, keys=keys
        ).run()
    assert not report.ok and report.failed == 1
    assert report.failures == {"FailedUnexpectedMessage": 1}
    assert "403 Forbidden" in report.errors


Account = tuple[str, str]  # password, registrar


def softphone(folder: Path, account: Account) -> Softphone:
    password, registrar = account
    return Softphone("soft", folder, username="agent1", password=password, registrar=registrar)


def baresip(folder: Path, account: Account) -> Baresip:
    password, registrar = account
    write_wav(folder / "said.wav", tone(440.0, 1.0))
    said = folder / "said.wav"
    return Baresip(
        "bare", folder, say=said, username="agent1", password=password, registrar=registrar
    )


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(softphone, marks=needs_softphone),
        pytest.param(baresip, marks=needs_baresip),
    ],
)
async def test_phones_register_or_say_why_not(
    make: Callable[[Path, Account], Softphone | Baresip], tmp_path: Path
) -> None:
    async with Sipp("registrar", tmp_path, target=None, calls=2) as registrar:
        uri = f"sip:{registrar.address}"
        (tmp_path / "known").mkdir()
        async with make(tmp_path / "known", ("secret", uri)) as phone:
            await phone.register()
        (tmp_path / "wrong").mkdir()
        async with make(tmp_path / "wrong", ("wrong", uri)) as phone:
            with pytest.raises(PhoneError, match="403"):
                await phone.register()
