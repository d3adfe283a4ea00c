"""SIGKILL in the middle of a conversation: what was said is there, and the next start says so."""

from __future__ import annotations

import asyncio
import time
import wave
from pathlib import Path

import pytest
import soundfile

from tests.calls.party import Party, bridge
from tests.rig.patience import until
from tests.rig.server import Server
from tests.rig.tones import leaked_dbfs, read_wav, steady_dbfs, tone

pytestmark = pytest.mark.call
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -10.0
TALK_SECONDS = 2.5
MAY_BE_LOST_SECONDS = 1.0
JITTER_SECONDS = 1.0  # how late all may be on a machine that has much else to do


def party(server: Server, username: str, hertz: float) -> Party:
    return Party.of(server.phone(username), tone(hertz, 1.0, SAID_DBFS))


async def talk(server: Server, seconds: float) -> float:
    """A conversation that is still up afterwards; for how long it had been when it was left."""
    async with (
        party(server, "customer", CUSTOMER_HZ) as customer,
        party(server, "agent1", AGENT_HZ) as agent,
    ):
        bridged = await bridge(customer, agent)
        await asyncio.sleep(seconds)
        await until(lambda: any(not one["disconnect"] for one in server.contacts()))
        await server.kill()
        return time.monotonic() - bridged


def recordings(folder: Path) -> list[Path]:
    return sorted((folder / "recordings" / "CallRecordings").rglob("*.wav"))


def check_sound(path: Path, seconds: float, lost: float = MAY_BE_LOST_SECONDS) -> None:
    with wave.open(str(path)) as file:
        frames = file.getnframes()
        assert len(file.readframes(frames)) == 4 * frames
    assert len(soundfile.read(path)[0]) == frames
    assert seconds - lost - JITTER_SECONDS <= frames / 8000 <= seconds + JITTER_SECONDS
    samples, rate = read_wav(path)
    stretch = samples[rate // 2 : -rate // 4]
    for side, own, other in ((0, CUSTOMER_HZ, AGENT_HZ), (1, AGENT_HZ, CUSTOMER_HZ)):
        assert steady_dbfs(stretch[:, side], own) == pytest.approx(SAID_DBFS, abs=1.0)
        assert leaked_dbfs(stretch[:, side], other) < -50


async def test_a_killed_engine_leaves_a_playable_recording_and_starts_again(
    tmp_path: Path,
) -> None:
    async with Server(tmp_path) as server:
        seconds = await talk(server, TALK_SECONDS)
        [path] = recordings(tmp_path)
        check_sound(path, seconds)

        await server.start()
        [contact] = server.contacts()
        assert contact["disconnect"] and contact["disconnect_reason"] == "TELECOM_PROBLEM"
        [recording] = server.recordings()
        assert (recording["status"], recording["location"]) == ("INTERRUPTED", str(path))
        check_sound(path, seconds)
        assert recording["frames"] == soundfile.info(path).frames

        async with (
            party(server, "customer", CUSTOMER_HZ) as customer,
            party(server, "agent1", AGENT_HZ) as agent,
        ):
            bridged = await bridge(customer, agent)
            await asyncio.sleep(1.5)
            server.terminate()
            assert (await customer.phone.hung_up()).by == "BYE"
            seconds = time.monotonic() - bridged
            assert await server.finished() == 0
        old, new = server.recordings()
        assert (old["status"], new["status"]) == ("INTERRUPTED", "AVAILABLE")
        check_sound(Path(new["location"]), seconds, lost=0.0)
        assert "[error" not in server.log


async def test_killed_at_any_moment_every_file_is_readable(tmp_path: Path) -> None:
    """Also in the first tenths of a second, when the file is just being made."""
    server = Server(tmp_path)
    for number, seconds in enumerate((0.1, 0.4), start=1):
        async with server:
            await talk(server, seconds)
            assert len(server.contacts()) == number
        for path in recordings(tmp_path):
            with wave.open(str(path)) as file:
                assert file.getnchannels() == 2
            soundfile.info(path)
    async with server:
        rows = server.recordings()
        assert {row["status"] for row in rows} == {"INTERRUPTED"}
        on_disk = {str(path): soundfile.info(path).frames for path in recordings(tmp_path)}
        assert all(row["frames"] == on_disk.get(row["location"], 0) for row in rows)
        assert {row["disconnect_reason"] for row in server.contacts()} == {"TELECOM_PROBLEM"}
