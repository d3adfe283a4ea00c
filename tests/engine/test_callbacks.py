"""Customers are called back, by agents and the carrier of the rig."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import kept_callbacks
from engine.agents import Presence
from engine.call import State
from engine.contact_record import ContactRecord
from engine.kept_callbacks import KeptCallback
from engine.line import Party
from engine.live import LiveContact
from engine.records import DisconnectReason, InitiationMethod
from tests.rig.contacts import contact_record
from tests.rig.desk import BERLIN, OURS, PARIS, Desk, Json, desk, recorded, whisper
from tests.rig.house import AUDIO, action, engine, phone
from tests.rig.outside import MAY, callback, number
from tests.rig.patience import until

PATIENT = {"first_response_seconds": 10}
SAYS = action("say", "MessageParticipant", "record", PromptId="short")
BOTH = recorded("Agent", "Customer")


@asynccontextmanager
async def wanted(
    folder: Path, document: Json, **options: Any
) -> AsyncIterator[tuple[Desk, LiveContact]]:
    """A customer has hung up who is to be called back; the contact that was."""
    given = {"flows": MAY, "trunks": PATIENT, **options}
    numbers = [number(folder, document)]
    async with desk(folder, numbers=numbers, **given) as it:
        async with phone(it.one) as customer:
            await customer.invite("outside", AUDIO)
            before = it.live
            assert (await customer.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        yield it, before


def presence(it: Desk, username: str = "agent1") -> Presence:
    return it.one.house.router.floor.agents[username].presence


async def record(it: Desk, before: LiveContact) -> ContactRecord:
    """Of the callback, as the database has it."""
    await it.one.house.ledger.flush()
    every = await it.one.house.records.contacts(100)
    [found] = [one for one in every if one.previous_contact_id == before.contact_id]
    return found


async def test_the_agent_answers_first_and_then_the_customer_is_called(tmp_path: Path) -> None:
    async with wanted(tmp_path, callback(), flow=whisper(SAYS, BOTH)) as (it, before):
        called = await it.agent.called()
        assert f"sip:{BERLIN}@" in called.invite.from_.uri or called.invite.from_.display == BERLIN
        assert it.carrier.events == []
        await it.agent.answer(AUDIO)
        invite = (await it.carrier.called()).invite
        assert invite.uri.startswith(f"sip:{BERLIN}@")
        assert invite.from_.uri.startswith(f"sip:{OURS}@")
        live = it.live
        assert live.call.state is State.CALLING_BACK and presence(it) is Presence.ON_CONTACT
        await it.carrier.answer(AUDIO)
        await until(lambda: live.call.state is State.BRIDGED)
        assert live.tap and len(it.calls) == 1
        it.carrier.hang_up()
        assert (await it.agent.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0] and presence(it) is Presence.AVAILABLE
        found = await record(it, before)
    assert found.contact_id == live.contact_id
    assert found.initial_contact_id == before.contact_id
    assert found.initiation_method is InitiationMethod.CALLBACK
    assert (found.customer_endpoint, found.system_endpoint) == (BERLIN, OURS)
    assert (found.queue, found.agents) == ("support", ("agent1",))
    assert found.attributes == {"to": BERLIN}
    assert found.enqueue and found.dequeue and found.connected_to_agent
    assert found.enqueue <= found.dequeue <= found.connected_to_agent
    assert found.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT


async def test_an_agent_who_does_not_take_it_is_followed_by_the_next(tmp_path: Path) -> None:
    async with wanted(tmp_path, callback()) as (it, _), phone(it.one, "agent2") as second:
        await second.register()
        await it.agent.called()
        it.agent.reject(486)
        await second.called()
        await second.answer(AUDIO)
        await it.carrier.called()
        await it.carrier.answer(AUDIO)
        await until(lambda: it.live.call.state is State.BRIDGED)
        assert it.live.record.agents == ("agent2",)


async def test_an_agent_who_lets_it_ring_is_rung_no_longer(tmp_path: Path) -> None:
    async with wanted(tmp_path, callback(), routing={"ring_seconds": 0.3}) as (it, _):
        await it.agent.called()
        assert (await it.agent.hung_up()).by == "CANCEL"
        await until(lambda: presence(it) is Presence.MISSED)
        assert len(it.one.house.callbacks) == 1


@pytest.mark.parametrize("attempts", [1, 2])
async def test_a_number_that_nobody_answers_is_called_as_often_as_the_flow_says(
    tmp_path: Path, attempts: int
) -> None:
    async with wanted(tmp_path, callback(attempts=attempts)) as (it, before):
        for _ in range(attempts):
            await it.agent.called()
            await it.agent.answer(AUDIO)
            await it.carrier.called()
            it.carrier.reject(486)
            assert (await it.agent.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry) and not len(it.one.house.callbacks))
        assert presence(it) is Presence.AVAILABLE
        found = await record(it, before)
    assert found.disconnect_reason is DisconnectReason.OTHER
    assert found.connected_to_agent is None and found.agents == ()


async def test_it_waits_as_long_as_the_flow_says_and_is_over_when_somebody_stops_it(
    tmp_path: Path,
) -> None:
    async with wanted(tmp_path, callback(delay=3600)) as (it, before):
        assert it.one.house.router.floor.contacts_in("support") == 0
        assert presence(it) is Presence.AVAILABLE
        assert before.record.attributes == {"to": BERLIN, "callback": "yes"}
        callbacks = it.one.house.callbacks
        assert (callbacks.scheduled("support"), callbacks.scheduled("sales")) == (1, 0)
        waiting = await record(it, before)
        assert callbacks.stop(waiting.contact_id)
        assert not callbacks.stop(waiting.contact_id)
        found = await record(it, before)
        assert await kept_callbacks.load(it.one.house.records) == []
    assert found.disconnect and found.disconnect_reason is DisconnectReason.OTHER


async def test_a_number_that_may_not_be_called_now_frees_the_agent(tmp_path: Path) -> None:
    limits = {"dialling": {"max_calls": 1}}
    async with wanted(tmp_path, callback(), **limits) as (it, before):
        async with phone(it.one, "agent1") as same:
            await it.agent.called()
            same.dial(BERLIN, AUDIO)
            await it.carrier.called()
            await it.agent.answer(AUDIO)
            assert (await it.agent.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.callbacks))
        found = await record(it, before)
    assert found.disconnect_reason is DisconnectReason.OTHER


@pytest.mark.parametrize(
    ("document", "flows"),
    [
        (callback(to=PARIS), MAY),
        (callback(to="unknown"), MAY),
        (callback(), {}),
        (callback(queue="nowhere"), MAY),
    ],
)
async def test_what_may_not_be_called_is_no_callback(
    tmp_path: Path, document: Json, flows: Json
) -> None:
    async with wanted(tmp_path, document, flows=flows) as (it, before):
        assert before.record.attributes["callback"] == "no"
        assert len(it.one.house.callbacks) == 0
        assert it.agent.events == [] and it.carrier.events == []


async def test_an_agent_may_hang_up_before_the_customer_has_answered(tmp_path: Path) -> None:
    async with wanted(tmp_path, callback(attempts=2)) as (it, before):
        await it.agent.called()
        await it.agent.answer(AUDIO)
        await it.carrier.called()
        it.agent.hang_up()
        assert (await it.carrier.hung_up()).by == "CANCEL"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0] and len(it.one.house.callbacks) == 0
        found = await record(it, before)
    assert found.disconnect_reason is DisconnectReason.AGENT_DISCONNECT


async def test_one_that_rings_when_the_engine_stops_is_offered_after_the_next_start(
    tmp_path: Path,
) -> None:
    async with wanted(tmp_path, callback()) as (it, before):
        await it.agent.called()
        waiting = await record(it, before)
        await it.agent.register(expires=0)  # the phone of the next start is another one
    async with desk(tmp_path, flows=MAY, trunks=PATIENT) as it:
        await it.agent.called()
        await it.agent.answer(AUDIO)
        await it.carrier.called()
        await it.carrier.answer(AUDIO)
        await until(lambda: it.live.call.state is State.BRIDGED)
        found = it.live.record
        assert len(await it.one.house.records.contacts(10)) == 2
    assert found.contact_id == waiting.contact_id
    assert found.attributes == {"to": BERLIN} and found.enqueue == waiting.enqueue
    async with desk(tmp_path, flows=MAY) as it:
        assert len(it.one.house.callbacks) == 0


async def test_those_that_waited_keep_their_order_and_those_that_were_not_due_their_time(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        now = datetime.now(UTC)
        for number, minutes in ((PARIS, 1), (BERLIN, -5), ("+49301234568", -9)):
            before = replace(
                contact_record(),
                initiation_method=InitiationMethod.CALLBACK,
                customer_endpoint=number,
            )
            one.house.ledger.save(before)
            due = now + timedelta(minutes=minutes)
            one.house.ledger.keep(KeptCallback(before.contact_id, "support", {}, 0.0, 1, due))
    async with desk(tmp_path, flows=MAY) as it:
        await until(lambda: it.one.house.router.floor.contacts_in("support") == 2)
        assert len(it.one.house.callbacks) == 3
        called = await it.agent.called()
        assert "+49301234568" in (called.invite.from_.display, called.invite.from_.uri[4:16])


async def test_the_agent_hears_the_agent_whisper_while_the_number_is_called(
    tmp_path: Path,
) -> None:
    document = callback()
    hook = action("hook", "UpdateContactEventHooks", "set", EventHooks={"AgentWhisper": "brief"})
    document |= {"StartAction": "hook", "Actions": [hook, *document["Actions"]]}
    (tmp_path / "flows").mkdir()
    say = [action("say", "MessageParticipant", "end", PromptId="short")]
    (tmp_path / "flows" / "brief.json").write_text(json.dumps(whisper(*say)))
    async with wanted(tmp_path, document) as (it, _):
        await it.agent.called()
        await it.agent.answer(AUDIO)
        await until(lambda: it.live.heard[Party.AGENT].player)
        await it.carrier.called()
        await until(lambda: it.live.heard[Party.AGENT].player is None)  # it has ended
        assert it.live.call.state is State.CALLING_BACK
        await it.carrier.answer(AUDIO)
        await until(lambda: it.live.call.state is State.BRIDGED)
