"""Browsers (aiortc's) on ports of the media core: what they hear, and when they are gone."""

from __future__ import annotations

import asyncio
import socket

import pytest

from engine.webrtc import Door, OfferRefused, PeerLost, peer
from engine.webrtc.description import read
from mixer import Farm, Route, RouteRefused
from tests.engine.webrtc.browser import HOST, Browser, Moved, peer_of
from tests.rig.patience import until, within
from tests.rig.tones import dominant_frequency, tone

SECOND = 1.0


async def hears_a_second(browser: Browser) -> None:
    await until(lambda: browser.rate and len(browser.heard()) > 1.5 * SECOND * browser.rate)


@pytest.mark.parametrize("codec", ["PCMU", "opus"])
async def test_two_browsers_hear_each_other_through_one_udp_port(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch, codec: str
) -> None:
    one, other = Browser(monkeypatch, 440), Browser(monkeypatch, 1000)
    near = peer_of(door, farm, "PCMU")
    far = peer_of(door, farm, codec, near.port)
    await one.call(near)
    await other.call(far)
    farm.route("call", {Route(near.port, far.port), Route(far.port, near.port)})
    for browser, frequency in ((one, 1000), (other, 440)):
        await hears_a_second(browser)
        last = browser.heard()[-browser.rate // 2 :]
        assert dominant_frequency(last, browser.rate) == pytest.approx(frequency, abs=10)
    for each in (near, far):
        assert (farm.stats(each.port).forged, farm.stats(each.port).malformed) == (0, 0)
        await each.close()
    await one.close()
    await other.close()


async def test_who_listens_only_needs_no_microphone_and_cannot_be_heard(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker, listener = Browser(monkeypatch, 440), Browser(monkeypatch, None)
    heard = peer_of(door, farm)
    silent = peer_of(door, farm, beside=heard.port, listen_only=True)
    await speaker.call(heard)
    await listener.call(silent)
    farm.route("call", {Route(heard.port, silent.port)})
    with pytest.raises(RouteRefused):
        farm.route("call", {Route(silent.port, heard.port)})
    farm.route("call", {Route(heard.port, silent.port)})
    await hears_a_second(listener)
    assert dominant_frequency(listener.heard()[-listener.rate // 2 :], listener.rate) == (
        pytest.approx(440, abs=10)
    )
    for one in (heard, silent):
        await one.close()
    await speaker.close()
    await listener.close()


async def test_a_browser_whose_network_has_changed_is_heard_and_hears_on_the_same_port(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []
    browser = Browser(monkeypatch)
    here = peer_of(door, farm, on_lost=lambda: lost.append("lost"))
    await browser.call(here)
    music = farm.open_player(farm.load_clip(tone(440, 1.0).tobytes()), beside=here.port, loop=True)
    farm.route("music", {Route(music, here.port)})
    await until(lambda: len(browser.heard()))
    moved = Moved(browser)
    offer = read(await moved.offer(), ("PCMU",))
    assert here.goes_on_with(offer)
    answer = await here.restart(offer)
    await asyncio.gather(here.reconnect(), moved.take(answer))
    received = farm.stats(here.port).received
    await within(moved.hears())
    await until(lambda: farm.stats(here.port).received > received + 10)
    assert farm.stats(here.port).forged == 0 and not here.goes_on_with(offer) and not lost
    for one in (here, moved, browser):
        await one.close()


async def test_who_does_not_come_by_the_new_way_stays_on_the_old_one(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(monkeypatch)
    here = peer_of(door, farm)
    await browser.call(here)
    moved = Moved(browser)
    await here.restart(read(await moved.offer(), ("PCMU",)))
    monkeypatch.setattr(peer, "CONNECT_SECONDS", 0.1)
    with pytest.raises(PeerLost, match="no new way"):
        await here.reconnect()
    received = farm.stats(here.port).received
    await until(lambda: farm.stats(here.port).received > received)
    for one in (here, moved, browser):
        await one.close()


async def test_a_page_that_is_loaded_again_is_another_connection(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, again = Browser(monkeypatch), Browser(monkeypatch)
    here = peer_of(door, farm)
    await browser.call(here)
    assert not here.goes_on_with(read(await again.offer(), ("PCMU",)))
    for one in (here, browser, again):
        await one.close()


async def test_a_browser_that_leaves_is_told_once(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []
    browser = Browser(monkeypatch)
    here = peer_of(door, farm, on_lost=lambda: lost.append("lost"))
    await browser.call(here)
    await browser.close()
    await until(lambda: lost)
    await here.close()
    await here.close()
    assert lost == ["lost"]


async def test_a_browser_that_is_never_there_is_given_up(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer, "CONNECT_SECONDS", 0.3)
    browser = Browser(monkeypatch)
    here = peer_of(door, farm)
    await here.answer(await browser.offer())
    with pytest.raises(PeerLost, match=r"within 0\.3 s"):
        await here.connect()
    await here.close()
    await browser.close()


async def test_an_offer_that_does_not_fit_is_refused_and_leaves_nothing_behind(
    farm: Farm, door: Door
) -> None:
    here = peer_of(door, farm)
    with pytest.raises(OfferRefused):
        await here.answer("v=0")
    await here.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"\x00\x01" + bytes(18), (HOST, door.address[1]))
        await until(lambda: door.strangers)
    await asyncio.sleep(0)
    assert farm.totals().ports_open == 0
