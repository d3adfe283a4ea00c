"""Flows that call the outside, by their sound: a third party who comes and goes, and a callback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from engine.call import State
from engine.live import LiveContact
from engine.records import ContactRecord, DisconnectReason, InitiationMethod
from tests.calls.party import EVENT, Party, Talker, media_port, with_events
from tests.rig.desk import BERLIN, OURS, Desk, desk, recorded, whisper
from tests.rig.house import AUDIO, Json, action, flow, phone, to_queue
from tests.rig.outside import MAY, callback
from tests.rig.patience import until
from tests.rig.phone import Phone
from tests.rig.tones import Samples, read_recording, spans, steady_dbfs, tone, write_wav

pytestmark = [pytest.mark.call, pytest.mark.timeout(60)]
CUSTOMER_HZ, AGENT_HZ, CALLED_HZ = 440.0, 1000.0, 1700.0
HELLO_HZ, BACK_HZ = 620.0, 2300.0
SAID_DBFS = -10.0
SAY_SECONDS, EAR_SECONDS = 0.4, 0.5
EDGE_SECONDS = 0.02  # of a sound that is followed by another
PATIENT = {"first_response_seconds": 10}


def party(stack: AsyncExitStack, one: Phone, hertz: float) -> Party:
    """Somebody whose phone is there already."""
    talker = Talker(tone(hertz, 1.0, SAID_DBFS))
    stack.callback(talker.close)
    return Party(one, talker)


def prompts(folder: Path) -> None:
    (folder / "prompts").mkdir()
    for name, hertz in (("hello", HELLO_HZ), ("back", BACK_HZ)):
        write_wav(folder / "prompts" / f"{name}.wav", tone(hertz, SAY_SECONDS, SAID_DBFS))


def number(folder: Path, document: Json) -> Json:
    (folder / "flow.json").write_text(json.dumps(document))
    return {"number": "flow", "flow": folder / "flow.json"}


def branching(name: str, kind: str, to: Json, error: str, **parameters: object) -> Json:
    """`to` by operator and operand."""
    block = action(name, kind, **parameters)
    conditions = [
        {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}
        for (operator, operand), target in to.items()
    ]
    block["Transitions"] = {
        "Conditions": conditions,
        "Errors": [{"NextAction": "bye", "ErrorType": error}],
    }
    return block


def recording(name: str, goes_to: str, *participants: str, ivr: str) -> Json:
    behavior = {"RecordedParticipants": list(participants), "IVRRecordingBehavior": ivr}
    return action(name, "UpdateContactRecordingBehavior", goes_to, RecordingBehavior=behavior)


def long_way() -> Json:
    """Open, all of a hundred, recorded after all, with a third party, and then to the queue."""
    call = action(
        "call",
        "TransferParticipantToThirdParty",
        "back",
        ThirdPartyPhoneNumber=BERLIN,
        ThirdPartyConnectionTimeLimitSeconds="20",
        ContinueFlowExecution="True",
        ThirdPartyDTMFDigits="4,2#",
        CallerId={"Number": OURS, "Name": "Front desk"},
    )
    call["Transitions"]["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    hours = {("Equals", "True"): "split", ("Equals", "False"): "bye"}
    return flow(
        branching("hours", "CheckHoursOfOperation", hours, "NoMatchingError",
                  HoursOfOperationId="always"),
        branching("split", "DistributeByPercentage", {("NumberLessThan", "101"): "on"},
                  "NoMatchingCondition"),
        recording("on", "off", "Agent", "Customer", ivr="Enabled"),
        recording("off", "again", ivr="Disabled"),
        recording("again", "hello", "Agent", "Customer", ivr="Enabled"),
        action("hello", "MessageParticipant", "call", PromptId="hello"),
        call,
        action("back", "MessageParticipant", "set", PromptId="back"),
        *to_queue()["Actions"][1:-1],
    )  # fmt: skip


async def finished(it: Desk, live: LiveContact) -> ContactRecord:
    """Its record, once the contact is over and everything is on disk."""
    await until(lambda: not len(it.one.house.registry))
    await it.one.house.recordings.close()
    record = await it.one.house.records.contact(live.contact_id)
    assert record
    return record


def in_order(samples: Samples, *hertz: float) -> None:
    """Each is heard, and nothing of it after the next has begun."""
    heard = [spans(samples, one) for one in hertz]
    assert all(heard)
    for sounds, following in pairwise(heard):
        assert sounds[-1].end < following[0].start + EDGE_SECONDS


async def test_a_flow_lends_the_customer_to_a_third_party_and_goes_on_to_the_queue(
    tmp_path: Path,
) -> None:
    prompts(tmp_path)
    hours = [{"name": "always", "open": ["Mon-Sun 00:00-24:00"]}]
    numbers = [number(tmp_path, long_way())]
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(
            desk(tmp_path, trunks=PATIENT, flows=MAY, hours=hours, numbers=numbers)
        )
        line = await stack.enter_async_context(phone(it.one))
        customer = party(stack, line, CUSTOMER_HZ)
        agent, called = party(stack, it.agent, AGENT_HZ), party(stack, it.carrier, CALLED_HZ)
        await customer.dial("flow")
        call = await called.phone.called()
        live = it.live
        await called.phone.answer(with_events(called.sdp))
        called.talker.start(media_port(call.offer))
        await called.talker.comes_to_hear(lambda heard: is_said(heard, CUSTOMER_HZ))
        await customer.talker.comes_to_hear(lambda heard: is_said(heard, CALLED_HZ))
        await until(lambda: keyed(called) == [4, 2, 11])
        called.phone.hang_up()
        await agent.answer()
        await until(lambda: live.tap)
        await agent.talker.comes_to_hear(lambda heard: is_said(heard, CUSTOMER_HZ))
        await customer.talker.comes_to_hear(lambda heard: is_said(heard, AGENT_HZ))
        line.hang_up()
        record = await finished(it, live)
        heard = customer.talker.heard()
    assert call.invite.from_.display == "Front desk"
    assert call.invite.from_.uri.startswith(f"sip:{OURS}@")
    in_order(heard, HELLO_HZ, CALLED_HZ, BACK_HZ, AGENT_HZ)
    assert (record.transferred_to, record.agents) == (BERLIN, ("agent1",))
    check_recordings(record)


def is_said(samples: Samples, hertz: float) -> bool:
    return bool(len(samples)) and abs(steady_dbfs(samples, hertz) - SAID_DBFS) < 2.0


def keyed(one: Party) -> list[int]:
    """The events of RFC 4733 that a phone was sent, each once."""
    events = [payload[0] for payload in one.talker.of_type(EVENT)]
    return [event for at, event in enumerate(events) if at == 0 or events[at - 1] != event]


def check_recordings(record: ContactRecord) -> None:
    """Recorded on both sides, since the last block says so: the third party with the prompts."""
    automated, talk = sorted(record.recordings, key=lambda one: one.start)
    samples = read_recording(Path(automated.location))
    for hertz in (HELLO_HZ, CALLED_HZ, BACK_HZ):
        assert spans(samples[:, 0], hertz), hertz
    assert spans(samples[:, 1], CUSTOMER_HZ)
    samples = read_recording(Path(talk.location))
    assert spans(samples[:, 0], CUSTOMER_HZ) and spans(samples[:, 1], AGENT_HZ)
    assert not spans(samples[:, 0], CALLED_HZ) and not spans(samples[:, 1], CALLED_HZ)


@asynccontextmanager
async def called_back(folder: Path) -> AsyncIterator[tuple[Desk, Party, LiveContact]]:
    """Nobody was there when a customer called: who has hung up now, and will be called; the contact
    that was. The whisper flow plays a prompt and records both."""
    prompts(folder)
    says = action("say", "MessageParticipant", "record", PromptId="hello")
    closed = {("Equals", "True"): "bye", ("Equals", "False"): "set"}
    hours = branching(
        "hours", "CheckHoursOfOperation", closed, "NoMatchingError", HoursOfOperationId="never"
    )
    document = flow(hours, *callback()["Actions"][:-1])
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(
            desk(
                folder,
                flow=whisper(says, recorded("Agent", "Customer")),
                trunks=PATIENT,
                flows=MAY,
                hours=[{"name": "never", "open": []}],
                numbers=[number(folder, document)],
            )
        )
        line = await stack.enter_async_context(phone(it.one))
        await line.invite("flow", AUDIO)
        before = it.live
        assert (await line.hung_up()).by == "BYE"
        await until(lambda: before not in it.one.house.registry)
        yield it, party(stack, it.carrier, CALLED_HZ), before


async def test_a_customer_is_called_back_and_recorded_since_the_whisper_flow_says_so(
    tmp_path: Path,
) -> None:
    async with called_back(tmp_path) as (it, customer, before), AsyncExitStack() as stack:
        agent = party(stack, it.agent, AGENT_HZ)
        await agent.answer()
        await customer.rings()
        live = it.live
        assert live.call.state is State.CALLING_BACK
        await customer.take()
        await customer.talker.comes_to_hear(lambda heard: is_said(heard, AGENT_HZ))
        await agent.talker.comes_to_hear(lambda heard: is_said(heard, CALLED_HZ))
        await asyncio.sleep(EAR_SECONDS)
        agent.phone.hang_up()
        assert (await customer.phone.hung_up()).by == "BYE"
        record = await finished(it, live)
        heard, heard_by_agent = customer.talker.heard(), agent.talker.heard()
    in_order(heard, HELLO_HZ, AGENT_HZ)
    assert not spans(heard_by_agent, HELLO_HZ)
    assert record.initiation_method is InitiationMethod.CALLBACK
    assert record.previous_contact_id == before.contact_id
    assert record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
    [row] = record.recordings
    samples = read_recording(Path(row.location))
    assert spans(samples[:, 0], CALLED_HZ) and spans(samples[:, 1], AGENT_HZ)
    assert not spans(samples[:, 0], HELLO_HZ)
