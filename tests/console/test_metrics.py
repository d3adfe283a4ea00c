"""Real-time metrics, and from there: Monitor Live Conversations with Customers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from engine.app import Running
from engine.directory import Kind
from tests.rig.house import AUDIO, converse, phone
from tests.rig.recorded import allow
from tests.rig.screen import picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
HEADSET = re.compile("Monitor the conversation of")


async def agents_table(page: Page) -> None:
    """Choose Metrics and quality, Real-time metrics, Agents."""
    await page.get_by_role("link", name="Real-time metrics").click()
    await page.get_by_role("tab", name="Agents").click()


def row(page: Page, login: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("cell", name=re.compile(login)))


async def test_next_to_the_names_of_agents_in_a_live_conversation_you_will_see_a_headset_icon(
    one: Running, browser: Browser
) -> None:
    async with (
        seat(browser, one.api, "manager1") as page,
        phone(one) as customer,
        phone(one, "agent1") as agent,
        phone(one, "manager1") as supervisor,
    ):
        await agents_table(page)
        await expect(row(page, "agent1")).to_contain_text("Offline")
        await agent.register()
        await supervisor.register()
        await expect(row(page, "agent1")).to_contain_text("Available")
        await expect(page.get_by_label(HEADSET)).to_have_count(0)
        await converse(one, customer, agent, "support")
        await expect(row(page, "agent1")).to_contain_text("On contact")
        headset = row(page, "agent1").get_by_label(HEADSET)
        await expect(headset).to_be_visible()
        await expect(page.get_by_label(HEADSET)).to_have_count(1)
        await picture(page, "metrics-agents")
        await headset.click()
        await supervisor.called()
        await supervisor.answer(AUDIO)
        await expect(row(page, "manager1")).to_contain_text("Monitoring")
        await expect(page.get_by_label(HEADSET)).to_have_count(0)
        agent.hang_up()
        await supervisor.hung_up()
        await expect(row(page, "manager1")).to_have_count(0)
        await page.get_by_role("tab", name="Queues").click()
        await expect(page.get_by_role("columnheader", name="In queue")).to_be_visible()
        await expect(row(page, "support")).to_be_visible()
        await picture(page, "metrics-queues")
        await page.get_by_role("tab", name="Routing profiles").click()
        await expect(page.get_by_role("columnheader", name="Capacity")).to_be_visible()


async def test_who_may_not_monitor_sees_no_headset_icon_and_is_refused(
    one: Running, browser: Browser
) -> None:
    await allow(one, "manager3", "AccessMetrics", "BasicAgentAccess")
    async with (
        seat(browser, one.api, "manager3") as page,
        phone(one) as customer,
        phone(one, "agent1") as agent,
    ):
        await agents_table(page)
        await agent.register()
        live = await converse(one, customer, agent, "support")
        await expect(row(page, "agent1")).to_contain_text("On contact")
        await expect(page.get_by_label(HEADSET)).to_have_count(0)
        asked = {"InstanceId": "earshot", "ContactId": live.contact_id, "UserId": "manager3"}
        ours = {"Origin": one.api}
        answer = await page.request.post("/contact/monitor", data=asked, headers=ours)
        assert answer.status == 403
        agent.hang_up()
        await customer.hung_up()


async def test_a_supervisor_changes_the_status_of_an_agent(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, "manager1") as page, phone(one, "agent2") as agent:
        await agent.register()
        await agents_table(page)
        await expect(row(page, "agent2")).to_contain_text("Available")
        await page.get_by_label("Change the status of agent2").click()
        await page.get_by_role("menuitem", name="Offline").click()
        await expect(row(page, "agent2")).to_contain_text("Offline")


async def crowd(one: Running, size: int) -> None:
    """So many colleagues of agent1, all of whom may do the same."""
    directory = one.house.directory
    [*there] = directory.resources.all(Kind.USER)
    agent1 = directory.resources.named(Kind.USER, "agent1")
    assert agent1
    many = [replace(agent1, id=f"crowd{n}", name=f"crowd{n}") for n in range(size)]
    await directory.align([*there, *many], [Kind.USER])


async def test_a_thousand_agents_are_sorted_filtered_and_saved_but_only_those_in_view_are_drawn(
    one: Running, browser: Browser
) -> None:
    await crowd(one, 1000)
    async with seat(browser, one.api, "manager1") as page:
        await agents_table(page)
        await expect(page.get_by_role("status")).to_contain_text(re.compile(r"100\d of 100\d"))
        assert await page.get_by_role("row").count() < 60
        await expect(row(page, "crowd999")).to_have_count(0)
        table = page.get_by_role("region", name="Rows, live")
        await table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
        await expect(row(page, "crowd999")).to_be_in_viewport()
        assert await page.get_by_role("row").count() < 60
        named = {"IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace"}}
        await one.house.directory.change(Kind.USER, "crowd999", named)
        await expect(row(page, "crowd999")).to_contain_text("Lovelace")
        await expect(row(page, "crowd999")).to_be_in_viewport()
        await expect(row(page, "crowd0")).to_have_count(0)
        await choose_columns_filter_and_sort(page)
        async with page.expect_download() as download:
            await page.get_by_role("button", name="CSV").click()
        head, *lines = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
        assert len(lines) == 11 and '"crowd199"' in lines[0]
        assert '"Next status"' in head and '"Routing profile"' not in head


async def choose_columns_filter_and_sort(page: Page) -> None:
    await page.get_by_role("button", name="Columns").click()
    for column in ("Next status", "Routing profile"):
        await page.get_by_role("menuitemcheckbox", name=column).click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("columnheader", name="Next status")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Routing profile")).to_have_count(0)
    await page.get_by_label("Filter rows").fill("crowd19")
    await expect(page.get_by_role("status")).to_contain_text("11 of")
    login = page.get_by_role("columnheader", name="Agent login")
    await login.get_by_role("button").click()
    await expect(login).to_have_attribute("aria-sort", "descending")
    await expect(page.get_by_role("row").nth(1)).to_contain_text("crowd199")
