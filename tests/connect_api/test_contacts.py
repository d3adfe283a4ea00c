"""Contacts by unpatched boto3: stopped, transferred, moved in the queue; their attributes."""

from __future__ import annotations

import json
from pathlib import Path

from engine.agents import Presence
from engine.call import State
from engine.records import DisconnectReason
from tests.rig.aws import DENIED, NOT_FOUND, administered, aws
from tests.rig.desk import desk
from tests.rig.house import AUDIO, converse, engine, phone, to_queue
from tests.rig.outside import MAY, callback, number
from tests.rig.patience import until

INVALID = (400, "InvalidRequestException")
BAD_VALUE = (400, "InvalidParameterException")
UNKNOWN = "00000000-0000-4000-8000-00000000ffff"


def publish_onward(folder: Path) -> None:
    """A flow that leads to the queue that a transfer has set."""
    (folder / "flows").mkdir()
    flow = to_queue()
    flow["StartAction"] = "transfer"
    (folder / "flows" / "onward.json").write_text(json.dumps(flow))


async def test_a_contact_is_stopped_for_all_and_once(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        manager, named = await aws(one, "manager1"), {"ContactId": live.contact_id}
        told = await (await aws(one, "agent1")).refused("StopContact", **named)
        assert told[:2] == DENIED
        await manager.ask("StopContact", **named)
        assert (await customer.hung_up()).by == (await agent.hung_up()).by == "BYE"
        told = await manager.refused("StopContact", **named)
        assert told[:2] == (410, "ContactNotFoundException")
        told = await manager.refused("StopContact", ContactId=UNKNOWN)
        assert told[:2] == NOT_FOUND
        contact = (await manager.ask("DescribeContact", **named))["Contact"]
        assert contact["DisconnectReason"] == "OTHER"
        [*_, stopped] = [a for a in await one.house.records.audits() if a.action == "contact.stop"]
        assert (stopped.who, stopped.contact_id) == ("manager1", live.contact_id)


async def test_a_contact_that_waits_to_be_called_back_is_stopped(tmp_path: Path) -> None:
    numbers = [number(tmp_path, callback(delay=3600))]
    async with desk(tmp_path, flows=MAY, numbers=numbers) as it, phone(it.one) as customer:
        await customer.invite("outside", AUDIO)
        assert (await customer.hung_up()).by == "BYE"
        manager = await aws(it.one, "manager1")
        await it.one.house.ledger.flush()
        found = await it.one.house.records.contacts(10)
        [waiting] = [one for one in found if one.initiation_method == "CALLBACK"]
        named = {"ContactId": waiting.contact_id}
        await manager.ask("StopContact", **named)
        assert (await manager.refused("StopContact", **named))[1] == "ContactNotFoundException"
        contact = (await manager.ask("DescribeContact", **named))["Contact"]
        assert contact["DisconnectReason"] == "OTHER"


async def test_attributes_are_read_and_changed_while_it_lives_and_after(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        manager, worker = await aws(one, "manager1"), await aws(one, "agent1")
        named = {"InitialContactId": live.contact_id}
        await worker.ask("UpdateContactAttributes", Attributes={"plan": "gold", "n": "1"}, **named)
        told = await (await aws(one, "agent2")).refused(
            "UpdateContactAttributes", Attributes={"plan": "none"}, **named
        )
        assert told[:2] == DENIED
        agent.hang_up()
        await until(lambda: not len(one.house.registry))
        await manager.ask("UpdateContactAttributes", Attributes={"n": "2"}, **named)
        answer = await manager.ask("GetContactAttributes", **named)
        assert answer["Attributes"] == {"plan": "gold", "n": "2"}
        told = await worker.refused("UpdateContactAttributes", Attributes={"n": "3"}, **named)
        assert told[:2] == DENIED
        told = await manager.refused(
            "UpdateContactAttributes", Attributes={"n": "x" * 32767}, **named
        )
        assert told[:2] in (INVALID, BAD_VALUE)
        told = await manager.refused("GetContactAttributes", InitialContactId=UNKNOWN)
        assert told[:2] == NOT_FOUND


async def test_a_transfer_runs_a_flow_with_the_queue_it_names(tmp_path: Path) -> None:
    publish_onward(tmp_path)
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "agent2") as second:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            await second.register()
            manager = await aws(one, "manager1")
            asked = {"ContactId": live.contact_id, "ContactFlowId": "onward"}
            for wrong, expected in (
                ({}, INVALID),
                ({"QueueId": "support", "UserId": "agent2"}, INVALID),
                ({"QueueId": "nowhere"}, NOT_FOUND),
                ({"UserId": "manager1"}, INVALID),
                ({"QueueId": "support", "ContactFlowId": "none"}, NOT_FOUND),
                ({"QueueId": "support", "ContactId": UNKNOWN}, NOT_FOUND),
            ):
                given = {**asked, **wrong}
                assert (await manager.refused("TransferContact", **given))[:2] == expected
            first = live.contact_id
            answer = await manager.ask("TransferContact", UserId="agent2", **asked)
            assert answer["ContactId"] == live.contact_id != first
            assert (await agent.hung_up()).by == "BYE"
            await second.called()
            await second.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.queue == "agent/agent2"
            assert live.record.agents == ("agent2",)
            told = await manager.refused("TransferContact", QueueId="support", **asked)
            assert told[:2] == NOT_FOUND  # it is over
            asked["ContactId"] = live.contact_id
            told = await (await aws(one, "agent1")).refused(
                "TransferContact", QueueId="support", **asked
            )
            assert told[:2] == DENIED
            again = await manager.ask("TransferContact", QueueId="support", **asked)
            assert again["ContactArn"].endswith(live.contact_id)


async def test_who_waits_or_rings_is_transferred_too(tmp_path: Path) -> None:
    publish_onward(tmp_path)
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "agent2") as second:
            await customer.invite("support", AUDIO)
            [live] = one.house.registry
            await until(lambda: live.call.state is State.WAITING)
            manager, first = await aws(one, "manager1"), live.contact_id
            asked = {"ContactFlowId": "onward", "UserId": "agent1"}
            await manager.ask("TransferContact", ContactId=first, **asked)
            await until(lambda: live.record.queue == "agent/agent1")
            assert not one.house.router.floor.contacts_in("support")
            await agent.register()
            await agent.called()
            rings, asked["UserId"] = live.contact_id, "agent2"
            await manager.ask("TransferContact", ContactId=rings, **asked)
            assert (await agent.hung_up()).by == "CANCEL"
            await second.register()
            await second.called()
            await second.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.previous_contact_id == rings
            await one.house.ledger.flush()
            record = await one.house.records.contact(first)
            assert record and record.next_contact_id == rings
            assert record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
            assert record.dequeue


async def test_the_contacts_of_a_chain_have_their_attributes_in_common(tmp_path: Path) -> None:
    publish_onward(tmp_path)
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "agent2") as second:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            await second.register()
            first, manager = live.contact_id, await aws(one, "manager1")
            asked = {"ContactId": first, "ContactFlowId": "onward", "UserId": "agent2"}
            following = (await manager.ask("TransferContact", **asked))["ContactId"]
            await second.called()
            await second.answer(AUDIO)
            await until(lambda: live.call.state is State.BRIDGED)
            worker, named = await aws(one, "agent2"), {"InitialContactId": first}
            await worker.ask("UpdateContactAttributes", Attributes={"plan": "gold"}, **named)
            assert live.record.attributes == {"plan": "gold"}
            for contact_id in (first, following):
                asked = {"InitialContactId": contact_id}
                told = await manager.ask("GetContactAttributes", **asked)
                assert told["Attributes"] == {"plan": "gold"}
            described = {
                each: (await manager.ask("DescribeContact", ContactId=each))["Contact"]
                for each in (first, following)
            }
            assert described[following]["PreviousContactId"] == first
            assert described[following]["InitialContactId"] == first
            assert described[following]["InitiationMethod"] == "TRANSFER"
            [told] = described[first]["NextContacts"]
            data = told["NextContactMetadata"]["QuickConnectContactData"]
            assert data == {"ContactId": following}
            assert described[first]["Attributes"] == {"plan": "gold"}
            denied = await (await aws(one, "agent1")).refused(
                "UpdateContactAttributes", Attributes={"plan": "none"}, **named
            )
            assert denied[:2] == DENIED
            recording = {"ContactId": following, **named, "ContactRecordingType": "AGENT"}
            await manager.ask("SuspendContactRecording", **recording)


async def test_a_contact_that_waits_is_moved_before_an_older_one(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as first, phone(one) as second:
        await first.invite("support", AUDIO)
        [older] = one.house.registry
        await second.invite("support", AUDIO)
        [younger] = [each for each in one.house.registry if each is not older]
        await until(lambda: one.house.router.floor.contacts_in("support") == 2)
        manager = await aws(one, "manager1")
        named = {"ContactId": younger.contact_id}
        await manager.ask("UpdateContactRoutingData", QueuePriority=1, **named)
        async with phone(one, "agent1") as agent:
            await agent.register()
            await agent.called()
            assert younger.offered_to == "agent1"
            await agent.answer(AUDIO)
            await until(lambda: younger.call.state is State.BRIDGED)
            told = await manager.refused("UpdateContactRoutingData", QueuePriority=1, **named)
            assert told[:2] == (409, "ResourceConflictException")
            told = await manager.refused(
                "UpdateContactRoutingData", ContactId=UNKNOWN, QueuePriority=1
            )
            assert told[:2] == NOT_FOUND
            told = await (await aws(one, "agent2")).refused(
                "UpdateContactRoutingData", QueuePriority=1, **named
            )
            assert told[:2] == DENIED
            presence = one.house.router.floor.agents["agent1"].presence
            assert presence is Presence.ON_CONTACT


async def test_an_unknown_contact_is_not_described(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        assert (await admin.refused("DescribeContact", ContactId=UNKNOWN))[:2] == NOT_FOUND
