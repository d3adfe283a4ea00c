"""Agent and manager in two browsers, and a customer who speaks SIP: what each of them hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from engine.app import Running
from engine.web.pages import BUILT
from tests.calls.party import Party
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.screen import CHROMIUM, chromium, log_in, picture, seat
from tests.rig.tones import Samples, level_dbfs, read_recording, tone, write_wav

pytestmark = [
    pytest.mark.call,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not (BUILT / "index.html").exists(), reason="the console is not built"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]
CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ, SAID_DBFS = 440.0, 1000.0, 1500.0, -10.0
ALL_HZ = [CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ]
THERE, NOT_THERE = -35.0, -50.0  # dBFS: what is heard, and what is not
MICROPHONE_RATE = 48_000
AS_IT_IS = """localStorage.setItem("earshot.devices", '{"cleaned": false}');"""
"""A tone is noise to a browser that is left to clean the voice."""
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
LEVELS = """async (wanted) => {
  const heard = document.querySelector("[data-testid=ccp-heard]")?.srcObject;
  if (!heard) return wanted.map(() => -200);
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(heard).connect(analyser);
  await new Promise((done) => setTimeout(done, 400));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const place = (hertz) => Math.round((hertz * analyser.fftSize) / context.sampleRate);
  const found = wanted.map((hertz) =>
    Math.max(...bins.slice(place(hertz) - 2, place(hertz) + 3), -200));
  await context.close();
  return found;
}"""
"""Of each of these tones what the page hears now, in dBFS."""


@asynccontextmanager
async def panel(one: Running, username: str, *flags: str, script: str = "") -> AsyncIterator[Page]:
    """Somebody with the panel open, in a browser of their own: each has one microphone."""
    async with chromium(*flags) as browser, seat(browser, one.api) as page:
        await page.add_init_script(AS_IT_IS + script)
        await page.reload()
        await log_in(page, username)
        await page.get_by_role("button", name="Open the Contact Control Panel").click()
        await until(lambda: (leg := one.house.browsers.leg(username)) and leg.is_up)
        yield page


async def comes_to_hear(page: Page, *wanted: float) -> None:
    """Until it hears these tones and none of the others."""

    async def heard() -> bool:
        levels = dict(zip(ALL_HZ, await page.evaluate(LEVELS, ALL_HZ), strict=True))
        return all(
            level > THERE if hertz in wanted else level < NOT_THERE
            for hertz, level in levels.items()
        )

    await until(heard)


def is_the_agent_alone(heard: Samples) -> bool:
    return (
        len(heard) > 0
        and level_dbfs(heard, AGENT_HZ) > THERE
        and level_dbfs(heard, MANAGER_HZ) < NOT_THERE
    )


async def monitor(page: Page) -> None:
    """As the manager does it: real-time metrics, agents, headset icon."""
    await page.get_by_role("link", name="Real-time metrics").click()
    await page.get_by_role("tab", name="Agents").click()
    await page.get_by_label("Monitor the conversation of agent1").click()
    await expect(page.get_by_test_id("ccp-status")).to_have_text("Monitoring")
    await expect(page.get_by_text("You hear agent1")).to_be_visible()


async def check_recording(one: Running, contact_id: str) -> None:
    """Customer left, agent right, and the manager nowhere."""
    await one.house.recordings.close()
    await one.house.ledger.flush()
    record = await one.house.records.contact(contact_id)
    assert record
    stereo = read_recording(Path(record.recordings[0].location))
    for side, own in enumerate((CUSTOMER_HZ, AGENT_HZ)):
        samples = stereo[: len(stereo) // 3, side]
        for hertz in ALL_HZ:
            level = level_dbfs(samples, hertz)
            assert level > THERE if hertz == own else level < NOT_THERE, (side, hertz, level)


async def test_a_manager_hears_both_and_is_heard_by_nobody(tmp_path: Path) -> None:
    voice = tmp_path / "agent.wav"
    write_wav(voice, tone(AGENT_HZ, 4.0, SAID_DBFS, MICROPHONE_RATE), MICROPHONE_RATE)
    async with (
        engine(tmp_path) as one,
        Party.of(phone(one, "customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        panel(one, "agent1", f"--use-file-for-fake-audio-capture={voice}") as agent,
        panel(one, "manager1", script=SENDS_ANYWAY % MANAGER_HZ) as manager,
    ):
        await customer.dial("support")
        await expect(agent.get_by_role("alert").get_by_text("Incoming call")).to_be_visible()
        await picture(agent, "ccp-incoming")
        await agent.get_by_role("button", name="Accept call").click()
        status = agent.get_by_test_id("ccp-status")
        await expect(status).to_have_text("Connected")
        [live] = one.house.registry
        await until(lambda: live.tap)
        await monitor(manager)
        await asyncio.gather(
            comes_to_hear(manager, CUSTOMER_HZ, AGENT_HZ),
            comes_to_hear(agent, CUSTOMER_HZ),
            customer.talker.comes_to_hear(is_the_agent_alone),
        )
        await picture(agent, "ccp-connected")
        await picture(manager, "ccp-monitoring")
        await agent.reload()
        await expect(status).to_have_text("Connected")
        await comes_to_hear(agent, CUSTOMER_HZ)
        await manager.get_by_role("button", name="End call").click()
        await expect(manager.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")
        await monitor(manager)
        await comes_to_hear(manager, CUSTOMER_HZ, AGENT_HZ)
        await agent.get_by_role("button", name="End call").click()
        assert (await customer.phone.hung_up()).by == "BYE"
        await expect(manager.get_by_test_id("ccp-status")).to_have_text("Ready to monitor")
        await expect(status).to_have_text("Available")
        await check_recording(one, live.contact_id)
