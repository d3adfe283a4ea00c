"""What is said of a contact, by unpatched boto3: name, references, tags, and its chain."""

from __future__ import annotations

from pathlib import Path

from engine.agents import Presence
from tests.rig.aws import DENIED, NOT_FOUND, administered, aws
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until

INVALID = (400, "InvalidRequestException")
UNKNOWN = "00000000-0000-4000-8000-00000000ffff"
URL = {"Type": "URL", "Value": "https://example.org/1"}


async def test_name_references_and_tags_are_kept_while_it_lives_and_after(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        manager, worker = await aws(one, "manager1"), await aws(one, "agent1")
        named = {"ContactId": live.contact_id}
        await worker.ask("UpdateContact", Name="Order 1", References={"order": URL}, **named)
        await worker.ask("TagContact", Tags={"plan": "gold", "vip": "yes"}, **named)
        told = await (await aws(one, "agent2")).refused("TagContact", Tags={"a": "b"}, **named)
        assert told[:2] == DENIED
        agent.hang_up()
        await until(lambda: not len(one.house.registry))
        await manager.ask("UntagContact", TagKeys=["vip", "none"], **named)
        await manager.ask("UpdateContact", Description="Late", **named)
        contact = (await manager.ask("DescribeContact", **named))["Contact"]
        assert (contact["Name"], contact["Description"]) == ("Order 1", "Late")
        assert contact["Tags"] == {"plan": "gold"}
        found = await manager.ask("ListContactReferences", ReferenceTypes=["URL"], **named)
        expected = {"Url": {"Name": "order", "Value": URL["Value"]}}
        assert found["ReferenceSummaryList"] == [expected]
        none = await manager.ask("ListContactReferences", ReferenceTypes=["DATE"], **named)
        assert none["ReferenceSummaryList"] == []
        told = await worker.refused("UpdateContact", Name="x", **named)
        assert told[:2] == DENIED


async def test_what_is_not_kept_or_not_there_is_refused(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        gone = {"ContactId": UNKNOWN}
        for operation, given in (
            ("UpdateContact", {"Name": "x"}),
            ("TagContact", {"Tags": {"a": "b"}}),
            ("UntagContact", {"TagKeys": ["a"]}),
            ("ListContactReferences", {"ReferenceTypes": ["URL"]}),
            ("ListAssociatedContacts", {}),
        ):
            assert (await admin.refused(operation, **gone, **given))[:2] == NOT_FOUND, operation
        told = await admin.refused("UpdateContact", UserInfo={"UserId": "agent1"}, **gone)
        assert told[:2] == INVALID
        worker = await aws(one, "agent1")
        told = await worker.refused("ListAssociatedContacts", **gone)
        assert told[:2] == DENIED


async def test_contacts_of_one_chain_come_in_pages(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as ear:
            await agent.register()
            await ear.register()
            live = await converse(one, customer, agent, "support")
            manager = await aws(one, "manager1")
            named = {"ContactId": live.contact_id}
            monitor = await manager.ask("MonitorContact", UserId="manager1", **named)
            await ear.called()
            await ear.answer(AUDIO)
            first = await manager.ask("ListAssociatedContacts", MaxResults=1, **named)
            token = {"NextToken": first["NextToken"]}
            second = await manager.ask("ListAssociatedContacts", MaxResults=1, **named, **token)
            ids = [each["ContactSummaryList"][0]["ContactId"] for each in (first, second)]
            assert ids == [live.contact_id, monitor["ContactId"]]


async def test_after_contact_work_and_attempts_are_in_the_description(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin), phone(one) as customer:
        config = {"PhoneType": "DESK_PHONE", "AfterContactWorkTimeLimit": 0}
        await admin.ask("UpdateUserPhoneConfig", UserId="agent1", PhoneConfig=config)
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            agent.hang_up()
            floor = one.house.router.floor
            await until(lambda: floor.agents["agent1"].presence is Presence.AFTER_CONTACT_WORK)
            named = {"ContactId": live.contact_id}
            await (await aws(one, "agent1")).ask("DismissUserContact", UserId="agent1", **named)
            await one.house.work.stop()
            info = (await admin.ask("DescribeContact", **named))["Contact"]["AgentInfo"]
            assert info["AfterContactWorkEndTimestamp"] >= info["AfterContactWorkStartTimestamp"]
            assert info["AgentInitiatedHoldDuration"] == 0
