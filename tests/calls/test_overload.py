"""More new calls than can be taken: they are told to come again, and calls that are up go on."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.calls.conversation import CUSTOMER_HZ, SAID_DBFS, talk
from tests.calls.party import Party
from tests.rig.child import end_child
from tests.rig.patience import until
from tests.rig.phone import Refused
from tests.rig.server import HOST, ROOT
from tests.rig.tones import tone

pytestmark = pytest.mark.call
SECONDS = 2.0
PER_SECOND = 8000.0  # a core takes a third of it at best
GIVEN_UP_SECONDS = 40.0  # RFC 3261 §17.2.1: those of the crowd who never say ACK are, after 32


async def test_a_crowd_is_put_off_and_a_conversation_goes_on(tmp_path: Path) -> None:
    async with talk(tmp_path, sip={"overload_seconds": 0.5}) as both:
        crowd = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.rig.crowd_of_callers"),
            *(HOST, str(both.server.sip_port), str(SECONDS), str(PER_SECOND)),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        done = asyncio.create_task(crowd.communicate())
        try:
            while not done.done():
                await both.goes_on()
        finally:
            await end_child(crowd, grace=0.0)
        printed, _ = await done
        told = json.loads(printed)
        put_off = told["statuses"].get("503", 0)
        assert put_off > 100 and told["with_retry_after"] == put_off, told
        assert set(told["statuses"]) <= {"401", "503"}
        async with Party.of(
            both.server.phone("second"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)
        ) as second:  # the crowd is gone: whoever comes once it was all read is welcome
            await until(lambda: is_taken(second), within=GIVEN_UP_SECONDS)
            second.phone.hang_up()


async def is_taken(caller: Party) -> bool:
    """Whether a call is answered; if not, then because of those who came before."""
    try:
        await caller.phone.invite("support", caller.sdp)
    except Refused as refused:
        assert refused.status == 503
        return False
    return True
