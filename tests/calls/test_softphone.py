"""The softphone against itself: two processes that call each other without a server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.rig.needs import needs
from tests.rig.phone_events import PhoneError, PhoneTimeout
from tests.rig.softphone import Softphone, SoftphoneUnavailable
from tests.rig.tones import read_wav, span, steady_dbfs, tone, write_wav

pytestmark = [
    pytest.mark.call,
    needs("pjsua2"),
]
ALICE_HZ, BOB_HZ = 440.0, 1000.0
SAID_DBFS = -10.0


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[tuple[Softphone, Softphone]]:
    async with AsyncExitStack() as stack:
        alice = await stack.enter_async_context(Softphone("alice", tmp_path))
        bob = await stack.enter_async_context(Softphone("bob", tmp_path, auto_answer=0.2))
        yield alice, bob


def tone_file(path: Path, hertz: float, seconds: float = 1.0) -> Path:
    write_wav(path, tone(hertz, seconds, SAID_DBFS))
    return path


def level(path: Path, hertz: float, start: float, seconds: float) -> float:
    """Usual dBFS of the tone in that stretch of the file."""
    samples, rate = read_wav(path)
    return steady_dbfs(samples[round(start * rate) :][: round(seconds * rate)], hertz, rate)


async def connect(alice: Softphone, bob: Softphone) -> None:
    await alice.call(bob.uri)
    for phone in (alice, bob):
        await phone.wait_for("connected")
        await phone.wait_for("media")


async def test_each_phone_hears_the_other_and_not_itself(
    phones: tuple[Softphone, Softphone], tmp_path: Path
) -> None:
    alice, bob = phones
    for phone, hertz in ((alice, ALICE_HZ), (bob, BOB_HZ)):
        await phone.play(tone_file(tmp_path / f"{phone.name}.wav", hertz))
        await phone.record(tmp_path / f"{phone.name}-heard.wav")
    await connect(alice, bob)
    await asyncio.sleep(1.5)
    await alice.hang_up()
    assert (await bob.wait_for("disconnected")).detail["status"] == 200
    for phone, heard, silent in ((alice, BOB_HZ, ALICE_HZ), (bob, ALICE_HZ, BOB_HZ)):
        await phone.stop_recording()
        began = phone.events.of_kind("media")[0].at - phone.events.of_kind("recording")[0].at
        file = tmp_path / f"{phone.name}-heard.wav"
        assert level(file, heard, began + 0.3, 1.0) == pytest.approx(SAID_DBFS, abs=0.5)
        assert level(file, silent, began + 0.3, 1.0) < -60


async def test_the_recording_runs_on_one_clock_from_start_to_stop(
    phones: tuple[Softphone, Softphone], tmp_path: Path
) -> None:
    alice, bob = phones
    await alice.record(tmp_path / "heard.wav")
    await connect(alice, bob)
    await alice.hold()
    await bob.wait_for("held")
    await asyncio.sleep(1.0)
    await alice.stop_recording()
    elapsed = time.monotonic() - alice.events.of_kind("recording")[0].at
    samples, rate = read_wav(tmp_path / "heard.wav")
    assert len(samples) / rate == pytest.approx(elapsed, abs=0.3)


async def test_a_file_played_once_falls_silent_and_is_said_again_in_the_next_call(
    phones: tuple[Softphone, Softphone], tmp_path: Path
) -> None:
    alice, bob = phones
    await alice.play(tone_file(tmp_path / "once.wav", ALICE_HZ, seconds=0.5), loop=False)
    for number in range(2):
        heard = tmp_path / f"heard-{number}.wav"
        await bob.record(heard)
        await connect(alice, bob)
        await asyncio.sleep(1.2)
        await bob.stop_recording()
        once = span(read_wav(heard)[0], ALICE_HZ)
        assert once and once.seconds == pytest.approx(0.5, abs=0.2)
        await bob.hang_up()
        await alice.wait_for("disconnected")


async def test_hold_resume_and_digits_reach_the_other_side(
    phones: tuple[Softphone, Softphone],
) -> None:
    alice, bob = phones
    await connect(alice, bob)
    await alice.hold()
    assert (await bob.wait_for("held")).detail["by"] == "remote"
    await alice.unhold()
    await alice.wait_for("media")
    await bob.wait_for("media")
    await alice.send_dtmf("4#")
    assert [(await bob.wait_for("dtmf")).detail["digit"] for _ in "4#"] == ["4", "#"]


async def test_a_refused_and_an_abandoned_call_end_with_their_status(
    phones: tuple[Softphone, Softphone],
) -> None:
    alice, bob = phones
    await bob.auto_answer(None)
    await alice.call(bob.uri)
    await bob.wait_for("incoming")
    await bob.reject(603)
    assert (await alice.wait_for("disconnected")).detail["status"] == 603
    await alice.call(bob.uri)
    await alice.wait_for("ringing")
    await alice.wait_for("ringing")
    await alice.hang_up()
    assert (await alice.wait_for("disconnected")).detail["status"] == 487


async def test_a_second_caller_hears_busy(
    phones: tuple[Softphone, Softphone], tmp_path: Path
) -> None:
    alice, bob = phones
    await connect(alice, bob)
    async with Softphone("carol", tmp_path) as carol:
        await carol.call(bob.uri)
        assert (await carol.wait_for("disconnected")).detail["status"] == 486


async def test_phones_call_over_tcp_at_16_khz(tmp_path: Path) -> None:
    async with (
        Softphone("alice", tmp_path, transport="tcp", sample_rate=16000) as alice,
        Softphone("bob", tmp_path, transport="tcp", auto_answer=0.0) as bob,
    ):
        await bob.play(tone_file(tmp_path / "bob.wav", BOB_HZ))
        await connect(alice, bob)
        await alice.record(tmp_path / "heard.wav")
        await asyncio.sleep(0.6)
        await alice.stop_recording()
        assert read_wav(tmp_path / "heard.wav")[1] == 16000
        assert level(tmp_path / "heard.wav", BOB_HZ, 0.2, 0.3) > SAID_DBFS - 3


async def test_what_does_not_happen_is_said_with_what_did(
    phones: tuple[Softphone, Softphone],
) -> None:
    alice, bob = phones
    with pytest.raises(PhoneTimeout, match=r"alice: no connected within 0.2 s; .*: none"):
        await alice.wait_for("connected", 0.2)
    with pytest.raises(PhoneError, match="alice: hang_up: no call"):
        await alice.hang_up()
    with pytest.raises(PhoneError, match=r"play: .*Not found"):
        await alice.play(Path("/does/not/exist.wav"))
    await bob.stop()
    with pytest.raises(PhoneError, match="bob: its process"):
        await bob.call(alice.uri)


async def test_without_pjsua2_it_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pjsua2.py").write_text('raise ImportError("no wheel for this Python")')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(SoftphoneUnavailable, match=r"no wheel for this Python.*3\.11 or 3\.12"):
        await Softphone("alice", tmp_path).start()


async def test_a_phone_that_stops_hangs_up_first(phones: tuple[Softphone, Softphone]) -> None:
    alice, bob = phones
    await connect(alice, bob)
    await alice.stop()
    assert (await bob.wait_for("disconnected")).detail["status"] == 200
