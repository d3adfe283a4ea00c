"""A real browser that somebody sits at: Debian's Chromium, on the console of an engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from tests.rig.house import PASSWORD

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
PICTURES = Path(__file__).parents[1] / "console" / "pictures"
HARMLESS = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_CONNECTION)"
)
"""The browser says so of refusals and of a network that is gone, also where a test wants them."""


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, *flags], chromium_sandbox=False
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def seat(
    browser: Browser, url: str, username: str = "", password: str = PASSWORD, **options: str
) -> AsyncIterator[Page]:
    """A page of the console in a browser that knows nothing else; logged in where a name is given.

    `options` are Playwright's, of a context. Whatever the page throws, or the browser refuses it by
    the Content-Security-Policy, fails the test at the end.
    """
    context = await browser.new_context(base_url=url, locale="en-GB", **options)  # type: ignore[arg-type]
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.extend(complaint(message)))
        await page.goto("/console/")
        if username:
            await log_in(page, username, password)
        yield page
    finally:
        await context.close()  # it would keep the phone of whoever is logged in
    assert not wrong, wrong


def complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type == "error" and not HARMLESS.match(message.text) else []


async def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    await page.get_by_label("User name").fill(username)
    await page.get_by_role("textbox", name="Password").fill(password)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name=f"Account of {username}").wait_for()


async def picture(page: Page, name: str) -> None:
    """In light and in dark, kept for whoever wants to look."""
    PICTURES.mkdir(exist_ok=True)
    await page.mouse.move(0, 0)  # what it hovers over says what it is, over what is beside it
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=PICTURES / f"{name}-{scheme}.png", animations="disabled")
