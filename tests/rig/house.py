"""An engine in this process, on free ports, with short flows and people whose password is known."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from config import Settings
from engine.app import Running, running
from engine.live import LiveContact
from tests.rig import fresh_database
from tests.rig.patience import NEVER_BEHIND_SECONDS, until
from tests.rig.phone import Phone, audio
from tests.rig.tones import tone, write_wav

PASSWORD = "open sesame"
TOKEN = "a token for tests"
PROMPT_SECONDS = 0.2
AUDIO = audio(4000)  # where these phones would hear, had they ears
Json = dict[str, Any]


def action(identifier: str, kind: str, goes_to: str | None = None, **parameters: object) -> Json:
    """One action; its errors lead to "bye"."""
    transitions: Json = {"NextAction": goes_to} if goes_to else {}
    if goes_to and kind in ("UpdateContactTargetQueue", "TransferContactToQueue"):
        transitions["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    return {
        "Identifier": identifier,
        "Type": kind,
        "Parameters": parameters,
        "Transitions": transitions,
    }


def flow(*actions: Json) -> Json:
    """Starts at the first action; "bye" hangs up."""
    return {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Actions": [*actions, action("bye", "DisconnectParticipant")],
    }


def to_queue(*recorded: str, queue: str = "support") -> Json:
    """Straight to the queue, with these participants recorded."""
    behavior = {"RecordedParticipants": list(recorded)}
    return flow(
        action("record", "UpdateContactRecordingBehavior", "set", RecordingBehavior=behavior),
        action("set", "UpdateContactTargetQueue", "transfer", QueueId=queue),
        action("transfer", "TransferContactToQueue", "bye"),
    )


def recorded_from_the_start() -> Json:
    """To the queue, with the automated part recorded, switched off, and on again."""
    return flow(
        *(
            action(
                name,
                "UpdateContactRecordingBehavior",
                goes_to,
                RecordingBehavior={
                    "RecordedParticipants": ["Agent", "Customer"],
                    "IVRRecordingBehavior": ivr,
                },
            )
            for name, goes_to, ivr in (
                ("on", "off", "Enabled"),
                ("off", "again", "Disabled"),
                ("again", "pause", "Enabled"),
                ("pause", "set", "Disabled"),
            )
        ),
        action("set", "UpdateContactTargetQueue", "transfer", QueueId="support"),
        action("transfer", "TransferContactToQueue", "bye"),
    )


FLOWS: Mapping[str, Json] = {
    "support": to_queue("Agent", "Customer"),
    "unrecorded": to_queue(),
    "automated": recorded_from_the_start(),
    "agent-only": to_queue("Agent"),
    "lost": to_queue(queue="nowhere"),
    "goodbye": flow(action("say", "MessageParticipant", "bye", PromptId="short")),
    "silent": flow(action("say", "MessageParticipant", "bye", PromptId="$.Attributes.none")),
}


def settings(folder: Path, **sections: object) -> Settings:
    """`sections` as in the configuration file, over what the tests want by default."""
    for number, document in FLOWS.items():
        (folder / f"{number}.json").write_text(json.dumps(document))
    prompts = folder / "prompts"
    prompts.mkdir(exist_ok=True)
    write_wav(prompts / "short.wav", tone(440, PROMPT_SECONDS))
    fresh_database.put_into(folder)
    given: dict[str, Any] = {
        "sip": {"port": 0, "overload_seconds": NEVER_BEHIND_SECONDS},
        "web": {"port": 0, "token": TOKEN, "key_file": folder / "access-keys.key"},
        "login": {"admin": ""},
        "recording": {"directory": folder / "recordings"},
        "prompts": {"directory": prompts},
        "flows": {"directory": folder / "flows", "log_directory": folder / "flow-log"},
        "database": {"url": f"sqlite+aiosqlite:///{folder}/earshot.sqlite"},
        "trace": {"directory": folder / "traces"},
        "routing": {"drain_seconds": 0.05},
        "queues": [{"name": "support"}],
        "agents": [
            {"username": f"agent{n}", "password": PASSWORD, "queues": ["support"]} for n in (1, 2)
        ],
        "supervisors": [{"username": f"manager{n}", "password": PASSWORD} for n in (1, 2, 3)],
        "numbers": [{"number": number, "flow": folder / f"{number}.json"} for number in FLOWS],
    }
    for name, section in sections.items():
        given[name] = {**given.get(name, {}), **section} if isinstance(section, dict) else section
    return Settings(**given)


@asynccontextmanager
async def engine(folder: Path, **sections: object) -> AsyncIterator[Running]:
    async with running(settings(folder, **sections)) as one:
        yield one


def phone(one: Running, username: str = "customer") -> Phone:
    """A phone that knows the password of whoever it is."""
    return Phone(username, PASSWORD, ("127.0.0.1", one.house.sip.port))


async def converse(one: Running, customer: Phone, agent: Phone, number: str) -> LiveContact:
    """The customer dials, the (registered) agent answers; the contact they are on."""
    await customer.invite(number, AUDIO)
    await agent.called()
    await agent.answer(AUDIO)
    return await until(lambda: next((live for live in one.house.registry if live.agent), None))
