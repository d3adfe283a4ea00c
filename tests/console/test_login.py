"""Log in at a provider of identities, whose pages are of another site."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from engine.app import Running
from engine.web.pages import BUILT
from tests.rig.free_ports import free_ports
from tests.rig.house import TOKEN, engine
from tests.rig.identity_provider import settings
from tests.rig.screen import picture, seat
from tests.rig.stranger_provider import stranger_provider

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Here its name is localhost, that of the engine 127.0.0.1: two sites for a browser."""
    if not (BUILT / "index.html").exists():
        pytest.skip("the console is not built: `make set-up` builds it where there is Node")
    folder: Path = tmp_path_factory.mktemp("engine")
    [port] = free_ports(1)
    web = {"port": port, "token": TOKEN, "key_file": folder / "access-keys.key"}
    async with stranger_provider(sub="17", preferred_username="manager1") as issuer:
        there = settings(
            issuer.replace("127.0.0.1", "localhost"),
            name="The Office",
            origin=f"http://127.0.0.1:{port}",
        )
        async with engine(folder, web=web, oidc=there) as running:
            yield running


async def leave_for_the_provider(page: Page) -> None:
    """Its pages are the network's, but for what they look like: that is from far away."""
    await page.route(re.compile("^https://"), styled)
    await page.get_by_role("link", name="Log in with The Office").click()


async def styled(route: Route) -> None:
    await route.fulfill(body="", content_type="text/css")


async def test_whoever_the_provider_knows_is_logged_in_without_a_password(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await expect(page.get_by_role("link", name="Log in with The Office")).to_be_visible()
        await picture(page, "login-elsewhere")
        await leave_for_the_provider(page)
        await page.get_by_role("button", name="17").click()
        await expect(page.get_by_role("button", name="Account of manager1")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("button", name="Account of manager1")).to_be_visible()


async def test_whoever_is_no_user_here_or_says_no_there_is_told_so(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await leave_for_the_provider(page)
        await page.get_by_placeholder("sub").fill("stranger")
        await page.get_by_role("button", name="Authorize").click()
        await expect(page.get_by_role("alert")).to_contain_text("did not vouch for you")
        await expect(page).to_have_url(re.compile(r"/console/$"))
        await page.get_by_role("link", name="Log in with The Office").click()
        await page.get_by_role("button", name="Deny").click()
        await expect(page.get_by_role("alert")).to_contain_text("did not vouch for you")
