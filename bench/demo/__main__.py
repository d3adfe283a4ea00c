"""`make demo`: prints each step as it happens and a table at the end; exits 0 if every check held.

With --json the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.demo.checks import Check, checks
from bench.demo.engine import ApiError, Engine
from bench.demo.story import AGENT_SAYS, CUSTOMER_SAYS, Story, sound_files, tell
from bench.engine_process import EngineFailed
from config import PromptSettings
from engine.prompts import Prompts
from flows import read
from tests.rig.phone_events import PhoneError
from tests.rig.tones import Samples

ROOT = Path(__file__).parents[2]
console = Console(highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a JSON object as last line")
    parser.add_argument("--folder", type=Path, help="where to keep the artefacts")
    options = parser.parse_args()
    name = f"{datetime.now():%Y%m%d-%H%M%S}"
    folder = (options.folder or ROOT / "var" / "demo" / name).resolve()
    folder.mkdir(parents=True)
    story = Story(folder)
    try:
        results = asyncio.run(run(story))
    except (PhoneError, ApiError, EngineFailed, RuntimeError, TimeoutError) as error:
        results = [Check("the demo ran to its end", False, f"{type(error).__name__}: {error}")]
    report(story, results, as_json=options.json)
    sys.exit(not all(one.ok for one in results))


async def run(story: Story) -> list[Check]:
    greeting = await make_sounds(story)
    began = time.monotonic()

    def say(step: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} s[/dim]  {step}")

    async with Engine(story.folder) as engine:
        say(f"the engine runs: SIP on port {engine.sip_port}, API on port {engine.web_port}")
        await tell(story, engine, say)
    say("the engine has drained and stopped")
    results = list(checks(story, recording(story), greeting))
    stopped = engine.exit_code == 0
    return [*results, Check("the engine stops cleanly", stopped, f"exit code {engine.exit_code}")]


async def make_sounds(story: Story) -> Samples:
    """The phones' sound files; returns the greeting as the engine will speak it."""
    voices = Prompts(PromptSettings(directory=story.folder / "voices"))
    sound_files(
        story,
        {
            "customer-says": await voices.get("text", CUSTOMER_SAYS),
            "agent-says": await voices.get("text", AGENT_SAYS),
        },
    )
    flow = read((ROOT / "flows" / "samples" / "support.json").read_text(), "support")
    greeting = next(flow.prompts())
    return np.frombuffer(await voices.get(greeting.kind, greeting.value), "<i2")


def recording(story: Story) -> Path:
    """Where the contact record says it is."""
    locations = [one["Location"] for one in story.contact["Recordings"]]
    if len(locations) != 1:
        raise RuntimeError(f"the contact has {len(locations)} recordings")
    return Path(locations[0])


def report(story: Story, results: list[Check], *, as_json: bool) -> None:
    table = Table("", "check", "measured", title=f"Contact {story.contact_id}")
    for one in results:
        table.add_row("[green]ok[/green]" if one.ok else "[red]NO[/red]", one.name, one.detail)
    console.print(table)
    locations = [one["Location"] for one in story.contact.get("Recordings", [])]
    for location in locations:
        console.print(f"Recording  {location}", soft_wrap=True)
    console.print(f"Artefacts  {story.folder}", soft_wrap=True)
    failed = [one.name for one in results if not one.ok]
    console.print(f"{len(results) - len(failed)} of {len(results)} checks held")
    if as_json:
        outcome = {
            "ok": not failed,
            "contact_id": story.contact_id,
            "recording": next(iter(locations), None),
            "checks": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in results],
            "contact": story.contact,
            "artefacts": str(story.folder),
        }
        print(json.dumps(outcome))


if __name__ == "__main__":
    main()
