"""A bot that hears keys, and words of a server which hears customer and agent, on one call."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine.call import State
from tests.calls.party import Party
from tests.rig.audio_consumer import audio_consumer
from tests.rig.house import Json, action, engine, flow, phone, to_queue
from tests.rig.patience import until
from tests.rig.tones import Samples, spans, tone, write_wav

pytestmark = [pytest.mark.call, pytest.mark.timeout(40)]
CUSTOMER_HZ, AGENT_HZ, PROMPT_HZ, SAID_DBFS = 440.0, 1700.0, 820.0, -10.0
PROMPT_SECONDS, TALK_SECONDS = 0.6, 1.0


def documents() -> Json:
    bot = action("bot", "ConnectParticipantWithLexBot", LexV2Bot={"AliasArn": "desk"})
    order = {"Condition": {"Operator": "Equals", "Operands": ["Order"]}, "NextAction": "note"}
    errors = ("NoMatchingCondition", "NoMatchingError")
    bot["Transitions"] = {
        "Conditions": [order],
        "Errors": [{"NextAction": "bye", "ErrorType": error} for error in errors],
    }
    found = {"number": "$.Lex.Slots.Number"}
    customer = {"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}
    stream = action("stream", "UpdateContactMediaStreamingBehavior", "bot")
    stream["Parameters"] = {"MediaStreamingState": "Enabled", "Participants": [customer]}
    return flow(
        stream,
        bot,
        action("note", "UpdateContactAttributes", "say", Attributes=found),
        action("say", "MessageParticipant", "record", PromptId="say"),
        *to_queue("Agent", "Customer")["Actions"][:-1],
    )


def prepare(folder: Path) -> dict[str, object]:
    (folder / "streamed.json").write_text(json.dumps(documents()))
    (folder / "prompts").mkdir()
    write_wav(folder / "prompts" / "say.wav", tone(PROMPT_HZ, PROMPT_SECONDS, SAID_DBFS))
    slot = {"name": "Number", "prompt": "x", "pattern": "[0-9]{4}"}
    intents = [{"name": "Order", "keys": ["1"], "slots": [slot]}]
    return {
        "numbers": [{"number": "streamed", "flow": folder / "streamed.json"}],
        "bots": [{"name": "desk", "intents": intents}],
    }


async def test_keys_and_words_are_understood_and_both_directions_are_heard_by_the_server(
    tmp_path: Path,
) -> None:
    settings = prepare(tmp_path)
    async with (
        audio_consumer() as consumer,
        engine(tmp_path, streaming={"url": consumer.url}, **settings) as one,
        Party.of(phone(one, "customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(phone(one, "agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        await agent.phone.register()
        await customer.dial("streamed")
        [live] = one.house.registry
        asked = await until(lambda: live.flow and live.flow.collecting)
        await customer.phone.press("1#")
        await until(lambda: live.flow and live.flow.collecting not in (None, asked))
        await consumer.connections[0].send('{"text": "4711"}')
        await agent.answer()
        await until(lambda: live.call.state is State.BRIDGED)
        await asyncio.sleep(TALK_SECONDS)
        customer.phone.hang_up()
        await until(lambda: [feed.ended for feed in consumer.feeds] == [True, True])
        record = live.record
    assert record.attributes == {"number": "4711"}
    said, heard = consumer.feed("From").samples, consumer.feed("To").samples
    assert longest(said, CUSTOMER_HZ) > PROMPT_SECONDS + TALK_SECONDS - 0.3
    assert longest(heard, PROMPT_HZ) == pytest.approx(PROMPT_SECONDS, abs=0.1)
    assert longest(heard, AGENT_HZ) > TALK_SECONDS - 0.3
    assert not spans(said, AGENT_HZ) and not spans(said, PROMPT_HZ)
    assert not spans(heard, CUSTOMER_HZ)


def longest(samples: Samples, hertz: float) -> float:
    return max((span.seconds for span in spans(samples, hertz)), default=0.0)
