"""Flows for the moments of a contact, each with a prompt that nothing else plays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.rig.house import Json, action, flow, to_queue
from tests.rig.tones import tone, write_wav

PROMPTS_HZ = {
    "queue": 600.0,
    "brief": 820.0,
    "greet": 1050.0,
    "hold": 1270.0,
    "wait": 1480.0,
    "farewell": 2100.0,
}
PROMPT_DBFS = -10.0


def speaking(prompt: str) -> Json:
    """Plays it once, and ends."""
    return {
        "Version": "2019-10-30",
        "StartAction": "say",
        "Actions": [
            action("say", "MessageParticipant", "end", PromptId=prompt),
            action("end", "EndFlowExecution"),
        ],
    }


def repeating(prompt: str, seconds: int = 0, then: str = "") -> Json:
    """Plays it again and again; after so many seconds plays the other one, then the first again."""
    loop = action("loop", "MessageParticipantIteratively", Messages=[{"PromptId": prompt}])
    if not seconds:
        return {"Version": "2019-10-30", "StartAction": "loop", "Actions": [loop]}
    loop["Parameters"]["InterruptFrequencySeconds"] = str(seconds)
    met = {"Operator": "Equals", "Operands": ["MessagesInterrupted"]}
    loop["Transitions"] = {"Conditions": [{"NextAction": "say", "Condition": met}]}
    say = action("say", "MessageParticipant", "loop", PromptId=then)
    return {"Version": "2019-10-30", "StartAction": "loop", "Actions": [loop, say]}


FLOWS: Mapping[str, Json] = {
    "CustomerQueue": repeating("queue", 1, "short"),
    "AgentWhisper": speaking("brief"),
    "CustomerWhisper": speaking("greet"),
    "CustomerHold": repeating("hold"),
    "AgentHold": repeating("wait"),
    "CustomerRemaining": flow(action("say", "MessageParticipant", "bye", PromptId="farewell")),
}


def hooked(folder: Path, *moments: str, seconds: float = 0.5) -> Json:
    """A number `hooked` whose flow sets these and goes to the queue; the prompts last so long."""
    for name in ("flows", "prompts"):
        (folder / name).mkdir()
    for name, hertz in PROMPTS_HZ.items():
        write_wav(folder / "prompts" / f"{name}.wav", tone(hertz, seconds, PROMPT_DBFS))
    for name, document in FLOWS.items():
        (folder / "flows" / f"{name} flow.json").write_text(json.dumps(document))
    queue = to_queue("Agent", "Customer")["Actions"][:-1]
    sets = [
        action(name, "UpdateContactEventHooks", EventHooks={name: f"{name} flow"})
        for name in moments
    ]
    for step, following in zip(sets, [*sets[1:], queue[0]], strict=True):
        errors = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
        step["Transitions"] = {"NextAction": following["Identifier"], "Errors": errors}
    (folder / "hooked.json").write_text(json.dumps(flow(*sets, *queue)))
    return {"number": "hooked", "flow": folder / "hooked.json"}
