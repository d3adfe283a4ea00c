"""How much of other people's contact flows is understood, and what a block costs.

    python -m bench.flows --corpus FOLDER --json

Every *.json below the folder is read, and what loads is rehearsed with each of CALLERS, in virtual
time. The figures of the JSON object:

files            documents found
loaded           read without a problem
refused          not read, each for a reason that `earshot flow check` prints
ran_to_end       loaded, it broke off with no caller, and at least one came to an end that the flow
                 drew: it hung up, ended, or put the contact in a queue; of a flow that plays on and
                 on, on purpose, they may all hang up
crashed          where reading or running raised anything else
console          files, loaded and ran_to_end of what the console wrote, where the folder has an
                 index.csv that knows
by_type          blocks run, by action type, in all rehearsals
us_per_action    CPU in microseconds of a simple block, and what it asks for, without tracing
loop_p99_ms      CPU in milliseconds for which a turn of the loop is held up while CONTACTS contacts
                 press a key at once, and each chooses a branch, compares, asks again; 99 of 100
                 turns less
broke_off        which flows did not come to such an end, and why
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from engine.flow_turns import FlowTurns
from flows import DigitsEntered, Flow, FlowError, Interpreter, read
from flows.interpreter import STEPS_AT_ONCE
from flows.rehearsal import CUSTOMER, Ending, Script, rehearse

KNOWN = {
    **CUSTOMER,
    "Queue.Name": "BasicQueue",  # whispers and queue flows run where there is a queue and an agent
    "Agent.UserName": "agent1",
    "Agent.FirstName": "Ann",
}
CALLERS = (
    Script(system=KNOWN, answered_by="agent1"),
    Script(system=KNOWN, answered_by="agent1", keys=("1",) * 50),
    Script(system=KNOWN, answered_by="agent1", keys=("1234#", "1", "0#", "2") * 10),
    Script(system=KNOWN, answered_by="agent1", keys=("3", "", "9") * 20, is_open=False),
    Script(system=KNOWN, answered_by="agent1", keys=("2",) * 50, queue_is_full=True),
    Script(system=KNOWN, answered_by="agent1", keys=("2065550100#", "1") * 20),
)
ENDLESS = frozenset({"MessageParticipantIteratively"})
ROUNDS = 20  # of the measured flow
CONTACTS = 1000
BURSTS = 200


@dataclass(slots=True)
class Figures:
    files: int = 0
    loaded: int = 0
    ran_to_end: int = 0
    refused: int = 0
    crashed: int = 0
    console: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)
    broke_off: dict[str, str] = field(default_factory=dict)

    def report(self, us_per_action: float, loop_p99_ms: float) -> dict[str, Any]:
        return {
            "files": self.files,
            "loaded": self.loaded,
            "ran_to_end": self.ran_to_end,
            "refused": self.refused,
            "crashed": self.crashed,
            "console": dict(self.console),
            "by_type": dict(self.by_type.most_common()),
            "us_per_action": round(us_per_action, 2),
            "loop_p99_ms": round(loop_p99_ms, 2),
            "broke_off": self.broke_off,
        }


def survey(corpus: Path) -> Figures:
    figures, by_console = Figures(), written_by_console(corpus)
    for file in sorted(corpus.rglob("*.json")):
        name = file.relative_to(corpus).as_posix()
        results = {"files", *results_of(file, name, figures)}
        for result in results:
            setattr(figures, result, getattr(figures, result) + 1)
        if name in by_console:
            figures.console.update(results & {"files", "loaded", "ran_to_end"})
    return figures


def written_by_console(corpus: Path) -> set[str]:
    index = corpus / "index.csv"
    if not index.exists():
        return set()
    rows = csv.DictReader(index.read_text(encoding="utf-8").splitlines())
    return {row["file"] for row in rows if row["console_export"] == "1"}


def results_of(file: Path, name: str, figures: Figures) -> Iterator[str]:
    """Which of the figures this document counts for."""
    try:
        flow = read(file.read_text(encoding="utf-8-sig"), name)
    except FlowError:
        yield "refused"
        return
    except Exception as error:
        figures.broke_off[name] = repr(error)
        yield "crashed"
        return
    yield "loaded"
    try:
        reason = trouble(flow, figures.by_type)
    except Exception as error:
        figures.broke_off[name] = repr(error)
        yield "crashed"
        return
    if reason:
        figures.broke_off[name] = reason
    else:
        yield "ran_to_end"


def trouble(flow: Flow, by_type: Counter[str]) -> str:
    """Why this flow did not run to an end, after the definition above; "" when it did."""
    reached = any(block.type in ENDLESS for block in flow.blocks.values())
    for caller in CALLERS:
        said, ending = "", None
        for moment in rehearse(flow, caller):
            if moment.step:
                by_type[moment.step.type] += 1
            said = moment.text if moment.text.startswith("error:") else said
            ending = moment.ending
        if ending is Ending.BROKE_OFF:
            return said
        reached = reached or ending is not Ending.GAVE_UP
    return "" if reached else "goes on until each caller hangs up"


def us_per_action() -> float:
    """Of blocks that wait for nothing: compare, set an attribute, count, go on."""
    flow = read(json.dumps(busy_flow()), "busy")
    runs = [Interpreter(flow, {"tier": "gold"}, {"Channel": "VOICE"}) for _ in range(ROUNDS)]
    began = time.process_time()
    for run in runs:
        run.start(0.0)
    return (time.process_time() - began) * 1e6 / (ROUNDS * STEPS_AT_ONCE)


async def loop_p99_ms() -> float:
    """Of a loop that does nothing else; flows share it as they do in the engine."""
    flow = read(json.dumps(menu_flow()), "menu")
    runs = [Interpreter(flow, {"tier": "gold"}, {"Channel": "VOICE"}) for _ in range(CONTACTS)]
    for run in runs:
        run.start(0.0)
    turns, stepped, delays = FlowTurns(), 0, []

    def step(run: Interpreter) -> None:
        nonlocal stepped
        run.step(DigitsEntered("1"), 0.0)
        stepped += 1

    for burst in range(1, BURSTS + 1):
        due = time.process_time()
        for run in runs:
            turns.take(partial(step, run))
        while stepped < burst * CONTACTS:
            await asyncio.sleep(0)
            now = time.process_time()
            delays.append(now - due)
            due = now
    assert not any(run.over for run in runs), "a round of the menu is within every budget"
    return sorted(delays)[len(delays) * 99 // 100 - 1] * 1000


def menu_flow() -> dict[str, Any]:
    """Asks for a key, again and again."""
    asks = {"StoreInput": "False", "InputTimeLimitSeconds": "5", "Text": "Press one"}
    tier = {"ComparisonValue": "$.Attributes.tier"}
    blocks = [
        block("ask", "GetParticipantInput", asks, "1", "Equals", "compare"),
        block("compare", "Compare", tier, "gold", "Equals", "ask"),
    ]
    return {"Version": "2019-10-30", "StartAction": "ask", "Actions": blocks}


def busy_flow() -> dict[str, Any]:
    """An endless round, cut off by the step budget."""
    attribute = {"Attributes": {"note": "$.Channel of $.Attributes.tier"}}
    blocks = [
        block("compare", "Compare", {"ComparisonValue": "$.Attributes.tier"}, "silver", "Equals"),
        block("note", "UpdateContactAttributes", attribute, next_action="keep"),
        block(
            "keep",
            "UpdateFlowAttributes",
            {"FlowAttributes": {"last": {"Value": "$.Attributes.note"}}},
            next_action="compare",
        ),
    ]
    return {"Version": "2019-10-30", "StartAction": "compare", "Actions": blocks}


def block(
    name: str,
    type_name: str,
    parameters: dict[str, Any],
    operand: str = "",
    operator: str = "",
    next_action: str = "note",
) -> dict[str, Any]:
    condition = {"Operator": operator, "Operands": [operand]}
    chosen = [{"NextAction": next_action, "Condition": condition}] if operator else []
    errors = [{"NextAction": next_action, "ErrorType": "NoMatchingCondition"}] if operator else []
    transitions = {"NextAction": next_action, "Conditions": chosen, "Errors": errors}
    return {
        "Identifier": name,
        "Type": type_name,
        "Parameters": parameters,
        "Transitions": transitions,
    }


def table(report: dict[str, Any]) -> Table:
    made = Table("figure", "value", show_edge=False)
    for name, value in report.items():
        if not isinstance(value, dict):
            made.add_row(name, str(value))
    for name, value in report["console"].items():
        made.add_row(f"console: {name}", str(value))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True, help="a folder of contact flows")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if not arguments.corpus.is_dir():
        parser.error(f"{arguments.corpus} is no folder")
    report = survey(arguments.corpus).report(us_per_action(), asyncio.run(loop_p99_ms()))
    if arguments.json:
        print(json.dumps(report))
    else:
        Console().print(table(report))
        for name, reason in report["broke_off"].items():
            Console().print(f"{name}: {reason}", markup=False, soft_wrap=True)
    sys.exit(bool(report["crashed"]))


if __name__ == "__main__":
    main()
