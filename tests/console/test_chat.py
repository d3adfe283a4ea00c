"""Chats in the browser: answered by an agent, read afterwards by a manager."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from engine.app import Running
from engine.chat.chats import Wanted
from engine.chat.items import Happening
from engine.contact_record import DisconnectReason, RecordingStatus
from engine.directory import Kind
from tests.rig.aws import administrator
from tests.rig.ccp_page import is_up, open_panel, press
from tests.rig.chatting import begin, published, to_agent
from tests.rig.house import action, flow
from tests.rig.patience import until
from tests.rig.recorded import allow
from tests.rig.screen import picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
ICONS = ("Read transcript", "Download transcript", "Delete transcript")


def chat_with(page: Page, name: str) -> Locator:
    """The card of a chat in the panel."""
    return page.get_by_role("region").filter(has=page.get_by_role("log", name=f"Chat with {name}"))


async def test_an_agent_answers_several_chats_at_once_in_the_panel(
    one: Running, browser: Browser
) -> None:
    flow_id = await published(one, "chat", to_agent())
    work = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 60}
    await one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": work})
    website = await administrator(one)
    async with seat(browser, one.api, "agent1") as page:
        await open_panel(page)
        await is_up(one, "agent1")
        carla = await begin(one, website, flow_id)
        await press(page, "Accept chat")
        chat = chat_with(page, "Carla")
        await expect(chat.get_by_role("log")).to_contain_text("Welcome to the chat")
        await carla.say("Where is my order?")
        await expect(chat.get_by_role("log")).to_contain_text("Where is my order?")
        answer = chat.get_by_role("textbox", name="Message to Carla")
        await answer.fill("On its way")
        await answer.press("Enter")
        await expect(chat.get_by_role("log")).to_contain_text("On its way")
        await expect(answer).to_have_value("")
        assert ("AGENT", "On its way") in await carla.said()
        await carla.ask("SendEvent", ContentType=str(Happening.TYPING))
        await expect(chat.get_by_text("Carla is typing")).to_be_visible()
        await begin(one, website, flow_id, ParticipantDetails={"DisplayName": "Dora"})
        await press(page, "Accept chat")
        await expect(page.get_by_role("textbox", name="Message to Dora")).to_be_visible()
        await expect(answer).to_be_visible()
        await picture(page, "ccp-chats")
        await chat.get_by_role("button", name="End chat").click()
        await expect(answer).to_have_count(0)
        await expect(chat.get_by_role("log")).to_contain_text("On its way")
        await chat.get_by_role("button", name="Clear contact").click()
        await expect(chat).to_have_count(0)
        await expect(page.get_by_role("textbox", name="Message to Dora")).to_be_visible()


async def chatted(one: Running, said: str) -> str:
    """The id of a chat that is over, and kept."""
    name = f"flow of {said}"
    await published(one, name, flow(action("wait", "Wait", "bye", TimeLimitSeconds="600")))
    chat = one.house.chats.start(Wanted(name, "Carla", 600.0, first=("text/plain", said)))
    one.house.chats.end(chat, DisconnectReason.CUSTOMER_DISCONNECT)

    async def kept() -> datetime | None:
        record = await one.house.records.contact(chat.contact_id)
        rows = record.recordings if record else ()
        return rows[0].stop if rows and rows[0].status is RecordingStatus.AVAILABLE else None

    await until(kept)
    return chat.contact_id


async def by_id(page: Page, contact_id: str) -> None:
    await page.get_by_role("link", name="Contact search").click()
    await page.get_by_label("Contact ID").fill(contact_id)
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("link", name=contact_id)).to_be_visible()


async def test_a_transcript_is_read_downloaded_and_deleted_as_a_recording_is(
    one: Running, browser: Browser
) -> None:
    contact_id = await chatted(one, "My parcel is lost")
    async with seat(browser, one.api, "manager1") as page:
        await by_id(page, contact_id)
        await page.get_by_label("Read transcript").click()
        await expect(page.get_by_text("My parcel is lost")).to_be_visible()
        await picture(page, "search-chat")
        async with page.expect_download() as download:
            await page.get_by_label("Download transcript").click()
        file = await download.value
        assert file.suggested_filename == f"{contact_id}.json"
        kept = json.loads((await file.path()).read_text())
        assert "My parcel is lost" in [each.get("Content") for each in kept["Transcript"]]
        await page.get_by_role("link", name=contact_id).click()
        await expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
        await expect(page.get_by_text("My parcel is lost")).to_be_visible()
        await picture(page, "contact-chat")
        await page.get_by_label("Delete transcript").click()
        await page.get_by_role("dialog").get_by_label("Reason").fill("the customer asked for it")
        await page.get_by_role("button", name="Delete for ever").click()
        note = page.get_by_role("note")
        await expect(note).to_have_attribute(
            "aria-label", "Transcript deleted: the customer asked for it"
        )
        await expect(page.get_by_text("My parcel is lost")).to_have_count(0)


async def test_who_may_not_monitor_sees_no_icon_of_a_transcript_and_is_refused(
    one: Running, browser: Browser
) -> None:
    contact_id = await chatted(one, "A secret")
    await allow(one, "manager2", "ContactSearch.View", "ListenCallRecordings")
    async with seat(browser, one.api, "manager2") as page:
        await by_id(page, contact_id)
        for icon in ICONS:
            await expect(page.get_by_label(icon)).to_have_count(0)
        for path in ("transcript", "transcript/file"):
            answer = await page.request.get(f"/earshot/v1/contact/{contact_id}/{path}")
            assert answer.status == 403
