"""Whoever cannot see the pages, or has no mouse: axe-core finds no serious fault in any of them."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from engine.app import Running
from engine.web.build import SOURCES
from tests.rig.past import past_contact
from tests.rig.screen import seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
AXE = SOURCES / "node_modules/axe-core/axe.min.js"
STILL = {"reduced_motion": "reduce"}
"""Colours that are on their way to another are told wrong."""
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const moving = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(moving.map((each) => each.finished));
}"""
LOOKS = 3
"""At a page that is still moving."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
GRAVE = ("serious", "critical")
TITLES = {
    "metrics": "Real-time metrics",
    "search": "Contact search",
    "users": "User management",
    "security-profiles": "Security profiles",
}


async def faults(page: Page) -> list[str]:
    """What is serious, in light and in dark."""
    await page.evaluate(AXE.read_text())
    found = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in await looked_at(page)]
    return found


async def looked_at(page: Page) -> list[str]:
    found: list[str] = []
    for _ in range(LOOKS):
        await page.evaluate(SETTLED)
        outcome = await page.evaluate("() => axe.run({ preload: false })")
        found = [
            f"{one['id']}: {node['html'][:200]}: {node['failureSummary']}"
            for one in outcome["violations"]
            for node in one["nodes"]
            if one["impact"] in GRAVE
        ]
        if not found:
            break
    return found


async def test_the_way_in(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, **STILL) as page:
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        assert await faults(page) == []


@pytest.mark.parametrize("path", TITLES)
async def test_a_page(one: Running, browser: Browser, path: str) -> None:
    async with seat(browser, one.api, "manager1", **STILL) as page:
        await page.goto(f"/console/{path}")
        await expect(page.get_by_role("heading", name=TITLES[path])).to_be_visible()
        assert await faults(page) == []


async def test_the_page_of_a_contact(one: Running, browser: Browser) -> None:
    contact_id = await past_contact(one, 3.0)
    async with seat(browser, one.api, "manager1", **STILL) as page:
        await page.goto(f"/console/search/{contact_id}")
        await expect(page.get_by_role("heading", name="Flow steps")).to_be_visible()
        assert await faults(page) == []


async def test_the_contact_control_panel(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, "agent1", **STILL) as page:
        await page.get_by_role("button", name="Open the Contact Control Panel").click()
        await expect(page.get_by_test_id("ccp-status")).to_have_text("Available")
        await page.get_by_role("button", name="Devices").click()
        await page.mouse.move(0, 0)
        assert await faults(page) == []
