"""A contact in the panel of an agent, from its first ring to the end of its work."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from engine.app import Running
from engine.directory import Kind
from engine.web.pages import BUILT
from tests.rig.ccp_page import card, choose_status, is_up, open_panel, press
from tests.rig.desk import BERLIN, Desk, desk
from tests.rig.house import AUDIO, engine, phone
from tests.rig.patience import until
from tests.rig.recorded import allow
from tests.rig.screen import log_in, picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOTED = """
  window.told = [];
  window.rung = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.rung.push(this.frequency.value);
    return start.apply(this, when);
  };
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      window.told.push(`${title}: ${options.body}`);
    }
    close() {
      window.told.pop();
      super.close();
    }
  };
  document.hasFocus = () => false;
"""
"""Which notifications are open, and what was sounded; the page is not the one in front."""
WORK = {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 60}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def it(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    if not (BUILT / "index.html").exists():
        pytest.skip("the console is not built: `make set-up` builds it where there is Node")
    async with desk(tmp_path_factory.mktemp("engine")) as running:
        yield running


@asynccontextmanager
async def agent_of(
    one: Running, browser: Browser, script: str = "", username: str = "agent1"
) -> AsyncIterator[Page]:
    """An agent whose phone is the panel."""
    async with seat(browser, one.api) as page:
        await page.context.grant_permissions(["notifications", "microphone"])
        await page.add_init_script(script)
        await page.reload()
        await log_in(page, username)
        await open_panel(page)
        await is_up(one, username)
        yield page


async def test_a_contact_is_told_taken_held_muted_and_worked_on(it: Desk, browser: Browser) -> None:
    await it.one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": WORK})
    async with agent_of(it.one, browser, NOTED) as page, phone(it.one) as customer:
        await customer.invite("support", AUDIO)
        await expect(card(page, "Incoming call")).to_contain_text("Queue support")
        await until(lambda: page.evaluate("window.told.length"))
        assert await page.evaluate("window.told") == ["Incoming call: customer, support"]
        await until(lambda: page.evaluate("window.rung.includes(425)"))
        await press(page, "Accept call")
        talk = card(page, "Connected")
        await expect(talk.get_by_text("Recording", exact=True)).to_be_visible()
        await until(lambda: page.evaluate("window.told.length === 0"))
        await press(page, "Mute")
        await expect(talk.get_by_text("You are muted")).to_be_visible()
        await press(page, "Unmute", "Pause recording")
        await expect(talk.get_by_text("Recording paused")).to_be_visible()
        await press(page, "Resume recording", "Hold")
        await expect(card(page, "On hold").get_by_text("Recording", exact=True)).to_be_visible()
        await picture(page, "ccp-hold")
        await press(page, "Resume", "Number pad", "5")
        await page.keyboard.press("#")
        await expect(talk.get_by_text("Sent: 5#")).to_be_visible()
        assert {1336, 1477} < {*await page.evaluate("window.rung")}
        await choose_status(page, "Offline")
        await expect(page.get_by_text("Next status: Offline")).to_be_visible()
        await picture(page, "ccp-number-pad")
        await press(page, "End call")
        assert (await customer.hung_up()).by == "BYE"
        work = card(page, "After contact work")
        await expect(work).to_contain_text(re.compile(r"Ends by itself in (1:00|0:\d\d)"))
        await picture(page, "ccp-after-contact-work")
        await press(page, "Clear contact")
        await expect(page.get_by_test_id("ccp-status")).to_have_text("Offline")
        await choose_status(page, "Available")


async def test_what_is_rejected_is_missed_and_can_be_cleared(it: Desk, browser: Browser) -> None:
    async with agent_of(it.one, browser) as page, phone(it.one) as customer:
        await customer.invite("support", AUDIO)
        await press(page, "Reject")
        missed = card(page, "Missed contact")
        await expect(missed).to_contain_text("was not answered")
        await picture(page, "ccp-missed")
        customer.hang_up()
        await until(lambda: not len(it.one.house.registry))
        await press(page, "Clear contact")
        await expect(page.get_by_text("The next one rings here.")).to_be_visible()


async def test_what_rings_too_long_is_missed(tmp_path: Path, browser: Browser) -> None:
    async with (
        engine(tmp_path, routing={"ring_seconds": 1}) as one,
        agent_of(one, browser) as page,
        phone(one) as customer,
    ):
        await customer.invite("support", AUDIO)
        await expect(card(page, "Missed contact")).to_be_visible()


async def test_a_number_is_dialled_where_that_is_permitted(it: Desk, browser: Browser) -> None:
    async with agent_of(it.one, browser) as page:
        number = page.get_by_label("Phone number")
        await number.fill("+33 1 23456789")
        await press(page, "Call")
        refused = page.get_by_role("alert").filter(has_text="That did not work")
        await expect(refused).to_be_visible()
        await picture(page, "ccp-refused")
        await number.fill("+49 (30) 1234567")
        await press(page, "Call")
        await it.carrier.called()
        await expect(card(page, "Calling")).to_contain_text(BERLIN)
        await expect(refused).to_have_count(0)
        await picture(page, "ccp-calling")
        await it.carrier.answer(AUDIO)
        await expect(card(page, "Connected")).to_contain_text(BERLIN)
        await press(page, "End call")
        await it.carrier.hung_up()
        await press(page, "Clear contact")


async def test_who_may_not_dial_has_no_field_for_it(it: Desk, browser: Browser) -> None:
    await allow(it.one, "agent2", "BasicAgentAccess")
    async with agent_of(it.one, browser, username="agent2") as page:
        await expect(page.get_by_role("button", name="Devices")).to_be_visible()
        await expect(page.get_by_label("Phone number")).to_have_count(0)
        asked, ours = {"phone_number": BERLIN}, {"Origin": it.one.api}
        dialled = await page.request.post("/earshot/v1/ccp/dial", data=asked, headers=ours)
        assert dialled.status == 403


async def test_who_logs_out_in_a_call_is_asked_and_hangs_up(it: Desk, browser: Browser) -> None:
    async with agent_of(it.one, browser) as page, phone(it.one) as customer:
        await customer.invite("support", AUDIO)
        await press(page, "Accept call")
        await expect(card(page, "Connected")).to_be_visible()
        log_out = page.get_by_role("menuitem", name="Log out")
        await press(page, "Account of agent1")
        await log_out.click()
        question = page.get_by_role("dialog", name="End the call?")
        await expect(question).to_be_visible()
        await picture(page, "ccp-log-out")
        await press(page, "Stay")
        await expect(question).to_have_count(0)
        await press(page, "Account of agent1")
        await log_out.click()
        await press(page, "Log out and hang up")
        await expect(page.get_by_role("button", name="Log in")).to_be_visible()
        assert (await customer.hung_up()).by == "BYE"
        await until(lambda: it.one.house.browsers.leg("agent1") is None)
