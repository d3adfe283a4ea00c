"""Where flows lead contacts, by who has them then."""

from __future__ import annotations

import json
from pathlib import Path

import structlog

from engine.agents import OFFLINE, Presence
from engine.app import Running
from engine.call import State
from engine.directory import Kind
from engine.records import DisconnectReason
from mixer import Route
from tests.rig.aws import aws
from tests.rig.desk import desk
from tests.rig.hooks import hooked
from tests.rig.house import AUDIO, Json, action, converse, engine, flow, phone, to_queue
from tests.rig.outside import MAY, third_party
from tests.rig.patience import until

PATIENT = {"first_response_seconds": 10}


def to_agent(*before: Json) -> Json:
    return flow(*before, action("agent", "TransferContactToAgent"))


def is_free(one: Running, agent: str) -> bool:
    return one.house.router.floor.agents[agent].presence is Presence.AVAILABLE


def kept_as(folder: Path, name: str, document: Json) -> None:
    """In the folder of flows that others lead to."""
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / f"{name}.json").write_text(json.dumps(document))


def front_desk(agent: str) -> Json:
    """A quick connect by the flow `to one`."""
    config = {
        "QuickConnectType": "USER",
        "UserConfig": {"UserId": agent, "ContactFlowId": "to one"},
    }
    return {"QuickConnectConfig": config, "Tags": {}}


async def test_a_queue_flow_lends_the_customer_to_somebody_outside_and_has_them_back(
    tmp_path: Path,
) -> None:
    number = hooked(tmp_path, "CustomerQueue")
    waits = action("say", "MessageParticipantIteratively", Messages=[{"PromptId": "short"}])
    document = third_party(comes_back=True)
    document["Actions"] = [waits if a["Identifier"] == "say" else a for a in document["Actions"]]
    kept_as(tmp_path, "CustomerQueue flow", document)
    async with (
        desk(tmp_path, numbers=[number], trunks=PATIENT, flows=MAY) as it,
        phone(it.one) as customer,
    ):
        await it.agent.register(expires=0)
        await customer.invite("hooked", AUDIO)
        await it.carrier.called()
        live = it.live
        await it.carrier.answer(AUDIO)
        await until(lambda: live.call.state is State.QUEUE_LENT)
        assert live.third_party and live.player is None
        ports = live.customer.rtp.port, live.third_party.rtp.port
        assert live.routes() == {Route(*ports), Route(*reversed(ports))}
        await it.agent.register()
        floor = it.one.house.router.floor
        await until(lambda: floor.agents["agent1"].presence is Presence.AVAILABLE)
        assert live.call.state is State.QUEUE_LENT and floor.contacts_in("support") == 1
        it.carrier.hang_up()
        await it.agent.called()
        await until(lambda: live.record.attributes == {"went": "back"})
        await it.agent.answer(AUDIO)
        await until(lambda: live.call.state is State.BRIDGED)
        assert live.flow is None and floor.contacts_in("support") == 0


async def test_a_transfer_flow_leads_to_the_agent_for_whom_the_transfer_is(tmp_path: Path) -> None:
    note = {"queue": "$.Queue.Name", "for": "$.Agent.UserName"}
    kept_as(
        tmp_path,
        "to one",
        to_agent(action("note", "UpdateContactAttributes", "agent", Attributes=note)),
    )
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as first:
        async with phone(one, "agent2") as second:
            await first.register()
            live = await converse(one, customer, first, "support")
            await second.register()
            manager = await aws(one, "manager1")
            asked = {"ContactId": live.contact_id, "ContactFlowId": "to one", "UserId": "agent2"}
            await manager.ask("TransferContact", **asked)
            assert (await first.hung_up()).by == "BYE"
            await second.called()
            assert live.call.state is State.SUMMONING and live.player
            await second.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.agents == ("agent2",)
            assert live.record.attributes == {"queue": "agent/agent2", "for": "agent2"}
            assert live.flow is live.player is None
            await until(lambda: is_free(one, "agent1"))
            await one.house.directory.create(Kind.QUICK_CONNECT, "front", front_desk("agent1"))
            await second.refer("front")  # agent1 is available again
            await first.called()
            await first.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.agents == ("agent2", "agent1")
            asked["ContactId"] = live.contact_id
            one.house.router.choose("agent2", OFFLINE)
            await manager.ask("TransferContact", **asked)
            assert (await customer.hung_up()).by == "BYE"
    assert live.record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT


async def test_a_contact_for_whom_no_agent_was_chosen_is_led_to_none(tmp_path: Path) -> None:
    document = to_agent()
    (tmp_path / "one.json").write_text(json.dumps(document))
    numbers = [{"number": "one", "flow": tmp_path / "one.json"}]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        with structlog.testing.capture_logs() as logs:
            await customer.invite("one", AUDIO)
            assert (await customer.hung_up()).by == "BYE"
    assert "no agent was chosen to transfer to" in [line["event"] for line in logs]


def holding(name: str, state: str, goes_to: str) -> Json:
    block = action(
        name,
        "UpdatePreviousContactParticipantState",
        goes_to,
        PreviousContactParticipantState=state,
    )
    block["Transitions"]["Errors"] = [{"NextAction": "no", "ErrorType": "NoMatchingError"}]
    return block


def note(name: str, goes_to: str) -> Json:
    return action(name, "UpdateContactAttributes", goes_to, Attributes={name: "noted"})


def holds_until_a_key() -> Json:
    """Then holds nobody, and then tries to hold the agent."""
    key = action("key", "GetParticipantInput", InputTimeLimitSeconds="20", StoreInput="False")
    key["Transitions"] = {
        "NextAction": "off",
        "Conditions": [
            {"NextAction": "off", "Condition": {"Operator": "Equals", "Operands": ["1"]}}
        ],
        "Errors": [{"NextAction": "no", "ErrorType": "NoMatchingCondition"}],
    }
    return flow(
        holding("on", "CustomerOnHold", "key"),
        key,
        holding("off", "OffHold", "agent"),
        holding("agent", "AgentOnHold", "yes"),
        note("yes", "bye"),
        {**key, "Identifier": "stay"},
        note("no", "stay"),
    )


async def test_a_flow_that_an_agent_calls_holds_the_customer_of_their_contact(
    tmp_path: Path,
) -> None:
    (tmp_path / "asks.json").write_text(json.dumps(holds_until_a_key()))
    numbers = [
        {"number": "asks", "flow": tmp_path / "asks.json"},
        {"number": "support", "flow": tmp_path / "support.json"},
    ]
    (tmp_path / "support.json").write_text(json.dumps(to_queue()))
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "agent1") as second:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            talking = live.routes()
            await second.register()
            await second.invite("asks", AUDIO)
            asks = next(each for each in one.house.registry if each is not live)
            await until(lambda: live.player and live.customer_held)
            assert live.held_since and live.routes() != talking
            await second.press("1")
            await until(lambda: asks.record.attributes == {"no": "noted"})
            assert live.player is None and live.routes() == talking
            live.held_for = asks.call
            second.hang_up()
            await until(lambda: len(one.house.registry) == 1)
            assert not live.customer_held and live.routes() == talking
            customer.hang_up()
            await agent.hung_up()
