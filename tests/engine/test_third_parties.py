"""An agent hands a contact to somebody outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.agents import Presence
from engine.call import State
from engine.records import DisconnectReason
from mixer import Route
from tests.rig.desk import BERLIN, OURS, PARIS, Desk, desk
from tests.rig.house import AUDIO, phone
from tests.rig.patience import until
from tests.rig.phone import Phone, Refused
from tests.rig.talk import statuses


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
