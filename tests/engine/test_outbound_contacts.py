"""The engine calls somebody outside for a flow, by the carriers of the rig."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.call import State
from engine.outbound_contacts import Wanted
from engine.records import ContactRecord, DisconnectReason, InitiationMethod
from sip import PeerError
from tests.rig.desk import BERLIN, OURS, PARIS, Desk, desk
from tests.rig.house import AUDIO, flow, to_queue
from tests.rig.outside import MAY
from tests.rig.patience import until

PATIENT = {"first_response_seconds": 10}
TO_SUPPORT = Wanted(BERLIN, "menu", "support", "Support")


@asynccontextmanager
async def house(folder: Path, **options: Any) -> AsyncIterator[Desk]:
    """With the flow "menu", which leads into the queue that is set."""
    document = flow(*to_queue()["Actions"][2:3])
    (folder / "flows").mkdir()
    (folder / "flows" / "menu.json").write_text(json.dumps(document))
    async with desk(folder, **{"flows": MAY, "trunks": PATIENT, **options}) as it:
        yield it


async def record(it: Desk, contact_id: str) -> ContactRecord:
    await it.one.house.ledger.flush()
    found = await it.one.house.records.contact(contact_id)
    assert found
    return found


async def test_whoever_answers_is_in_the_flow_and_then_with_an_agent(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        facts = {"flow": "menu", "attributes": {"plan": "a"}}
        wanted = Wanted(BERLIN, "menu", "support", "support", facts=facts)
        live = it.one.house.outbound_contacts.start(wanted)
        invite = (await it.carrier.called()).invite
        assert invite.uri.startswith(f"sip:{BERLIN}@")
        assert invite.from_.uri.startswith(f"sip:{OURS}@")
        assert live.call.state is State.REACHING and it.calls == [1]
        assert it.agent.events == []
        await it.carrier.answer(AUDIO)
        await it.agent.called()
        assert live.system["Queue.Name"] == "support"
        assert live.system["Queue.OutboundCallerId.Address"] == OURS
        await it.agent.answer(AUDIO)
        await until(lambda: live.call.state is State.BRIDGED)
        it.agent.hang_up()
        assert (await it.carrier.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]
        found = await record(it, live.contact_id)
    assert found.initiation_method is InitiationMethod.API
    assert (found.customer_endpoint, found.system_endpoint) == (BERLIN, OURS)
    assert (found.queue, found.agent, found.flow) == ("support", "agent1", "menu")
    assert found.attributes == {"plan": "a"}
    assert found.connected_to_system and found.connected_to_agent
    assert found.disconnect_reason is DisconnectReason.AGENT_DISCONNECT


async def test_another_trunk_is_tried_and_a_number_that_is_busy_is_the_end(tmp_path: Path) -> None:
    async with house(tmp_path, carriers=2) as it:
        live = it.one.house.outbound_contacts.start(TO_SUPPORT)
        await it.carriers[0].called()
        it.carriers[0].reject(503)
        await it.carriers[1].called()
        it.carriers[1].reject(486)
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0, 0]
        found = await record(it, live.contact_id)
    assert found.disconnect_reason is DisconnectReason.OTHER
    assert found.connected_to_system is None and found.disconnect


async def test_nobody_is_rung_longer_than_was_asked_for(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        wanted = Wanted(BERLIN, "menu", "support", ring_seconds=0.3)
        it.one.house.outbound_contacts.start(wanted)
        await it.carrier.called()
        assert (await it.carrier.hung_up()).by == "CANCEL"
        await until(lambda: not len(it.one.house.registry))


async def test_a_flow_that_is_gone_when_they_answer_ends_the_contact(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        it.one.house.outbound_contacts.start(Wanted(BERLIN, "gone", "support"))
        await it.carrier.called()
        await it.carrier.answer(AUDIO)
        assert (await it.carrier.hung_up()).by == "BYE"


@pytest.mark.parametrize(("number", "status"), [(PARIS, 403), ("+49", 404)])
async def test_it_calls_whom_flows_may_call(tmp_path: Path, number: str, status: int) -> None:
    async with house(tmp_path) as it:
        with pytest.raises(PeerError) as refused:
            it.one.house.outbound_contacts.start(Wanted(number, "menu", "support"))
        assert refused.value.status == status
        assert it.carrier.events == [] and not len(it.one.house.registry)


async def test_it_keeps_to_the_limit_of_flows_and_calls_nobody_when_the_engine_stops(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, flows={**MAY, "max_calls": 1}) as it:
        contacts = it.one.house.outbound_contacts
        contacts.start(TO_SUPPORT)
        for _ in range(2):
            with pytest.raises(PeerError) as refused:
                contacts.start(TO_SUPPORT)
            assert refused.value.status == 503
            contacts.close()
