"""A menu on a real call: pjsua2 presses right, wrong and no keys, in RTP or by INFO."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from engine.app import Running
from engine.live import LiveContact
from flows.collecting import State
from tests.calls.party import Party
from tests.rig.house import Json, action, engine, flow, phone, to_queue
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.softphone import Softphone
from tests.rig.tones import (
    RATE,
    Samples,
    Span,
    read_recording,
    read_wav,
    spans,
    steady_dbfs,
    tone,
    write_wav,
)

pytestmark = [
    pytest.mark.call,
    needs("pjsua2"),
]
ASK_HZ, WRONG_HZ, LATE_HZ, NUMBER_HZ = 600.0, 820.0, 1050.0, 1270.0
CUSTOMER_HZ, AGENT_HZ = 440.0, 1800.0
SECONDS = {"ask": 1.4, "wrong": 0.3, "late": 0.3, "number": 3.0}
HERTZ = {"ask": ASK_HZ, "wrong": WRONG_HZ, "late": LATE_HZ, "number": NUMBER_HZ}
KEYS_HZ = (697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0)
SAID_DBFS = -10.0
EAR_SECONDS = 0.3
GAP_SECONDS = 0.2  # less than any prompt that stands between two others
Press = Callable[[Softphone, str], Awaitable[None]]


def documents() -> Json:
    """A menu that comes again until 1 is pressed, then a number, then the queue."""
    menu = action("menu", "GetParticipantInput", PromptId="ask", StoreInput="False")
    menu["Parameters"]["InputTimeLimitSeconds"] = "1"
    menu["Transitions"] = {
        "Conditions": [
            {"NextAction": "number", "Condition": {"Operator": "Equals", "Operands": ["1"]}}
        ],
        "Errors": [
            {"NextAction": "wrong", "ErrorType": "NoMatchingCondition"},
            {"NextAction": "late", "ErrorType": "InputTimeLimitExceeded"},
            {"NextAction": "bye", "ErrorType": "NoMatchingError"},
        ],
    }
    number = action("number", "GetParticipantInput", "note", PromptId="number", StoreInput="True")
    number["Parameters"] |= {
        "InputTimeLimitSeconds": "5",
        "InputValidation": {"CustomValidation": {"MaximumLength": "8"}},
    }
    number["Transitions"]["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    stored = {"number": "$.StoredCustomerInput"}
    return flow(
        menu,
        action("wrong", "MessageParticipant", "menu", PromptId="wrong"),
        action("late", "MessageParticipant", "menu", PromptId="late"),
        number,
        action("note", "UpdateContactAttributes", "record", Attributes=stored),
        *to_queue("Agent", "Customer")["Actions"][:-1],
    )


def prepare(folder: Path) -> list[Json]:
    (folder / "menu.json").write_text(json.dumps(documents()))
    (folder / "prompts").mkdir()
    for name, hertz in HERTZ.items():
        write_wav(folder / "prompts" / f"{name}.wav", tone(hertz, SECONDS[name], SAID_DBFS))
    write_wav(folder / "customer.wav", tone(CUSTOMER_HZ, 1.0, SAID_DBFS))
    return [{"number": "menu", "flow": folder / "menu.json"}]


async def test_callers_press_a_wrong_key_then_none_then_the_right_ones(tmp_path: Path) -> None:
    """One by telephone events, one by INFO."""
    async with AsyncExitStack() as engines:
        calls = []
        for way in (Softphone.send_dtmf, Softphone.send_info):
            folder = tmp_path / way.__name__
            folder.mkdir()
            one = await engines.enter_async_context(engine(folder, numbers=prepare(folder)))
            calls.append(presses(one, folder, way))
        async with asyncio.TaskGroup() as callers:
            for call in calls:
                callers.create_task(call)


async def presses(one: Running, folder: Path, way: Press) -> None:
    async with (
        Softphone("customer", folder) as customer,
        Party.of(phone(one, "agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        press = partial(way, customer)
        await agent.phone.register()
        await customer.play(folder / "customer.wav")
        await customer.record(folder / "heard.wav")
        await customer.call(f"sip:menu@{one.house.sip.authority}")
        await customer.wait_for("media")
        [live] = one.house.registry
        asked = await prompted(live)
        await press("7")  # in the middle of the prompt
        asked = await prompted(live, after=asked)
        asked = await prompted(live, after=asked)  # nothing was pressed
        await press("1")
        await prompted(live, after=asked)
        await press("3*4711#")
        await agent.answer()
        await until(lambda: live.tap)
        await asyncio.sleep(0.5)
        await press("59")
        await asyncio.sleep(1.0)
        await customer.stop_recording()
        await customer.hang_up()
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    assert record and record.attributes == {"number": "4711"}
    check_heard(read_wav(folder / "heard.wav")[0])
    check_recorded(read_recording(Path(record.recordings[0].location)))


async def prompted(live: LiveContact, after: object = None) -> object:
    """The keys that are being asked for by a prompt which the caller has begun to hear."""

    def asking() -> object:
        keys = live.flow.collecting if live.flow else None
        heard = keys and keys is not after and keys.state is State.PROMPTING and live.player
        return keys if heard else None

    keys = await until(asking)
    await asyncio.sleep(EAR_SECONDS)
    return keys


def prompts(samples: Samples, hertz: float) -> list[Span]:
    """Each time it sounds; what the phone of a busy machine misses for a moment is no end."""
    found: list[Span] = []
    for one in spans(samples, hertz):
        goes_on = found and one.start - found[-1].end < GAP_SECONDS
        found.append(Span(found.pop().start, one.end) if goes_on else one)
    return found


def check_heard(samples: Samples) -> None:
    """The prompt that was talked into, the one that was not, and the one that was answered."""
    cut, whole, answered = prompts(samples, ASK_HZ)
    [wrong], [late], [number] = (
        prompts(samples, hertz) for hertz in (WRONG_HZ, LATE_HZ, NUMBER_HZ)
    )
    assert whole.seconds == pytest.approx(SECONDS["ask"], abs=GAP_SECONDS)
    assert late.start - whole.end > 0.9
    assert cut.end <= wrong.start and wrong.end <= whole.start
    assert late.end <= answered.start and answered.end <= number.start
    assert cut.seconds < SECONDS["ask"] and number.seconds < SECONDS["number"]


def check_recorded(samples: Samples) -> None:
    """Who talks is there, what they press is not."""
    left, right = samples[:, 0], samples[:, 1]
    talks = max(spans(left, CUSTOMER_HZ), key=lambda span: span.seconds)  # between two keys
    assert talks.seconds > 0.3
    said = left[round(talks.start * RATE) : round(talks.end * RATE)]
    assert steady_dbfs(said, CUSTOMER_HZ) == pytest.approx(SAID_DBFS, abs=1.0)
    for hertz in KEYS_HZ:
        assert not spans(left, hertz) and not spans(right, hertz), hertz
