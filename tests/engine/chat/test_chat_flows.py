"""Flows on chats: what becomes a message, and what takes its error branch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.chat.chats import Wanted
from engine.chat.state_table import State
from tests.rig.chatting import published
from tests.rig.house import action, engine, flow
from tests.rig.patience import until

Json = dict[str, Any]


def failing(one: Json, error: str = "NoMatchingError", to: str = "failed") -> Json:
    """The same action; where it fails, the flow says so."""
    one["Transitions"]["Errors"] = [{"NextAction": to, "ErrorType": error}]
    return one


async def said(folder: Path, *actions: Json) -> list[str | None]:
    """What the system says in a chat with this flow, until it ends."""
    failed = action("failed", "MessageParticipant", "bye", Text="failed")
    async with engine(folder) as one:
        await published(one, "chat", flow(*actions, failed))
        chat = one.house.chats.start(Wanted("chat", "Carla", 60.0))
        await until(lambda: chat.state is State.ENDED)
        return [item.content for item in chat.items if item.type == "MESSAGE"]


async def test_texts_are_said_and_what_can_only_be_heard_fails(tmp_path: Path) -> None:
    heard = failing(action("heard", "MessageParticipant", "bye", PromptId="short"))
    text = action("text", "MessageParticipant", "heard", Text="on $.Channel")
    assert await said(tmp_path, text, heard) == ["on CHAT", "failed"]


async def test_what_only_a_call_can_do_fails(tmp_path: Path) -> None:
    keys = failing(
        action("keys", "GetParticipantInput", "bye", Text="Press 1", InputTimeLimitSeconds="5")
    )
    assert await said(tmp_path, keys) == ["failed"]


async def test_a_flow_waits_and_goes_on(tmp_path: Path) -> None:
    wait = failing(action("wait", "Wait", "bye", TimeLimitSeconds="0"))
    wait["Transitions"]["Conditions"] = [
        {"NextAction": "on", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}
    ]
    on = action("on", "MessageParticipant", "bye", Text="on")
    assert await said(tmp_path, wait, on) == ["on"]


async def test_a_queue_that_takes_nobody_fails(tmp_path: Path) -> None:
    aim = failing(action("aim", "UpdateContactTargetQueue", "go", QueueId="nowhere"), to="go")
    go = failing(action("go", "TransferContactToQueue", "bye"))
    assert await said(tmp_path, aim, go) == ["failed"]


async def test_who_waits_has_the_flow_of_the_queue(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        again = action("say", "MessageParticipant", "end", Text="Please wait")
        end = action("end", "EndFlowExecution")
        await published(one, "wait", flow(again, end), kind="CUSTOMER_QUEUE")
        hooks = {"CustomerQueue": "wait"}
        document = flow(
            action("hook", "UpdateContactEventHooks", "aim", EventHooks=hooks),
            action("aim", "UpdateContactTargetQueue", "go", QueueId="support"),
            action("go", "TransferContactToQueue", "bye"),
        )
        await published(one, "chat", document)
        chat = one.house.chats.start(Wanted("chat", "Carla", 60.0))
        await until(lambda: "Please wait" in [item.content for item in chat.items])
        assert chat.state is State.QUEUED
