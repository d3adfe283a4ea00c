"""Fifty calls, ten more each second: every one is heard, kept and written down; nothing is left."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import pytest

from tests.calls.crowd import AGENT_HZ, CUSTOMER_HZ, SAID_DBFS, register, said
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.server import Row, Server
from tests.rig.sipp import Sipp
from tests.rig.tones import leaked_dbfs, read_recording, steady_dbfs

pytestmark = [
    pytest.mark.call,
    needs("SIPp"),
]
CALLS, RATE = 50, 10.0
MAX_UNNAMED_THREADS = 3 + min(32, (os.cpu_count() or 1) + 4)  # asyncio's pool has so many
TALK_SECONDS, RING_SECONDS = 3.0, 0.1
AGENTS = [f"agent{number}" for number in range(1, 61)]


def open_things(server: Server) -> tuple[list[str], list[str], list[int]]:
    """What a call may hold of the system. Database files and the log come and go as they like."""
    held = [one for one in server.descriptors() if not one.startswith("/")]
    kinds = sorted(one.partition(":")[0] for one in held)
    threads = server.threads()
    unnamed = threads.count("python")  # main, database, transcoder, and a pool that stays small
    assert unnamed <= MAX_UNNAMED_THREADS, threads
    return kinds, [name for name in threads if name != "python"], server.udp_ports()


def check_recording(row: Row) -> None:
    assert row["status"] == "AVAILABLE" and not row["overruns"], row
    with wave.open(row["location"]) as file:
        assert (file.getframerate(), file.getnchannels()) == (8000, 2)
        assert file.getnframes() == row["frames"]
        assert TALK_SECONDS - RING_SECONDS - 0.5 < file.getnframes() / 8000 < TALK_SECONDS + 1.5
    samples = read_recording(Path(row["location"]))
    middle = samples[8000:16000]
    for side, own, other in ((0, CUSTOMER_HZ, AGENT_HZ), (1, AGENT_HZ, CUSTOMER_HZ)):
        assert steady_dbfs(middle[:, side], own) == pytest.approx(SAID_DBFS, abs=1.0), (side, row)
        assert leaked_dbfs(middle[:, side], other) < -50, (side, row)


async def test_fifty_calls_make_fifty_contacts_and_recordings_and_leave_nothing_open(
    tmp_path: Path,
) -> None:
    async with (
        Server(
            tmp_path, agents=AGENTS, sip={"digest_algorithms": ["MD5"]}, media={"threads": 2}
        ) as server,
        Sipp(
            "agent",
            tmp_path,
            target=None,
            calls=CALLS,
            milliseconds=round(RING_SECONDS * 1000),
            say=said(tmp_path, "agent", AGENT_HZ),
        ) as agents,
    ):
        await register(server, tmp_path, AGENTS, agents.port)
        before = open_things(server)
        customers = Sipp(
            "customer",
            tmp_path,
            target=server.address,
            calls=CALLS,
            rate=RATE,
            milliseconds=round(TALK_SECONDS * 1000),
            say=said(tmp_path, "customer", CUSTOMER_HZ),
        )
        for report in (await customers.run(), await agents.finished()):
            assert report.ok and report.successful == CALLS, report
        recordings = await server.recorded(CALLS)
        await until(lambda: open_things(server) == before)
    contacts = server.contacts()
    assert len(contacts) == len(recordings) == CALLS
    assert {one["disconnect_reason"] for one in contacts} == {"CUSTOMER_DISCONNECT"}
    assert {one["contact_id"] for one in contacts} == {one["contact_id"] for one in recordings}
    assert len({one["agent"] for one in contacts}) == CALLS
    for row in recordings:
        check_recording(row)
