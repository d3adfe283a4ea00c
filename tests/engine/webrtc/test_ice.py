"""aioice on the shared port: what it takes for its socket, and what it offers."""

from __future__ import annotations

import asyncio

import aioice

from engine.webrtc.door import Door
from engine.webrtc.ice import SharedIce
from tests.engine.webrtc.browser import HOST


async def test_its_one_candidate_is_the_shared_port_under_the_public_address(door: Door) -> None:
    ice = SharedIce(door, "192.0.2.7")
    await ice.gather_candidates()
    (candidate,) = ice.local_candidates
    assert (candidate.host, candidate.port, candidate.type) == (
        "192.0.2.7",
        door.address[1],
        "host",
    )
    assert ice.protocol.transport.get_extra_info("sockname") == door.address
    await ice.close()
    assert ice.protocol.transport.is_closing()


async def test_two_agents_on_one_port_find_two_browsers(door: Door) -> None:
    ours = [SharedIce(door, HOST) for _ in range(2)]
    theirs = [aioice.Connection(ice_controlling=True) for _ in range(2)]
    for ice, browser in zip(ours, theirs, strict=True):
        await browser.gather_candidates()
        await ice.gather_candidates()
        browser.remote_username, browser.remote_password = ice.local_username, ice.local_password
        ice.remote_username, ice.remote_password = browser.local_username, browser.local_password
        await browser.add_remote_candidate(ice.local_candidates[0])
        await browser.add_remote_candidate(None)
    await asyncio.gather(*(one.connect() for one in (*ours, *theirs)))
    assert ours[0].nominated != ours[1].nominated
    for number, (ice, browser) in enumerate(zip(ours, theirs, strict=True)):
        await ice.send(bytes([number]))
        assert await browser.recv() == bytes([number])
        await ice.close()
        await browser.close()
