"""baresip against the softphone: two strangers that call each other without a server."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from tests.rig.baresip import Baresip
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.phone_events import PhoneError
from tests.rig.softphone import Softphone
from tests.rig.tones import read_wav, steady_dbfs, tone, write_wav

pytestmark = [pytest.mark.call, needs("baresip"), needs("pjsua2")]

BARE_HZ, SOFT_HZ = 440.0, 1000.0
SAID_DBFS = -10.0


def tone_file(path: Path, hertz: float) -> Path:
    write_wav(path, tone(hertz, 1.0, SAID_DBFS))
    return path


def levels(path: Path, start: float) -> tuple[float, float]:
    """Usual dBFS of the two phones' tones in one second of the file."""
    samples, rate = read_wav(path)
    stretch = samples[round(start * rate) :][:rate]
    return steady_dbfs(stretch, BARE_HZ, rate), steady_dbfs(stretch, SOFT_HZ, rate)


def is_whole(path: Path) -> bool:
    """Whether it says how long it is, which is what baresip writes last."""
    with suppress(EOFError, wave.Error), wave.open(str(path)) as file:
        return file.getnframes() > 0
    return False


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[tuple[Baresip, Softphone]]:
    said = tone_file(tmp_path / "bare.wav", BARE_HZ)
    async with AsyncExitStack() as stack:
        bare = Baresip("bare", tmp_path, say=said, auto_answer=0.2)
        await stack.enter_async_context(bare)
        soft = Softphone("soft", tmp_path, auto_answer=0.2)
        yield bare, await stack.enter_async_context(soft)


async def test_both_hear_the_other_and_not_themselves(
    phones: tuple[Baresip, Softphone], tmp_path: Path
) -> None:
    bare, soft = phones
    await soft.play(tone_file(tmp_path / "soft.wav", SOFT_HZ))
    await bare.call(soft.uri)
    await bare.wait_for("ringing")
    await bare.wait_for("connected")
    await soft.wait_for("media")
    await bare.wait_for("media")
    await soft.record(tmp_path / "heard.wav")
    await asyncio.sleep(1.5)
    await bare.hang_up()
    await soft.wait_for("disconnected")
    await bare.wait_for("disconnected")
    await soft.stop_recording()
    await until(lambda: is_whole(bare.heard()))
    own, other = levels(bare.heard(), 0.3)
    assert own < -60 and other == pytest.approx(SAID_DBFS, abs=0.5)
    other, own = levels(tmp_path / "heard.wav", 0.3)
    assert own < -60 and other == pytest.approx(SAID_DBFS, abs=0.5)


async def test_baresip_answers_and_digits_pass_both_ways(
    phones: tuple[Baresip, Softphone],
) -> None:
    bare, soft = phones
    await soft.call(bare.uri)
    assert "soft" in (await bare.wait_for("incoming")).detail["caller"]
    await bare.wait_for("connected")
    await soft.wait_for("media")
    await bare.send_dtmf("7")
    assert (await soft.wait_for("dtmf")).detail["digit"] == "7"
    await soft.send_dtmf("9")
    assert (await bare.wait_for("dtmf")).detail["digit"] == "9"
    await soft.hang_up()
    await bare.wait_for("disconnected")


async def test_a_refused_call_ends_with_the_status_of_the_refusal(
    phones: tuple[Baresip, Softphone],
) -> None:
    bare, soft = phones
    await soft.auto_answer(None)
    await bare.call(soft.uri)
    await soft.wait_for("incoming")
    await soft.reject(480)
    assert (await bare.wait_for("disconnected")).detail["status"] == 480


async def test_a_phone_that_vanishes_says_nothing_more(
    phones: tuple[Baresip, Softphone],
) -> None:
    bare, soft = phones
    await soft.call(bare.uri)
    await bare.wait_for("media")
    await soft.vanish()
    assert not bare.events.of_kind("disconnected")
    with pytest.raises(PhoneError, match="soft: its process"):
        await soft.wait_for("disconnected")
