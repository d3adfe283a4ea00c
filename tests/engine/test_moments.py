"""The flows of the moments, on contacts: who hears them, and what comes after."""

from __future__ import annotations

import json
from pathlib import Path

from engine.call import State
from engine.line import Party
from engine.live import LiveContact
from engine.moments import HOOKS
from engine.records import DisconnectReason, InitiationMethod
from flows.contact_blocks import HOOKS as KNOWN
from mixer import Route
from tests.rig.hooks import hooked
from tests.rig.house import AUDIO, action, converse, engine, flow, phone, to_queue
from tests.rig.patience import until
from tests.rig.phone import audio


def hears(live: LiveContact, party: Party) -> str | None:
    """Which moment's flow plays to this party just now."""
    hearing, line = live.heard[party], live.line_of(party)
    if hearing.flow is None or hearing.player is None or line is None:
        return None
    assert Route(hearing.player, line.rtp.port) in live.routes()
    return hearing.flow.moment.name


def test_each_moment_is_one_that_flows_can_set() -> None:
    assert HOOKS.keys() < set(KNOWN)
    assert all(name == moment.name for name, moment in HOOKS.items())


async def test_the_queue_flow_plays_until_the_agent_and_the_customer_have_been_whispered_to(
    tmp_path: Path,
) -> None:
    number = hooked(tmp_path, "CustomerQueue", "AgentWhisper", "CustomerWhisper")
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await customer.invite("hooked", AUDIO)
            [live] = one.house.registry
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerQueue")
            first = live.player
            await until(lambda: live.player not in (None, first))  # it is repeated
            await agent.register()
            await agent.called()
            assert live.call.state is State.OFFERING
            assert hears(live, Party.CUSTOMER) == "CustomerQueue"
            await agent.answer(AUDIO)
            await until(lambda: hears(live, Party.AGENT) == "AgentWhisper")
            assert live.call.state is State.BRIEFING
            assert live.heard[Party.CUSTOMER].flow and live.agent is None
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerWhisper")
            assert live.agent and live.call.state is State.GREETING
            assert live.heard[Party.AGENT].flow is live.heard[Party.AGENT].player is None
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.flow is live.player is None
            assert live.system["Agent.UserName"] == "agent1"


async def test_an_agent_who_hangs_up_while_whispered_to_leaves_the_customer_in_the_queue(
    tmp_path: Path,
) -> None:
    number = hooked(tmp_path, "AgentWhisper", seconds=5.0)
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            await customer.invite("hooked", AUDIO)
            await agent.called()
            await agent.answer(AUDIO)
            [live] = one.house.registry
            await until(lambda: hears(live, Party.AGENT) == "AgentWhisper")
            agent.hang_up()
            await until(lambda: live.call.state is State.WAITING)
            assert live.heard[Party.AGENT].player is live.ringing is None
            assert live.player
            assert one.house.router.floor.contacts_in("support") == 1


async def test_a_customer_on_hold_hears_the_hold_flow_and_an_agent_who_waits_another(
    tmp_path: Path,
) -> None:
    number = hooked(tmp_path, "CustomerHold", "AgentHold")
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "agent2") as colleague:
            await agent.register()
            live = await converse(one, customer, agent, "hooked")
            await agent.reinvite(audio(4000, direction="sendonly", version=2))
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerHold")
            await agent.reinvite(audio(4000, version=3))
            assert live.flow is live.player is None
            await colleague.register()
            await agent.refer("agent2")
            await colleague.called()
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerHold")
            await until(lambda: hears(live, Party.AGENT) == "AgentHold")
            await colleague.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            for hearing in live.heard.values():
                assert hearing.flow is hearing.player is None


async def test_a_customer_who_remains_hears_the_disconnect_flow_to_its_end(tmp_path: Path) -> None:
    number = hooked(tmp_path, "CustomerRemaining")
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "hooked")
            agent.hang_up()
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerRemaining")
            assert live.call.state is State.FLOW and live.agent is None
            assert (await customer.hung_up()).by == "BYE"
            assert live.record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT


async def test_where_the_disconnect_flow_leads_to_is_another_contact(tmp_path: Path) -> None:
    number = hooked(tmp_path, "CustomerRemaining")
    (tmp_path / "flows" / "CustomerRemaining flow.json").write_text(json.dumps(to_queue()))
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "hooked")
            first = live.contact_id
            agent.hang_up()
            await agent.called()
            await agent.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.initiation_method is InitiationMethod.DISCONNECT
            assert live.record.previous_contact_id == first != live.contact_id
            await one.house.ledger.flush()
            former = await one.house.records.contact(first)
            assert former and former.disconnect_reason is DisconnectReason.AGENT_DISCONNECT


async def test_a_moment_whose_flow_is_gone_is_as_one_without(tmp_path: Path) -> None:
    number = hooked(tmp_path, "CustomerQueue", "AgentWhisper")
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await customer.invite("hooked", AUDIO)
            [live] = one.house.registry
            await until(lambda: hears(live, Party.CUSTOMER) == "CustomerQueue")
            live.hooks["AgentWhisper"] = "another"
            await agent.register()
            await agent.called()
            await agent.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)


async def test_a_queue_flow_leads_to_the_queue_of_one_agent(tmp_path: Path) -> None:
    number = hooked(tmp_path, "CustomerQueue")
    change = action("change", "DequeueContactAndTransferToQueue", AgentId="agent2")
    change["Transitions"] = {"Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]}
    (tmp_path / "flows" / "CustomerQueue flow.json").write_text(json.dumps(flow(change)))
    async with engine(tmp_path, numbers=[number]) as one, phone(one) as customer:
        async with phone(one, "agent1") as first, phone(one, "agent2") as second:
            await customer.invite("hooked", AUDIO)
            [live] = one.house.registry
            await until(lambda: live.record.queue == "agent/agent2")
            assert live.record.initiation_method is InitiationMethod.QUEUE_TRANSFER
            await one.house.ledger.flush()
            before = await one.house.records.contact(live.record.initial_contact_id)
            assert before and before.next_contact_id == live.record.contact_id
            assert before.queue == "support" and before.dequeue == before.disconnect
            assert before.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
            await first.register()
            await second.register()
            await second.called()
            await second.answer(AUDIO)
            await until(lambda: live.agent)
            assert live.agent and live.agent.username == "agent2"
