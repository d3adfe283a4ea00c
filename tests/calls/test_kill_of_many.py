"""SIGKILL in the middle of a hundred recorded calls: after the next start nothing is missing."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from recorder.recording import FRAME_BYTES
from recorder.sound_file import HEADER_BYTES
from tests.calls.crowd import AGENT_HZ, CUSTOMER_HZ, register, said
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.server import ROOT, Server
from tests.rig.sipp import Sipp
from tests.rig.site import utc_seconds

pytestmark = [
    pytest.mark.call,
    needs("SIPp"),
]
CALLS, RATE = 100, 50.0
AGENTS = [f"agent{number}" for number in range(1, CALLS + 1)]
MAY_BE_LOST_SECONDS = 1.0
BUSY_SECONDS = 1.0  # what a machine with other things to do may add


async def command(server: Server, *arguments: str) -> tuple[int, str]:
    """`earshot recordings ...`: its exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine", "recordings", *arguments),
        *("--config", str(server.config)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def frames_on_disk(folder: Path) -> dict[str, int]:
    """By the size of each file: one that is just being made has no header yet."""
    found = (folder / "recordings" / "CallRecordings").rglob("*_UTC.wav")
    return {str(path): (path.stat().st_size - HEADER_BYTES) // FRAME_BYTES for path in found}


async def kill_in_the_middle(server: Server, folder: Path) -> float:
    """All calls are up and recorded, then the engine is not; when that was, on the wall clock."""
    async with Sipp(
        "agent", folder, target=None, calls=CALLS, say=said(folder, "agent", AGENT_HZ)
    ) as agents:
        await register(server, folder, AGENTS, agents.port)
        customers = Sipp(
            "customer",
            folder,
            target=server.address,
            calls=CALLS,
            rate=RATE,
            milliseconds=60_000,
            say=said(folder, "customer", CUSTOMER_HZ),
        )
        async with customers:

            def all_recorded() -> bool:
                lengths = frames_on_disk(folder).values()
                return len(lengths) == CALLS and min(lengths) > 8000

            await until(all_recorded, within=30)
            await server.kill()
            return time.time()


async def test_a_hundred_recorded_calls_are_killed_and_each_is_there_flagged_and_sealed(
    tmp_path: Path,
) -> None:
    server = Server(
        tmp_path, agents=AGENTS, sip={"digest_algorithms": ["MD5"]}, media={"threads": 2}
    )
    async with server:
        killed = await kill_in_the_middle(server, tmp_path)
        await server.start()
        rows, contacts, files = server.recordings(), server.contacts(), frames_on_disk(tmp_path)
        assert len(rows) == len(contacts) == len(files) == CALLS
        assert {row["status"] for row in rows} == {"INTERRUPTED"}
        assert {row["contact_id"] for row in rows} == {one["contact_id"] for one in contacts}
        assert {row["location"]: row["frames"] for row in rows} == files
        for row in rows:
            talked = killed - utc_seconds(row["start"])
            lost = talked - row["frames"] / 8000
            assert -0.1 < lost < MAY_BE_LOST_SECONDS + BUSY_SECONDS, row
        marks = [tmp_path / "recordings" / name for name in ("Unfinished", "Unsealed")]
        await until(lambda: not any(list(mark.glob("*.mark")) for mark in marks), within=20)
        reconciled, (code, verified) = await asyncio.gather(
            command(server, "reconcile"), command(server, "verify", "--all")
        )
        assert reconciled == (0, "0 discrepancies\n")
        assert code == 0 and f"{CALLS} sealed recordings, 0 findings" in verified
