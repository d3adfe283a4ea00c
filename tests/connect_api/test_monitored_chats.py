"""MonitorContact of a chat: supervisors read it, and nobody in it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from engine.app import Running
from engine.chat.chat import Chat
from engine.directory import Kind
from tests.rig.aws import DENIED, Aws, administered, aws
from tests.rig.browser import browser
from tests.rig.chatting import TALKED, Page, begin, chat_flow, to_agent
from tests.rig.house import phone
from tests.rig.live_client import LiveClient, live_client
from tests.rig.patience import until

CCP = "/earshot/v1/ccp"
BOTH = {"AllowedMonitorCapabilities": ["SILENT_MONITOR", "BARGE"]}


@dataclass
class Talk:
    """Carla chats with agent1."""

    one: Running
    admin: Aws
    page: Page
    chat: Chat

    async def monitor(self, supervisor: str, **given: Any) -> str:
        """The id of the monitoring itself."""
        asked = {"ContactId": self.page.contact_id, "UserId": supervisor, **given}
        answer = await (await aws(self.one, supervisor)).ask("MonitorContact", **asked)
        assert answer["ContactArn"].endswith(f"/contact/{answer['ContactId']}")
        return str(answer["ContactId"])


@asynccontextmanager
async def talk(folder: Path, **sections: object) -> AsyncIterator[Talk]:
    async with administered(folder, **sections) as (one, admin), phone(one, "agent1") as agent:
        await agent.register()
        page = await begin(one, admin, await chat_flow(admin, to_agent()))
        chat = one.house.chats.get(page.contact_id)
        assert chat
        await until(lambda: chat.offered_to)
        one.house.chats.accept(chat)
        yield Talk(one, admin, page, chat)


async def shown(page: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The contacts of the panel."""
    found: list[dict[str, Any]] = (await page.get(CCP)).json()["contacts"]
    return found


async def test_a_supervisor_reads_a_chat_in_their_panel_and_nobody_is_told(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, browser(it.one, "manager1") as manager:
        before = await it.page.said()
        contact_id = await it.monitor("manager1", **BOTH)
        described = await it.admin.ask("DescribeContact", ContactId=contact_id)
        found = described["Contact"]
        assert (found["Channel"], found["InitiationMethod"]) == ("CHAT", "MONITOR")
        assert found["InitialContactId"] == it.page.contact_id
        document = (await manager.get(CCP)).json()
        [card] = document["contacts"]
        assert document["presence"] == "MONITORING"
        assert (card["contact_id"], card["state"]) == (contact_id, "MONITORING")
        assert (card["channel"], card["initiation_method"]) == ("CHAT", "MONITOR")
        assert (card["customer_name"], card["queue"]) == ("Carla", "support")
        assert card["monitor"] == {
            "agent": "agent1",
            "agent_name": "agent1",
            "mode": "SILENT_MONITOR",
            "allowed": ["SILENT_MONITOR"],
        }
        messages = f"{CCP}/contact/{contact_id}/messages"
        items = (await manager.get(messages)).json()["items"]
        assert TALKED in [item.get("Content") for item in items]
        said = await it.page.say("My order is late")
        [card] = await shown(manager)
        assert card["last_item_id"] == said
        after = {"after": items[-1]["Id"]}
        items = (await manager.get(messages, params=after)).json()["items"]
        assert [item["Content"] for item in items] == ["My order is late"]
        assert await it.page.said() == [*before, ("CUSTOMER", "My order is late")]
        await it.admin.ask("StopContact", ContactId=contact_id)
        assert await shown(manager) == []
        assert (await manager.get(messages)).status_code == 404
        assert it.chat.agent and it.chat.record.disconnect is None
        over = (await it.admin.ask("DescribeContact", ContactId=contact_id))["Contact"]
        assert over["DisconnectReason"] == "AGENT_DISCONNECT"


async def test_whoever_reads_writes_nothing_and_does_not_barge_in(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, browser(it.one, "manager1") as manager:
        contact_id = await it.monitor("manager1", **BOTH)
        contact = f"{CCP}/contact/{contact_id}"
        said = await manager.post(f"{contact}/messages", json={"content": "hello"})
        assert said.status_code == 404
        for button in ("typing", "accept", "reject", "hold", "mute"):
            assert (await manager.post(f"{contact}/{button}")).status_code == 404, button
        moved = await manager.post(f"{contact}/transfer", json={"queue_id": "support"})
        assert moved.status_code == 404
        mode = f"/earshot/v1/monitor/{contact_id}/mode"
        for name, status in (("BARGE", 400), ("WHISPER", 400), ("SILENT_MONITOR", 200)):
            answer = await manager.post(f"{CCP}/monitor", json={"mode": name})
            assert answer.status_code == status, answer.text
            answer = await manager.post(mode, json={"Mode": name})
            assert answer.status_code == status, answer.text
        stranger = await aws(it.one, "manager2")
        assert (await stranger.send("POST", mode, {"Mode": "BARGE"})).status_code == 403


async def test_a_supervisor_ends_it_in_their_panel_each_way(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, browser(it.one, "manager1") as manager:
        async with browser(it.one, "manager2") as other:
            contact_id = await it.monitor("manager1")
            contact = f"{CCP}/contact/{contact_id}"
            assert (await other.get(f"{contact}/messages")).status_code == 404
            assert (await other.post(f"{contact}/end")).status_code == 404
            ended = await manager.post(f"{contact}/end")
            assert (ended.status_code, ended.json()["contacts"]) == (200, [])
            await it.monitor("manager1")
            ended = await manager.post(f"{CCP}/monitor/end")
            assert (ended.status_code, ended.json()["contacts"]) == (200, [])
            assert (await manager.post(f"{CCP}/monitor/end")).status_code == 404
            assert it.chat.agent and not list(it.one.house.wing.readings)
            await it.one.house.ledger.flush()
            audited = [each.action for each in reversed(await it.one.house.records.audits())]
            assert [each for each in audited if each.startswith("monitor.")] == [
                *("monitor.start", "monitor.stop") * 2,
            ]


async def test_whoever_logs_out_of_their_panel_reads_no_more(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, browser(it.one, "manager1") as manager:
        await manager.post(f"{CCP}/media", json={"sdp": ""})  # the panel is in this session
        await it.monitor("manager1")
        assert (await manager.post("/earshot/v1/logout")).status_code in (200, 204)
        await until(lambda: not list(it.one.house.wing.readings))


async def test_without_the_permission_nobody_reads_and_no_more_than_the_setting_allows(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing={"max_listeners": 1}) as it:
        asked = {"ContactId": it.page.contact_id}
        worker, other = await aws(it.one, "agent1"), await aws(it.one, "manager2")
        assert (await worker.refused("MonitorContact", UserId="agent1", **asked))[:2] == DENIED
        assert (await other.refused("MonitorContact", UserId="manager1", **asked))[:2] == DENIED
        await it.monitor("manager1")
        told = await other.refused("MonitorContact", UserId="manager2", **asked)
        assert told[:2] == (402, "ServiceQuotaExceededException")
        only = {"SecurityProfileIds": ["Agent"]}
        await it.one.house.directory.change(Kind.USER, "manager1", only)
        await other.ask("MonitorContact", UserId="manager2", **asked)


async def test_a_chat_that_no_agent_has_is_not_read(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        it.one.house.chats.depart(it.chat)
        asked = {"ContactId": it.page.contact_id, "UserId": "manager1"}
        told = await (await aws(it.one, "manager1")).refused("MonitorContact", **asked)
        assert told[:2] == (404, "ResourceNotFoundException")


async def test_the_pages_of_supervisors_are_told_as_it_happens(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, browser(it.one, "manager1") as page:
        async with live_client(it.one, page) as client:
            await client.subscribe("agents")
            await client.subscribe("ccp")
            await told(client, "agents", "agent1", monitorable=True)
            await it.monitor("manager1")
            reads = [{"login": "manager1", "mode": "SILENT_MONITOR"}]
            await told(client, "agents", "agent1", monitorable=False, monitors=reads)
            await told(client, "ccp", "manager1", state="MONITORING")
            said = await it.page.say("hello")
            await told(client, "ccp", "manager1", last_item_id=said)
            it.one.house.chats.depart(it.chat)
            await client.row("ccp", "manager1", contacts=[])


async def told(client: LiveClient, topic: str, key: str, **wanted: object) -> None:
    """The row has a contact of which this is so, as soon as it is told."""
    while not any(
        wanted.items() <= each.items() for each in (await client.row(topic, key))["contacts"]
    ):
        await client.next()
