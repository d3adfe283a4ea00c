"""What Connect's operations say of chats, and do with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.chat.state_table import State
from engine.directory import Kind
from engine.events.streams import CONTACT
from tests.rig.aws import administered
from tests.rig.chatting import begin, chat_flow, to_agent
from tests.rig.house import phone
from tests.rig.patience import until

FILTERS = {"Filters": {"Queues": ["support"]}}


async def test_a_chat_is_seen_wherever_contacts_are(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin), phone(one, "agent1") as agent:
        told: list[Any] = []
        one.house.bus.subscribe(CONTACT, told.append)
        await agent.register()
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        chat = one.house.chats.get(page.contact_id)
        assert chat
        await until(lambda: chat.state is State.OFFERED)
        [row] = (await admin.ask("GetCurrentUserData", **FILTERS))["UserDataList"][:1]
        [contact] = row["Contacts"]
        assert (contact["Channel"], contact["AgentContactState"]) == ("CHAT", "INCOMING")
        assert row["MaxSlotsByChannel"] == {"VOICE": 1, "CHAT": 2}
        assert row["ActiveSlotsByChannel"] == {"VOICE": 0, "CHAT": 1}
        assert row["AvailableSlotsByChannel"] == {"VOICE": 0, "CHAT": 1}
        one.house.chats.accept(chat)
        await admin.ask("StopContact", ContactId=page.contact_id)
        assert (await admin.refused("StopContact", ContactId=page.contact_id))[0] == 410
        now = datetime.now(UTC)
        day = timedelta(days=1)
        found = await admin.ask(
            "SearchContacts",
            TimeRange={
                "Type": "INITIATION_TIMESTAMP",
                "StartTime": now - day,
                "EndTime": now + day,
            },
            SearchCriteria={"Channels": ["CHAT"]},
        )
        assert [each["Id"] for each in found["Contacts"]] == [page.contact_id]
        assert found["Contacts"][0]["Channel"] == "CHAT"
        kinds = [each["event"]["detail"]["eventType"] for each in told]
        assert kinds == [
            *("INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED")
        ]
        assert {each["event"]["detail"]["channel"] for each in told} == {"CHAT"}


async def test_a_chat_is_changed_cleared_and_sent_on(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin), phone(one, "agent1") as agent:
        work = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 60}
        await one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": work})
        flow_id = await chat_flow(admin, to_agent())
        page = await begin(one, admin, flow_id)
        contact = {"ContactId": page.contact_id}
        chat = one.house.chats.get(page.contact_id)
        assert chat
        await until(lambda: chat.state is State.QUEUED)
        await admin.ask("UpdateContactRoutingData", QueuePriority=2, **contact)
        assert chat.record.queue_priority == 2
        await admin.ask(
            "UpdateContactAttributes",
            InitialContactId=page.contact_id,
            Attributes={"tier": "gold"},
        )
        assert chat.record.attributes == {"tier": "gold"}
        onward = {**contact, "ContactFlowId": flow_id, "QueueId": "support"}
        assert (await admin.refused("TransferContact", **onward))[0] == 400  # nobody has it
        await agent.register()
        await until(lambda: chat.state is State.OFFERED)
        one.house.chats.accept(chat)
        await admin.ask("TransferContact", **onward)
        await until(lambda: chat.state in (State.QUEUED, State.OFFERED))
        await until(lambda: chat.state is State.OFFERED)  # the other slot of the same agent
        held = one.house.wing.loads.of("agent1").held
        assert [each.state for each in held] == ["ENDED", "INCOMING"]
        user = {"UserId": "agent1", **contact}
        await admin.ask("DismissUserContact", **user)
        held = one.house.wing.loads.of("agent1").held
        assert [each.state for each in held] == ["INCOMING"]
