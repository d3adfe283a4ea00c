"""Review Recorded Conversations: the second page of the guide, sentence by sentence."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, Page, Response, expect

from engine.app import Running
from engine.flow_log import begun
from tests.rig.past import past_contact
from tests.rig.recorded import allow, recorded
from tests.rig.screen import picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECONDS = 12.0
SEARCH = "ContactSearch.View"
LISTEN = (SEARCH, "ManagerListenIn", "ListenCallRecordings")
ICONS = ("Play recording", "Download recording", "Delete recording")


NOTE_GAINS = """
  window.gains = [];
  const make = AudioContext.prototype.createGain;
  AudioContext.prototype.createGain = function () {
    gains.push(make.call(this));
    return gains.at(-1);
  };
"""


def range_of(response: Response) -> list[str]:
    """What part of a recording was told, if one was."""
    return [response.headers["content-range"]] if response.status == 206 else []


async def search(page: Page) -> None:
    await page.get_by_role("button", name="Search").click()


async def by_id(page: Page, contact_id: str) -> None:
    await page.get_by_role("link", name="Contact search").click()
    await page.get_by_label("Contact ID").fill(contact_id)
    await search(page)
    await expect(page.get_by_role("link", name=contact_id)).to_be_visible()


async def test_in_metrics_and_quality_choose_contact_search(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, "manager1") as page:
        navigation = page.get_by_role("navigation")
        await expect(navigation.get_by_text("Metrics and quality")).to_be_visible()
        await navigation.get_by_role("link", name="Contact search").click()
        await expect(page.get_by_role("heading", name="Contact search")).to_be_visible()
        await page.get_by_label("Phone number").fill("999999")
        await search(page)
        await expect(page.get_by_text("No contact fits these filters")).to_be_visible()
        await picture(page, "search-none")


async def test_filter_the_list_of_contacts_by_date_agent_login_phone_number_or_other_criteria(
    one: Running, browser: Browser
) -> None:
    wanted = await past_contact(
        one, SECONDS, customer_endpoint="+4930987654", attributes={"tier": "gold"}
    )
    other = await past_contact(one)
    async with seat(browser, one.api, "manager1") as page:
        await page.get_by_role("link", name="Contact search").click()
        await page.get_by_role("combobox", name="Time range").click()
        await page.get_by_role("option", name="Last hour").click()
        await page.get_by_role("combobox", name="Agent login").fill("agent1")
        await page.keyboard.press("Enter")
        await search(page)
        await expect(page.get_by_role("link", name=wanted)).to_be_visible()
        await expect(page.get_by_role("link", name=other)).to_be_visible()
        await page.get_by_label("Phone number").fill("+49 30 987654")
        await page.get_by_role("combobox", name="Contact attributes").fill("tier=gold")
        await page.keyboard.press("Enter")
        await search(page)
        await expect(page.get_by_role("link", name=other)).to_have_count(0)
        await expect(page.get_by_role("link", name=wanted)).to_be_visible()
        await page.get_by_role("button", name="Columns").click()
        await page.get_by_role("menuitemcheckbox", name="In queue").click()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("columnheader", name="In queue")).to_be_visible()
        await picture(page, "search")


async def test_conversations_that_were_recorded_will_have_icons_in_the_recording_column(
    one: Running, browser: Browser
) -> None:
    recorded, silent = await past_contact(one, SECONDS), await past_contact(one)
    async with seat(browser, one.api, "manager1") as page:
        await by_id(page, silent)
        for icon in ICONS:
            await expect(page.get_by_label(icon)).to_have_count(0)
        await by_id(page, recorded)
        for icon in ICONS:
            await expect(page.get_by_label(icon)).to_be_visible()


async def test_click_to_review_the_recording(one: Running, browser: Browser) -> None:
    contact_id = await past_contact(one, SECONDS)
    async with seat(browser, one.api, "manager1") as page:
        await page.add_init_script(NOTE_GAINS)
        await page.reload()
        await by_id(page, contact_id)
        parts: list[str] = []
        page.on("response", lambda told: parts.extend(range_of(told)))
        await page.get_by_label("Play recording").click()
        player = page.get_by_role("group", name="Player")
        clock = player.get_by_role("timer")
        await expect(clock).to_have_text("0:00 / 0:12")
        await player.get_by_role("button", name="Play").click()
        await expect(player.get_by_role("button", name="Pause")).to_be_visible()
        await expect(clock).not_to_have_text("0:00 / 0:12")
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        await expect(clock).not_to_have_text(await clock.inner_text())  # it goes on
        assert parts and all(part.startswith("bytes ") for part in parts)
        await player.get_by_role("button", name="10 seconds ahead").click()
        await expect(clock).to_have_text("0:12 / 0:12")
        await player.get_by_role("button", name="10 seconds back").click()
        await expect(clock).not_to_have_text("0:12 / 0:12")
        await player.get_by_text("1.5×").click()
        await player.get_by_label("Customer").uncheck()
        await page.wait_for_function("gains.map((each) => each.gain.value).join() === '0,1'")
        await expect(player.get_by_text("Striped: the recording was suspended")).to_be_visible()
        suspended = player.get_by_title("Suspended: card number")
        await expect(suspended).to_have_attribute("style", re.compile("width: 25%.*left: 50%"))
        await picture(page, "player")


async def test_the_waveform_is_walked_by_keyboard(one: Running, browser: Browser) -> None:
    contact_id = await past_contact(one, SECONDS)
    async with seat(browser, one.api, "manager1") as page:
        await page.goto(f"/console/search/{contact_id}")
        position = page.get_by_role("slider", name="Position")
        for key, second in (("End", "12"), ("ArrowLeft", "11"), ("PageDown", "1"), ("Home", "0")):
            await position.press(key)
            await expect(position).to_have_attribute("aria-valuenow", second)
        await position.press("Space")
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()


async def test_the_download_is_the_recording_byte_by_byte_and_has_the_name_of_the_contact(
    one: Running, browser: Browser
) -> None:
    contact_id = await past_contact(one, 1.0)
    async with seat(browser, one.api, "manager1") as page:
        await by_id(page, contact_id)
        async with page.expect_download() as download:
            await page.get_by_label("Download recording").click()
        file = await download.value
        assert file.suggested_filename == f"{contact_id}.wav"
        playback = await one.house.player.open(contact_id)
        kept = await playback.read(0, playback.heard.size)
        assert (await file.path()).read_bytes() == kept


async def test_delete_asks_says_what_it_does_and_leaves_the_tombstone_visible(
    one: Running, browser: Browser
) -> None:
    contact_id = await past_contact(one, 1.0)
    async with seat(browser, one.api, "manager1") as page:
        await by_id(page, contact_id)
        await page.get_by_label("Delete recording").click()
        await expect(page.get_by_text("this cannot be undone")).to_be_visible()
        await page.get_by_role("dialog").get_by_label("Reason").fill("the customer asked for it")
        await picture(page, "delete")
        await page.get_by_role("button", name="Delete for ever").click()
        note = page.get_by_role("note")
        await expect(note).to_have_text("Deleted")
        told = await note.get_attribute("aria-label") or ""
        assert "manager1" in told and "the customer asked for it" in told
        await expect(page.get_by_label("Play recording")).to_have_count(0)


async def test_to_find_a_recording_of_a_specific_contact_you_only_need_the_contact_id(
    one: Running, browser: Browser
) -> None:
    contact_id = await past_contact(one, SECONDS, attributes={"tier": "silver"})
    async with seat(browser, one.api, "manager1") as page:
        await by_id(page, contact_id)
        await page.get_by_role("link", name=contact_id).click()
        await expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
        await expect(page.get_by_role("group", name="Player")).to_be_visible()
        await expect(page.get_by_text("silver")).to_be_visible()
        await picture(page, "contact")
        await page.get_by_role("link", name="Contact search").last.click()
        await page.get_by_label("Contact ID").fill("no such contact")
        await search(page)
        await expect(page.get_by_text("There is no contact with this id.")).to_be_visible()


async def test_its_page_tells_what_it_went_through_what_was_said_by_sip_and_who_listened(
    one: Running, browser: Browser
) -> None:
    contact_id = await recorded(one)
    one.house.flow_log.add(begun(contact_id, "INBOUND", "support", "transfer", "ToQueue"))
    await one.house.flow_log.stop()
    await one.house.traces.stop()
    async with seat(browser, one.api, "manager1") as page:
        await page.goto(f"/console/search/{contact_id}")
        await page.get_by_role("button", name="Play").click()
        for part in ("Contact record", "Attributes"):
            await expect(page.get_by_role("heading", name=part)).to_be_visible()
        for stage in ("Contact flow", "Agent"):
            await expect(section(page, "Timeline").get_by_text(stage)).to_be_visible()
        await expect(section(page, "Flow steps").get_by_text("ToQueue (transfer)")).to_be_visible()
        ladder = page.get_by_role("region", name="SIP messages")
        await expect(ladder.get_by_text(re.compile("^INVITE")).first).to_be_visible()
        await page.reload()
        listened = section(page, "Who listened").get_by_role("row").filter(has_text="manager1")
        await expect(listened.filter(has_text="recording.play").first).to_be_visible()
        await picture(page, "contact-live")


def section(page: Page, heading: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading))


async def test_if_you_do_not_have_manager_monitor_permissions_you_will_not_see_this_icon(
    one: Running, browser: Browser
) -> None:
    contact_id = await past_contact(one, 1.0)
    await allow(one, "agent2", SEARCH, "ListenCallRecordings", "DownloadCallRecordings")
    async with seat(browser, one.api, "agent2") as page:
        await by_id(page, contact_id)
        for icon in ICONS:
            await expect(page.get_by_label(icon)).to_have_count(0)
        sound = f"/earshot/v1/contact/{contact_id}/recording/AGENT"
        for path in (sound, f"{sound}/file", f"{sound}/waveform"):
            assert (await page.request.get(path)).status == 403


async def test_each_icon_needs_its_own_right(one: Running, browser: Browser) -> None:
    contact_id = await past_contact(one, 1.0)
    await allow(one, "manager2", *LISTEN)
    async with seat(browser, one.api, "manager2") as page:
        await by_id(page, contact_id)
        await expect(page.get_by_label("Play recording")).to_be_visible()
        for icon in ICONS[1:]:
            await expect(page.get_by_label(icon)).to_have_count(0)
        file = f"/earshot/v1/contact/{contact_id}/recording/AGENT/file"
        assert (await page.request.get(file)).status == 403
