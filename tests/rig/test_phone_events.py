from __future__ import annotations

import asyncio

import pytest

from tests.rig.phone_events import EventLog, PhoneError, PhoneEvent, PhoneTimeout


async def test_the_second_wait_gets_the_second_event_of_its_kind() -> None:
    log = EventLog("alice")
    for at, kind in enumerate(["ringing", "connected", "ringing"]):
        log.add(PhoneEvent(kind, at))
    waited = [await log.wait_for("ringing", within=0.1) for _ in range(2)]
    assert [event.at for event in waited] == [0, 2]
    assert (await log.wait_for("connected", within=0.1)).at == 1


async def test_of_several_kinds_the_earliest_comes_first() -> None:
    log = EventLog("alice")
    log.add(PhoneEvent("refused", 1.0))
    log.add(PhoneEvent("registered", 2.0))
    assert (await log.wait_for("registered", "refused", within=0.1)).kind == "refused"


async def test_a_waiter_is_woken_by_the_event_it_waits_for() -> None:
    log = EventLog("alice")
    waiter = asyncio.create_task(log.wait_for("media", within=5))
    await asyncio.sleep(0)
    log.add(PhoneEvent("connected", 1.0))
    log.add(PhoneEvent("media", 2.0))
    assert (await waiter).at == 2.0


async def test_what_did_not_come_is_said_with_what_did() -> None:
    log = EventLog("alice")
    log.add(PhoneEvent("disconnected", 1.0, {"status": 404}))
    with pytest.raises(PhoneTimeout, match=r"alice: no connected .* disconnected\(status=404\)"):
        await log.wait_for("connected", within=0.01)


async def test_nobody_waits_for_a_phone_that_is_gone() -> None:
    log = EventLog("alice")
    waiter = asyncio.create_task(log.wait_for("media", within=5))
    await asyncio.sleep(0)
    log.end("its process ended")
    with pytest.raises(PhoneError, match="alice: its process ended"):
        await waiter
