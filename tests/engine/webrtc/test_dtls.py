"""Keys out of DTLS: both ends have the same ones, each from its own side."""

from __future__ import annotations

import pytest
from aiortc import rtcdtlstransport

from engine.webrtc import Door
from engine.webrtc.dtls import SUITES
from mixer import Farm
from tests.engine.webrtc.browser import Browser, peer_of


def test_every_suite_that_aiortc_offers_has_a_name_in_the_media_core() -> None:
    assert {one.openssl_profile for one in rtcdtlstransport.SRTP_PROFILES} <= SUITES.keys()


async def test_a_browser_with_another_certificate_than_it_said_gets_no_keys(
    farm: Farm, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, here = Browser(monkeypatch), peer_of(door, farm)
    offer = await browser.offer()
    lines = [
        line[: len("a=fingerprint:sha-256 ")] + ":".join(["AB"] * 32)
        if line.startswith("a=fingerprint:sha-256")
        else line
        for line in offer.splitlines()
    ]
    answer = await here.answer("\r\n".join(lines) + "\r\n")
    await browser.take(answer)
    with pytest.raises(Exception, match="DTLS"):
        await here.connect()
    assert farm.stats(here.port).received == 0
    await here.close()
    await browser.close()
