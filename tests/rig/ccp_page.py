"""The Contact Control Panel in a real browser: opened, pressed, and by what is heard there."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import Locator, Page, expect

from engine.app import Running
from tests.rig.patience import until
from tests.rig.tones import NOT_THERE, THERE

AS_IT_IS = """localStorage.setItem("earshot.devices", '{"cleaned": false}');"""
"""A tone is noise to a browser that is left to clean the voice."""
MICROPHONE = """
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: %f });
    tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
    tone.start();
    return out.stream;
  };
"""
"""Of a page alone; Chromium's own fake one is the same for all pages."""
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


async def open_panel(page: Page) -> None:
    await page.get_by_role("button", name="Open the Contact Control Panel").click()
    await expect(page.get_by_test_id("ccp-status")).to_be_visible()


async def is_up(one: Running, username: str, *, listen_only: bool = False) -> None:
    """Once the engine has this user's browser, with a microphone or without."""

    def up() -> bool:
        leg = one.house.browsers.leg(username)
        return leg is not None and leg.is_up and leg.listen_only is listen_only

    await until(up)


def card(page: Page, state: str) -> Locator:
    """The contact that is in this state, as the panel calls it."""
    return page.get_by_role("region", name=state, exact=True)


async def press(page: Page, *buttons: str) -> None:
    """One after the other, each as soon as it can be."""
    for name in buttons:
        await page.get_by_role("button", name=name, exact=True).click()


async def choose_status(page: Page, name: str) -> None:
    """At once, or as the next one; returns when the engine has said so."""
    status = page.get_by_test_id("ccp-status")
    await status.click()
    await page.get_by_role("menuitemradio", name=name).click()
    await expect(page.get_by_role("menu")).to_have_count(0)
    chosen = status.filter(has_text=name).or_(page.get_by_text(f"Next status: {name}"))
    await expect(chosen.first).to_be_visible()


async def comes_to_hear(page: Page, every: Sequence[float], *wanted: float) -> None:
    """Until it hears the wanted ones of these tones and none of the others."""

    async def heard() -> bool:
        levels = dict(zip(every, await page.evaluate(LEVELS, every), strict=True))
        return all(
            level > THERE if hertz in wanted else level < NOT_THERE
            for hertz, level in levels.items()
        )

    await until(heard)
