"""Legs of browsers that aiortc is: reached, taken over by another, lost, given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import browser_legs
from engine.line import Party
from engine.webrtc import OfferRefused, peer
from tests.engine.webrtc.browser import Browser, Moved
from tests.rig.house import AUDIO, engine, phone
from tests.rig.panel import line_on
from tests.rig.patience import until


async def test_a_page_that_is_loaded_again_has_its_call_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        house = one.house
        first, second = Browser(monkeypatch), Browser(monkeypatch)
        await first.take(await house.legs.answer("agent1", await first.offer(), "one page"))
        assert house.legs.is_calling("agent1")
        leg = await until(lambda: house.browsers.leg("agent1"))
        assert not house.legs.is_calling("agent1")
        await customer.invite("support", AUDIO)
        line = await line_on(leg)
        house.ccp.accept("agent1", line.contact_id)
        [live] = house.registry
        await until(lambda: live.agent is line)
        former = leg.port
        await first.close()
        await until(lambda: not leg.is_up)
        assert not house.lines.reaches("agent1") and leg.lines == [line]
        assert house.legs.page("agent1") == "one page"
        await second.take(await house.legs.answer("agent1", await second.offer(), "another"))
        assert house.legs.page("agent1") == "another"
        await until(lambda: leg.is_up)
        assert leg.port != former and leg.port in {end for r in live.routes() for end in r.ends}
        await until(lambda: (stats := house.legs.stats("agent1")) and stats.received)
        house.legs.end("agent1")
        assert (await customer.hung_up()).by == "BYE"
        assert house.browsers.leg("agent1") is None and house.legs.page("agent1") is None
        await second.close()


async def test_a_page_whose_network_has_changed_keeps_its_leg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine(tmp_path) as one:
        legs, browser = one.house.legs, Browser(monkeypatch)
        await browser.take(await legs.answer("agent1", await browser.offer()))
        leg = await until(lambda: one.house.browsers.leg("agent1"))
        port, moved = leg.port, Moved(browser)
        await moved.take(await legs.answer("agent1", await moved.offer()))
        assert not legs.is_calling("agent1")
        before = legs.stats("agent1")
        assert before
        await until(lambda: (now := legs.stats("agent1")) and now.received > before.received + 20)
        assert one.house.browsers.leg("agent1") is leg and leg.port == port and leg.is_up
        for end in (moved, browser):
            await end.close()


async def test_a_call_waits_only_so_long_for_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_legs, "WATCH_SECONDS", 0.05)
    async with (
        engine(tmp_path, browsers={"keep_seconds": 0.2}) as one,
        phone(one) as customer,
    ):
        browser = Browser(monkeypatch)
        await browser.take(await one.house.legs.answer("agent1", await browser.offer()))
        leg = await until(lambda: one.house.browsers.leg("agent1"))
        await customer.invite("support", AUDIO)
        line = await line_on(leg)
        one.house.ccp.accept("agent1", line.contact_id)
        await browser.close()
        assert (await customer.hung_up()).by == "BYE"
        assert one.house.browsers.leg("agent1") is None


async def test_a_browser_that_is_never_reached_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "CONNECT_SECONDS", 0.2)
    async with engine(tmp_path) as one:
        browser = Browser(monkeypatch)
        await one.house.legs.answer("agent1", await browser.offer())
        reason = await until(lambda: one.house.legs.failure("agent1"))
        assert "0.2 s" in reason and one.house.browsers.leg("agent1") is None
        assert not one.house.lines.reaches("agent1", Party.SUPERVISOR)
        await browser.close()


async def test_what_neither_talks_nor_listens_and_several_media_threads_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    offer = await browser.offer()
    async with engine(tmp_path) as one:
        with pytest.raises(OfferRefused, match="sendrecv"):
            await one.house.legs.answer("agent1", offer.replace("a=sendrecv", "a=inactive"))
    async with engine(tmp_path, media={"threads": 2}) as one:
        with pytest.raises(OfferRefused, match="threads"):
            await one.house.legs.answer("agent1", offer)
    await browser.close()
