"""What is left undone at a stop is not an error, and is done at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.archive import read as read_manifest
from tests.rig.house import converse, engine, phone
from tests.rig.patience import until


async def test_a_stop_right_after_a_call_is_no_error_and_the_next_start_finishes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = {"format": "flac"}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            agent.hang_up()
            await customer.hung_up()
    assert "[error" not in capsys.readouterr().out
    [manifest] = (tmp_path / "recordings" / "CallRecordings").rglob("*_UTC.json")
    assert read_manifest(manifest).recording.contact_id == live.contact_id
    async with engine(tmp_path, recording=recording):
        await until(lambda: read_manifest(manifest).audio.format == "flac", within=15.0)
        await until(lambda: not manifest.with_suffix(".wav").exists())
    assert "[error" not in capsys.readouterr().out
