"""Login, navigation by permission, languages, and the phone icon."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from engine.app import Running
from tests.rig.screen import log_in, picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
FIRST_LOAD_BYTES = 300_000


async def test_whoever_logs_in_sees_the_pages_of_their_profile_only(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await picture(page, "login")
        await log_in(page, "manager1")
        navigation = page.get_by_role("navigation", name="Main navigation")
        await expect(navigation.get_by_role("link", name="Real-time metrics")).to_be_visible()
        await picture(page, "shell")
    async with seat(browser, one.api, "agent1") as page:
        await expect(page.get_by_text("Your security profile opens no page here.")).to_be_visible()
        await expect(page.get_by_role("link", name="Real-time metrics")).to_have_count(0)
        await page.goto("/console/metrics")
        await expect(page.get_by_text("does not open this page")).to_be_visible()


async def test_a_wrong_password_is_said_and_the_right_one_still_opens(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await page.get_by_label("User name").fill("manager1")
        await page.get_by_role("textbox", name="Password").fill("wrong")
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await log_in(page, "manager1")
        await page.reload()
        await page.get_by_role("button", name="Account of manager1").click()
        await page.get_by_role("menuitem", name="Log out").click()
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


async def test_the_language_is_chosen_and_stays(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, "manager1") as page:
        await page.get_by_role("button", name="Account of manager1").click()
        await page.get_by_role("menuitemradio", name="Deutsch").click()
        await expect(page.get_by_role("link", name="Echtzeitmetriken")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("link", name="Echtzeitmetriken")).to_be_visible()


async def test_the_phone_icon_top_right_opens_the_ccp_for_whoever_may_use_it(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as page:
        await page.get_by_role("button", name="Open the Contact Control Panel").click()
        await expect(page.get_by_role("complementary")).to_be_in_viewport()
        await page.reload()
        await expect(page.get_by_role("complementary")).to_be_in_viewport()


async def test_the_first_load_is_small_and_asks_nobody_else(one: Running, browser: Browser) -> None:
    context = await browser.new_context(base_url=one.api)
    page = await context.new_page()
    sizes: list[int] = []

    async def weigh(request: object) -> None:
        sizes.append((await request.sizes())["responseBodySize"])  # type: ignore[attr-defined]

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfinished", weigh)
    await page.goto("/console/", wait_until="networkidle")
    assert all(url.startswith(one.api) for url in asked)
    assert 50_000 < sum(sizes) < FIRST_LOAD_BYTES
    await context.close()
