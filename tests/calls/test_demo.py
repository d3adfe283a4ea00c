"""The demo, as `make demo ARGS=--json` runs it: it ends well, and checks what it promises."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
import soundfile

from tests.rig.child import end_child
from tests.rig.needs import needs
from tests.rig.server import ROOT

pytestmark = [
    pytest.mark.call,
    pytest.mark.timeout(120),
    needs("pjsua2"),
    needs("espeak-ng"),
]
DEMO_SECONDS = 100.0
PROMISED = {
    "the customer hears the greeting",
    "the customer hears hold music while the agent's phone rings",
    "recording: left is the customer",
    "recording: left is the customer, and not the other",
    "recording: right is the agent",
    "recording: right is the agent, and not the other",
    "recording: nothing of the manager",
    "recording starts with the bridge",
    "recording ends with the hang-up",
    "recording: both sides aligned",
    "monitoring ends with the agent",
    "the contact record is complete",
    "the engine stops cleanly",
} | {
    f"{turn} monitoring: {what}"
    for turn in ("first", "second")
    for what in (
        "the manager hears the customer",
        "the manager hears the agent",
        "customer hears the partner, and nothing of the manager",
        "agent1 hears the partner, and nothing of the manager",
    )
}


async def test_the_demo_holds_every_check_it_promises(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.demo", "--json", "--folder", str(tmp_path / "demo")),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(DEMO_SECONDS):
            said, _ = await process.communicate()
    finally:
        await end_child(process, grace=0.0)
    outcome = json.loads(said.splitlines()[-1])
    failed = [one for one in outcome["checks"] if not one["ok"]]
    assert (outcome["ok"], failed, process.returncode) == (True, [], 0)
    assert PROMISED <= {one["name"] for one in outcome["checks"]}
    assert outcome["contact"]["Id"] == outcome["contact_id"] in outcome["recording"]
    assert soundfile.info(outcome["recording"]).channels == 2
