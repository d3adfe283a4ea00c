"""Agent and manager in browsers, and people who speak SIP: what each of them hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from engine.app import Running
from engine.directory import Kind
from engine.web.pages import BUILT
from tests.calls.party import EVENT, Party, media_port, with_events
from tests.rig.ccp_page import AS_IT_IS, MICROPHONE, card, comes_to_hear, is_up, open_panel, press
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.recorded import kept
from tests.rig.screen import CHROMIUM, chromium, log_in, picture, seat
from tests.rig.tones import (
    FLOOR_DBFS,
    NOT_THERE,
    THERE,
    Samples,
    level_dbfs,
    read_recording,
    tone,
    tones_in,
    write_wav,
)

pytestmark = [
    pytest.mark.call,
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not (BUILT / "index.html").exists(), reason="the console is not built"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]
CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ, COLLEAGUE_HZ = 440.0, 1000.0, 1500.0, 2150.0
ALL_HZ = [CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ, COLLEAGUE_HZ]
SAID_DBFS = -10.0
SILENCE = dict.fromkeys(ALL_HZ, FLOOR_DBFS)
MICROPHONE_RATE = 48_000
SENDS_ANYWAY = """
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (what, options) {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: %f });
    tone.connect(out);
    tone.start();
    const [track] = out.stream.getAudioTracks();
    return what === "audio"
      ? add.call(this, track, { ...options, direction: "sendrecv" })
      : add.call(this, what, options);
  };
"""
EVENT_OF = {"5": 5, "#": 11}
"""RFC 4733, section 3.2."""


@asynccontextmanager
async def panel(
    one: Running, browser: Browser, username: str, script: str = ""
) -> AsyncIterator[Page]:
    """Somebody with the panel open."""
    async with seat(browser, one.api) as page:
        await page.add_init_script(AS_IT_IS + script)
        await page.reload()
        await log_in(page, username)
        await open_panel(page)
        await until(lambda: (leg := one.house.browsers.leg(username)) and leg.is_up)
        yield page


def voice(folder: Path) -> Path:
    """What the agent says."""
    file = folder / "agent.wav"
    write_wav(file, tone(AGENT_HZ, 4.0, SAID_DBFS, MICROPHONE_RATE), MICROPHONE_RATE)
    return file


def customer_of(one: Running) -> Party:
    return Party.of(phone(one, "customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS))


async def hears(party: Party, *wanted: float) -> None:
    """Until they hear these tones and none of the others."""

    def is_it(heard: Samples) -> bool:
        levels = {hertz: level_dbfs(heard, hertz) for hertz in ALL_HZ} if len(heard) else SILENCE
        return all(
            level > THERE if hertz in wanted else level < NOT_THERE
            for hertz, level in levels.items()
        )

    await party.talker.comes_to_hear(is_it)


async def page_hears(page: Page, *wanted: float) -> None:
    await comes_to_hear(page, ALL_HZ, *wanted)


async def monitor(page: Page) -> None:
    """As the manager does it: real-time metrics, agents, headset icon."""
    await page.get_by_role("link", name="Real-time metrics").click()
    await page.get_by_role("tab", name="Agents").click()
    await page.get_by_label("Monitor the conversation of agent1").click()
    await expect(page.get_by_test_id("ccp-status")).to_have_text("Monitoring")
    await expect(page.get_by_text("You hear agent1")).to_be_visible()


def check_recording(stereo: Samples) -> None:
    """Customer left, agent right, and the manager nowhere."""
    for side, own in enumerate((CUSTOMER_HZ, AGENT_HZ)):
        assert tones_in(stereo[: len(stereo) // 3, side], ALL_HZ) == [own]


async def whisper_and_barge(one: Running, agent: Page, manager: Page) -> None:
    """In another contact: to the agent alone, then to both."""
    async with customer_of(one) as customer:
        await customer.dial("support")
        await press(agent, "Accept call")
        await until(lambda: any(each.tap for each in one.house.registry))
        await monitor(manager)
        await manager.get_by_text("Whisper", exact=True).click()
        await expect(manager.get_by_text("Only the agent hears you.")).to_be_visible()
        await is_up(one, "manager1")
        await asyncio.gather(page_hears(agent, CUSTOMER_HZ, MANAGER_HZ), hears(customer, AGENT_HZ))
        speaks = agent.get_by_text("manager1 speaks with you")
        await expect(speaks).to_have_count(0)
        await manager.get_by_text("Barge", exact=True).click()
        await expect(speaks).to_be_visible()
        await picture(agent, "ccp-barged")
        await picture(manager, "ccp-barging")
        await hears(customer, AGENT_HZ, MANAGER_HZ)
        customer.phone.hang_up()
        await expect(manager.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")


async def test_a_manager_hears_both_and_is_heard_by_nobody_but_whom_they_choose(
    tmp_path: Path,
) -> None:
    sends = SENDS_ANYWAY % MANAGER_HZ + MICROPHONE % MANAGER_HZ
    async with (
        engine(tmp_path) as one,
        customer_of(one) as customer,
        chromium(f"--use-file-for-fake-audio-capture={voice(tmp_path)}") as browser,
        panel(one, browser, "agent1") as agent,
        panel(one, browser, "manager1", sends) as manager,
    ):
        await customer.dial("support")
        await expect(agent.get_by_role("alert").get_by_text("Incoming call")).to_be_visible()
        await picture(agent, "ccp-incoming")
        await press(agent, "Accept call")
        status = agent.get_by_test_id("ccp-status")
        await expect(status).to_have_text("Connected")
        [live] = one.house.registry
        await until(lambda: live.tap)
        await monitor(manager)
        await asyncio.gather(
            page_hears(manager, CUSTOMER_HZ, AGENT_HZ),
            page_hears(agent, CUSTOMER_HZ),
            hears(customer, AGENT_HZ),
        )
        await picture(manager, "ccp-monitoring")
        await agent.reload()
        await expect(status).to_have_text("Connected")
        await page_hears(agent, CUSTOMER_HZ)
        await press(manager, "End call")
        await expect(manager.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")
        await monitor(manager)
        await page_hears(manager, CUSTOMER_HZ, AGENT_HZ)
        await press(agent, "End call")
        await customer.phone.hung_up()
        await expect(manager.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")
        await expect(status).to_have_text("Available")
        check_recording(read_recording(await kept(one, live.contact_id)))
        await whisper_and_barge(one, agent, manager)


async def test_who_is_held_or_muted_hears_nothing_and_keys_are_heard_as_events(
    one: Running, browser: Browser
) -> None:
    async with (
        panel(one, browser, "agent1", MICROPHONE % AGENT_HZ) as agent,
        customer_of(one) as customer,
    ):
        offer = with_events(customer.sdp)
        customer.rtp_port = media_port(await customer.phone.invite("support", offer))
        customer.talker.start(customer.rtp_port)
        await press(agent, "Accept call")
        await asyncio.gather(page_hears(agent, CUSTOMER_HZ), hears(customer, AGENT_HZ))
        [live] = one.house.registry
        await press(agent, "Mute")
        await hears(customer)
        await press(agent, "Unmute")
        await hears(customer, AGENT_HZ)
        await press(agent, "Hold")
        await page_hears(agent)
        await press(agent, "Resume")
        await asyncio.gather(page_hears(agent, CUSTOMER_HZ), hears(customer, AGENT_HZ))
        await press(agent, "Number pad", "5", "#")
        for key in "5#":
            await until(lambda key=key: EVENT_OF[key] in keyed(customer))
        await expect(agent.get_by_text("You hear")).to_be_visible()
        await expect(agent.get_by_text("MOS 4.").first).to_be_visible()
        await picture(agent, "ccp-connected")
        customer.phone.hang_up()
        await expect(card(agent, "Connected")).to_have_count(0)
        stereo = read_recording(await kept(one, live.contact_id))
        assert any(is_one_sided(piece) for piece in half_seconds(stereo))


def keyed(party: Party) -> set[int]:
    """The events that they have heard."""
    return {payload[0] for payload in party.talker.of_type(EVENT)}


def half_seconds(stereo: Samples) -> list[Samples]:
    return [stereo[at : at + 4000] for at in range(0, len(stereo) - 4000, 400)]


def is_one_sided(stereo: Samples) -> bool:
    """Whether the customer speaks and the agent does not."""
    left, right = stereo[:, 0], stereo[:, 1]
    return level_dbfs(left, CUSTOMER_HZ) > THERE and level_dbfs(right, AGENT_HZ) < NOT_THERE


async def colleague_to_call(one: Running, name: str) -> None:
    """A quick connect to agent2; its flow is not published, so it leads there straight."""
    directory = one.house.directory
    flow = await directory.create(Kind.CONTACT_FLOW, f"{name}, a draft", {"Tags": {}})
    to = {"UserId": "agent2", "ContactFlowId": flow.id}
    config = {"QuickConnectType": "USER", "UserConfig": to}
    await directory.create(Kind.QUICK_CONNECT, name, {"QuickConnectConfig": config, "Tags": {}})


async def test_a_colleague_is_asked_joined_swapped_with_and_given_the_contact(
    one: Running, browser: Browser
) -> None:
    await colleague_to_call(one, "Back office")
    async with (
        panel(one, browser, "agent1", MICROPHONE % AGENT_HZ) as agent,
        customer_of(one) as customer,
        Party.of(phone(one, "agent2"), tone(COLLEAGUE_HZ, 1.0, SAID_DBFS)) as colleague,
    ):
        await customer.dial("support")
        await press(agent, "Accept call")
        await expect(card(agent, "Connected")).to_be_visible()
        await colleague.phone.register()
        await press(agent, "Quick connects")
        await agent.get_by_label("Name, or a phone number").fill("back")
        await picture(agent, "ccp-quick-connects")
        await press(agent, "Ask Back office first")
        await colleague.answer()
        await asyncio.gather(page_hears(agent, COLLEAGUE_HZ), hears(colleague, AGENT_HZ))
        await picture(agent, "ccp-consult")
        await press(agent, "Swap")
        await asyncio.gather(page_hears(agent, CUSTOMER_HZ), hears(customer, AGENT_HZ))
        await press(agent, "Conference")
        await asyncio.gather(
            page_hears(agent, CUSTOMER_HZ, COLLEAGUE_HZ),
            hears(customer, AGENT_HZ, COLLEAGUE_HZ),
            hears(colleague, AGENT_HZ, CUSTOMER_HZ),
        )
        await picture(agent, "ccp-conference")
        await press(agent, "Leave call")
        await asyncio.gather(hears(customer, COLLEAGUE_HZ), hears(colleague, CUSTOMER_HZ))
        await expect(agent.get_by_test_id("ccp-status")).to_have_text("Available")
        customer.phone.hang_up()
        assert (await colleague.phone.hung_up()).by == "BYE"


async def test_a_contact_is_given_away_without_a_word(one: Running, browser: Browser) -> None:
    await colleague_to_call(one, "Second line")
    async with (
        panel(one, browser, "agent1", MICROPHONE % AGENT_HZ) as agent,
        customer_of(one) as customer,
        Party.of(phone(one, "agent2"), tone(COLLEAGUE_HZ, 1.0, SAID_DBFS)) as colleague,
    ):
        await customer.dial("support")
        await press(agent, "Accept call")
        await expect(card(agent, "Connected")).to_be_visible()
        await colleague.phone.register()
        await press(agent, "Quick connects", "Transfer to Second line now")
        await expect(agent.get_by_text("Being transferred.")).to_be_visible()
        await picture(agent, "ccp-transferring")
        await colleague.answer()
        await expect(agent.get_by_test_id("ccp-status")).to_have_text("Available")
        await asyncio.gather(hears(customer, COLLEAGUE_HZ), hears(colleague, CUSTOMER_HZ))
        customer.phone.hang_up()
        assert (await colleague.phone.hung_up()).by == "BYE"
