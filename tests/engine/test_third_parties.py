"""An agent hands a contact to somebody outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.agents import Presence
from engine.call import State
from engine.live import LiveContact
from engine.records import DisconnectReason
from mixer import Route
from tests.rig.desk import BERLIN, OURS, PARIS, Desk, desk, whisper
from tests.rig.house import AUDIO, action, phone
from tests.rig.patience import until
from tests.rig.phone import Phone, Progress, Refused
from tests.rig.talk import statuses
from tests.rig.tones import tone, write_wav
from tests.rig.virtual_dialog import Dialog


@asynccontextmanager
async def to_hand_on(folder: Path, **options: Any) -> AsyncIterator[tuple[Desk, Phone]]:
    """agent1 talks with a customer, who is recorded."""
    patient = {"first_response_seconds": 10}
    async with desk(folder, trunks=patient, **options) as it, phone(it.one) as customer:
        await customer.invite("support", AUDIO)
        await it.agent.called()
        await it.agent.answer(AUDIO)
        await until(lambda: it.live.tap)
        yield it, customer


async def test_a_contact_is_handed_to_a_third_party_and_neither_recorded_nor_heard_there(
    tmp_path: Path,
) -> None:
    async with to_hand_on(tmp_path) as (it, customer):
        live = it.live
        await it.agent.refer("0301234567")
        called = await it.carrier.called()
        assert called.invite.uri.startswith(f"sip:{BERLIN}@")
        assert called.invite.from_.uri.startswith(f"sip:{OURS}@")
        assert live.tap and live.player
        it.carrier.ring()
        await statuses(it.agent, 100, 180)
        await it.carrier.answer(AUDIO)
        await statuses(it.agent, 200)
        assert (await it.agent.hung_up()).by == "BYE"
        await until(lambda: live.call.state is State.FORWARDED)
        assert live.tap is None and live.player is None and live.third_party
        ports = live.customer.rtp.port, live.third_party.rtp.port
        assert live.routes() == {Route(*ports), Route(*reversed(ports))}
        assert it.one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE
        assert it.calls == [1]
        it.carrier.hang_up()
        assert (await customer.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(live.contact_id)
    assert record
    assert record.disconnect_reason is DisconnectReason.THIRD_PARTY_DISCONNECT
    assert (record.transferred_to, record.agents) == (BERLIN, ("agent1",))
    assert record.transfer_completed


@pytest.mark.parametrize(
    ("number", "status"), [(PARIS, 403), ("+499001234567", 403), ("112", 403), ("nobody", 404)]
)
async def test_a_contact_goes_only_where_the_agent_may_dial(
    tmp_path: Path, number: str, status: int
) -> None:
    async with to_hand_on(tmp_path) as (it, _):
        with pytest.raises(Refused) as refused:
            await it.agent.refer(number)
        assert refused.value.status == status
        assert it.live.call.state is State.BRIDGED
        assert it.calls == [0]


async def test_the_next_trunk_is_tried_and_then_the_agent_has_the_contact_back(
    tmp_path: Path,
) -> None:
    async with to_hand_on(tmp_path, carriers=2) as (it, customer):
        talking = it.live.routes()
        await it.agent.refer(BERLIN)
        await it.carrier.called()
        it.carrier.reject(503)
        await it.carriers[1].called()
        assert it.calls == [0, 1]
        it.carriers[1].reject(486)
        await statuses(it.agent, 100, 486)
        await until(lambda: it.live.call.state is State.BRIDGED)
        assert it.live.routes() == talking
        assert it.calls == [0, 0]
        customer.hang_up()
        await it.agent.hung_up()


async def test_the_customer_goes_on_alone_when_the_agent_has_left_and_may_give_up(
    tmp_path: Path,
) -> None:
    async with to_hand_on(tmp_path) as (it, customer):
        await it.agent.refer(BERLIN)
        await it.carrier.called()
        it.agent.hang_up()
        await until(lambda: it.live.call.state is State.HANDED_OVER)
        live = it.live
        customer.hang_up()
        assert (await it.carrier.hung_up()).by == "CANCEL"
        await until(lambda: not len(it.one.house.registry))
        assert live.record.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT
        assert it.calls == [0]


@asynccontextmanager
async def asking(it: Desk) -> AsyncIterator[Phone]:
    """agent1's second line, which has dialled somebody outside; nobody has answered yet."""
    async with phone(it.one, "agent1") as second:
        second.dial(BERLIN, AUDIO)
        await it.carrier.called()
        yield second


async def ringing(it: Desk, second: Phone) -> Dialog:
    """The early dialog of a call that rings outside."""
    it.carrier.ring()
    progress = await second.take(Progress)
    return replace(second.dialog, remote=second.dialog.remote.with_tag(progress.tag))


@pytest.mark.parametrize("in_the_call_outside", [False, True])
async def test_an_agent_who_asked_a_third_party_first_joins_them_with_the_customer(
    tmp_path: Path, in_the_call_outside: bool
) -> None:
    async with to_hand_on(tmp_path) as (it, customer):
        live = it.live
        async with asking(it) as second:
            await it.carrier.answer(AUDIO)
            await second.finished("INVITE")
            consult = await until(lambda: talk_outside(it))
            lines = (second, it.agent) if in_the_call_outside else (it.agent, second)
            await lines[0].refer("0301234567", lines[1].dialog)
            await statuses(lines[0], 100, 200)
            for line in lines:
                assert (await line.hung_up()).by == "BYE"
        await until(lambda: live.call.state is State.FORWARDED)
        assert [one.contact_id for one in it.one.house.registry] == [live.contact_id]
        assert live.tap is None and live.player is None and live.third_party is consult.customer
        ports = live.customer.rtp.port, consult.customer.rtp.port
        assert live.routes() == {Route(*ports), Route(*reversed(ports))}
        assert it.one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE
        assert it.calls == [1]
        customer.hang_up()
        assert (await it.carrier.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]
        assert live.record.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT
        assert live.record.transferred_to == BERLIN
        assert consult.record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
        assert consult.record.previous_contact_id == live.contact_id
        assert consult.record.initial_contact_id == live.record.initial_contact_id


def talk_outside(it: Desk) -> LiveContact | None:
    """What agent1 has because of the first contact, once they talk there."""
    *_, last = it.one.house.registry
    return last if last.hunt and last.call.state is State.BRIDGED else None


async def test_who_does_not_wait_for_the_third_party_leaves_them_ringing_for_the_customer(
    tmp_path: Path,
) -> None:
    async with to_hand_on(tmp_path) as (it, customer):
        live = it.live
        async with asking(it) as second:
            await it.agent.refer(BERLIN, await ringing(it, second))
            with pytest.raises(Refused):
                await second.finished("INVITE")
        await until(lambda: live.call.state is State.TRANSFERRING)
        assert live.player and live.tap
        await it.carrier.answer(AUDIO)
        await statuses(it.agent, 100, 200)
        assert (await it.agent.hung_up()).by == "BYE"
        await until(lambda: live.call.state is State.FORWARDED)
        it.carrier.hang_up()
        assert (await customer.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]


async def test_who_was_left_ringing_and_refuses_leaves_the_contact_to_its_agent(
    tmp_path: Path,
) -> None:
    async with to_hand_on(tmp_path, carriers=2) as (it, _):
        live, talking = it.live, it.live.routes()
        async with asking(it) as second:
            await it.agent.refer(BERLIN, await ringing(it, second))
        it.carrier.reject(503)
        await it.carriers[1].called()
        it.carriers[1].reject(486)
        await statuses(it.agent, 100, 486)
        await until(lambda: live.call.state is State.BRIDGED)
        assert live.routes() == talking
        assert it.calls == [0, 0]


async def test_a_third_party_who_hears_a_whisper_flow_cannot_be_joined_yet(tmp_path: Path) -> None:
    says = whisper(action("say", "MessageParticipant", "end", PromptId="long"))
    (tmp_path / "prompts").mkdir()
    write_wav(tmp_path / "prompts" / "long.wav", tone(440.0, 60.0))
    async with to_hand_on(tmp_path, flow=says) as (it, _):
        async with asking(it) as second:
            early = await ringing(it, second)
            await it.carrier.answer(AUDIO)
            with pytest.raises(Refused) as refused:
                await it.agent.refer(BERLIN, early)
            assert refused.value.status == 491
            second.hang_up()
            await it.carrier.hung_up()
        assert it.live.call.state is State.BRIDGED
