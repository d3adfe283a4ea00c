"""Chats in the Contact Control Panel, from the first offer to the end of the work after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from engine.app import Running
from engine.chat.chat import Chat
from engine.chat.chats import Wanted
from engine.chat.items import Happening
from engine.chat.state_table import State
from engine.directory import Kind
from tests.rig.browser import browser
from tests.rig.chatting import TALKED, published, to_agent
from tests.rig.house import engine
from tests.rig.live_client import live_client
from tests.rig.panel import leg
from tests.rig.patience import until

CCP = "/earshot/v1/ccp"
Json = dict[str, Any]


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Running, httpx.AsyncClient]]:
    """agent1 sits at their panel, and has work after each contact."""
    async with engine(folder) as one, browser(one, "agent1") as page:
        work = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 60}
        await one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": work})
        await published(one, "chat", to_agent())
        leg(one)
        yield one, page


async def offered(one: Running) -> Chat:
    chat = one.house.chats.start(Wanted("chat", "Carla", 3600.0))
    await until(lambda: chat.state is State.OFFERED)
    return chat


async def press(page: httpx.AsyncClient, button: str, **given: Any) -> Json:
    answer = await page.post(f"{CCP}/{button}", json=given or None)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_chat_from_its_offer_to_the_end_of_its_work(tmp_path: Path) -> None:
    async with desk(tmp_path) as (one, page):
        chat = await offered(one)
        contact = f"contact/{chat.contact_id}"
        shown = (await page.get(CCP)).json()
        [rings] = shown["contacts"]
        assert (rings["channel"], rings["state"], rings["queue"]) == ("CHAT", "INCOMING", "support")
        assert (rings["customer_name"], shown["presence"]) == ("Carla", "RINGING")
        [talks] = (await press(page, f"{contact}/accept"))["contacts"]
        assert talks["state"] == "CONNECTED" and talks["connected_at"]
        said = (await page.get(f"{CCP}/{contact}/messages")).json()["items"]
        assert TALKED in [item.get("Content") for item in said]
        mine = await press(page, f"{contact}/messages", content="How can I help?")
        assert (mine["ParticipantRole"], mine["DisplayName"]) == ("AGENT", "agent1")
        one.house.chats.say(chat, chat.customer, "text/plain", "My order")
        after = {"after": mine["Id"]}
        new = (await page.get(f"{CCP}/{contact}/messages", params=after)).json()["items"]
        assert [item["Content"] for item in new] == ["My order"]
        one.house.chats.tell(chat, chat.customer, Happening.TYPING)
        [typing] = (await page.get(CCP)).json()["contacts"]
        assert typing["typing"] and typing["last_item_id"] == new[0]["Id"]
        assert (await page.post(f"{CCP}/{contact}/typing")).status_code == 204
        over = await press(page, f"{contact}/end")
        [left] = over["contacts"]
        assert (left["state"], over["presence"]) == ("ENDED", "AFTER_CONTACT_WORK")
        assert left["clear_at"] > left["since"]
        assert (await page.get(f"{CCP}/{contact}/messages")).status_code == 200
        assert (await press(page, f"{contact}/clear"))["contacts"] == []
        assert (await page.get(f"{CCP}/{contact}/messages")).status_code == 404
        await until(lambda: one.house.router.floor.agents["agent1"].conversations == 0)
        assert (await page.get(CCP)).json()["presence"] == "AVAILABLE"


async def test_a_chat_that_is_rejected_is_missed(tmp_path: Path) -> None:
    async with desk(tmp_path) as (one, page):
        chat = await offered(one)
        told = await press(page, f"contact/{chat.contact_id}/reject")
        assert [each["state"] for each in told["contacts"]] == ["MISSED"]
        assert told["presence"] == "MISSED"
        await press(page, f"contact/{chat.contact_id}/clear")
        await until(lambda: chat.record.attempts == 2)


async def test_a_chat_goes_on_in_a_queue_and_nowhere_by_phone(tmp_path: Path) -> None:
    async with desk(tmp_path) as (one, page):
        chat = await offered(one)
        contact = f"contact/{chat.contact_id}"
        await press(page, f"{contact}/accept")
        for wrong in ({"phone_number": "agent2"}, {"queue_id": "support", "kind": "consult"}):
            refused = await page.post(f"{CCP}/{contact}/transfer", json=wrong)
            assert refused.status_code == 400, refused.text
        await press(page, f"{contact}/transfer", queue_id="support")
        assert chat.agent is None and chat.record.dequeue is None
        after = {Happening.LEFT, Happening.TRANSFERRED}
        assert after <= {item.content_type for item in chat.items}


async def test_what_is_somebody_elses_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as (one, page), browser(one, "agent2") as other:
        chat = await offered(one)
        contact = f"{CCP}/contact/{chat.contact_id}"
        assert (await other.post(f"{contact}/accept")).status_code == 404
        await page.post(f"{contact}/accept")
        for button in ("end", "typing"):
            assert (await other.post(f"{contact}/{button}")).status_code == 404
        said = await other.post(f"{contact}/messages", json={"content": "hello"})
        assert said.status_code == 404
        assert (await other.get(f"{contact}/messages")).status_code == 404
        markdown = {"content_type": "text/markdown", "content": "*hello*"}
        assert (await page.post(f"{contact}/messages", json=markdown)).status_code == 400


async def test_the_panel_is_told_when_something_is_said(tmp_path: Path) -> None:
    async with desk(tmp_path) as (one, page), live_client(one, page) as client:
        await client.subscribe("ccp")
        chat = await offered(one)
        while not (row := await client.row("ccp", "agent1"))["contacts"]:
            await client.next()
        one.house.chats.accept(chat)
        item = one.house.chats.say(chat, chat.customer, "text/plain", "hello")
        while row["contacts"][0]["last_item_id"] != item.id:
            await client.next()
            row = await client.row("ccp", "agent1")
