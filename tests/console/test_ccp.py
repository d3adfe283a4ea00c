"""The contact control panel where nobody calls: status, microphone, devices, and what fails."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from engine.agents import StatusType
from engine.app import Running
from tests.rig.ccp_page import choose_status, is_up, open_panel
from tests.rig.patience import until
from tests.rig.screen import log_in, picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT_REQUESTS = """
  window.asked = 0;
  const open = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = function (...wanted) {
    window.asked += 1;
    return open.apply(this, wanted);
  };
"""
AN_HOUR_LATE = "const now = Date.now; Date.now = () => now() + 3_600_000;"
LOUDEST = """
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination) {
      const meter = new AnalyserNode(this.context, { fftSize: 2048 });
      const samples = new Float32Array(meter.fftSize);
      connect.call(this, meter);
      const look = () => {
        meter.getFloatTimeDomainData(samples);
        window.loudest = Math.max(window.loudest, ...samples);
        if (this.context.state !== "closed") setTimeout(look, 20);
      };
      look();
    }
    return connect.call(this, to, ...more);
  };
  window.loudest = 0;
"""
"""Of what the page itself lets be heard."""
BLOCKED = """
  navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException("blocked", "NotAllowedError"));
"""
ELSEWHERE = "Your phone is open in another tab or browser."


def port(one: Running) -> object:
    """Where the engine has the audio of agent1; another with each new connection."""
    leg = one.house.browsers.leg("agent1")
    return leg and leg.port


async def test_an_agent_opens_the_panel_and_can_be_called_until_they_go_offline(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as page:
        await open_panel(page)
        status = page.get_by_test_id("ccp-status")
        await expect(status).to_have_text("Available")
        await is_up(one, "agent1")
        await picture(page, "ccp-available")
        await choose_status(page, "Offline")
        await expect(status).to_have_text("Offline")
        await expect(page.get_by_text("You are offered no contacts")).to_be_visible()
        agent = one.house.router.floor.agents["agent1"]
        assert agent.status.type is StatusType.OFFLINE
        await choose_status(page, "Available")
        await expect(status).to_have_text("Available")


async def test_the_panel_and_its_phone_are_back_after_a_reload(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as page:
        await open_panel(page)
        await is_up(one, "agent1")
        before = port(one)
        await page.reload()
        await expect(page.get_by_test_id("ccp-status")).to_have_text("Available")
        await until(lambda: port(one) != before)
        await is_up(one, "agent1")


async def test_a_manager_who_only_listens_is_not_asked_for_a_microphone(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await page.add_init_script(COUNT_REQUESTS)
        await page.reload()
        await log_in(page, "manager1")
        await open_panel(page)
        await expect(page.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")
        await is_up(one, "manager1", listen_only=True)
        assert await page.evaluate("window.asked") == 0
        await expect(page.get_by_text("To listen to one, choose the headset")).to_be_visible()
        await expect(page.get_by_label("Phone number")).to_have_count(0)
        await picture(page, "ccp-supervisor")


async def test_a_blocked_microphone_is_said_with_what_to_do(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api) as page:
        await page.add_init_script(BLOCKED)
        await page.reload()
        await log_in(page, "agent1")
        await open_panel(page)
        alert = page.get_by_role("alert").filter(has_text="Nobody hears you")
        await expect(alert).to_contain_text("The microphone is blocked")
        await is_up(one, "agent1", listen_only=True)
        await expect(page.get_by_text("You are offered no contacts: no phone")).to_be_visible()
        await picture(page, "ccp-blocked")


async def test_a_network_that_fails_is_said_and_it_goes_on_when_it_is_back(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as page:
        await page.route("**/ccp/media", lambda route: route.abort("connectionfailed"))
        await open_panel(page)
        said = page.get_by_text("The engine cannot be reached")
        await expect(said).to_be_visible()
        await picture(page, "ccp-unreachable")
        await page.unroute("**/ccp/media")
        await expect(said).to_have_count(0)
        await is_up(one, "agent1")


async def test_the_devices_show_the_level_of_the_microphone_and_play_a_tone(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as page:
        await open_panel(page)
        await page.get_by_role("button", name="Devices").click()
        microphones = page.get_by_label("Microphone", exact=True)
        await expect(microphones.get_by_role("option")).not_to_have_count(1)
        level = page.get_by_role("progressbar", name="Level of the microphone")
        await expect(level).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"))
        await page.evaluate(LOUDEST)
        await page.get_by_role("button", name="Play a test tone").click()
        await until(lambda: page.evaluate("window.loudest > 0.05"))
        await picture(page, "ccp-devices")


async def takes(one: Running, page: Page, other: Page) -> None:
    """This page asks for the phone that the other one has."""
    before = port(one)
    await page.get_by_role("button", name="Use it here").click()
    await expect(other.get_by_text(ELSEWHERE)).to_be_visible()
    await expect(page.get_by_text(ELSEWHERE)).to_have_count(0)
    await until(lambda: port(one) != before)
    await is_up(one, "agent1")


async def test_one_tab_has_the_phone_and_another_can_take_it(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api, "agent1") as first:
        await open_panel(first)
        await is_up(one, "agent1")
        second = await first.context.new_page()
        await second.goto("/console/")
        await open_panel(second)
        await expect(second.get_by_text(ELSEWHERE)).to_be_visible()
        await takes(one, second, first)


async def test_of_two_browsers_the_last_has_the_phone_until_the_other_takes_it_back(
    one: Running, browser: Browser
) -> None:
    async with (
        seat(browser, one.api, "agent1") as first,
        seat(browser, one.api, "agent1") as second,
    ):
        await open_panel(first)
        await is_up(one, "agent1")
        before = port(one)
        await open_panel(second)
        await expect(first.get_by_text(ELSEWHERE)).to_be_visible()
        await until(lambda: port(one) != before)
        await is_up(one, "agent1")
        await takes(one, first, second)


async def test_what_lasts_is_counted_by_the_clock_of_the_engine(
    one: Running, browser: Browser
) -> None:
    async with seat(browser, one.api) as page:
        await page.add_init_script(AN_HOUR_LATE)
        await page.reload()
        await log_in(page, "agent1")
        await open_panel(page)
        await is_up(one, "agent1")
        await choose_status(page, "Offline")
        await choose_status(page, "Available")
        status = page.get_by_role("button", name="Status: Available")
        await expect(status).to_contain_text(re.compile(r"(?<![:\d])\d:\d\d$"))


async def test_the_panel_speaks_german(one: Running, browser: Browser) -> None:
    async with seat(browser, one.api, "manager1") as page:
        await open_panel(page)
        await page.get_by_role("button", name="Account of manager1").click()
        await page.get_by_role("menuitemradio", name="Deutsch").click()
        await expect(page.get_by_test_id("ccp-status")).to_have_text("Bereit zum Mithören")
        await expect(page.get_by_role("button", name="Geräte")).to_be_visible()
