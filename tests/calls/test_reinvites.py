"""Ten re-INVITEs in a row change codec, packet length, RTCP port and source; both talk on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.calls.party import Party, bridge
from tests.mixer.phone import TYPES
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.tones import RATE, Samples, level_dbfs, read_wav, tone

pytestmark = [pytest.mark.call, pytest.mark.timeout(30)]
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 450.0, 1000.0, -10.0  # whole periods in a packet
OFFERS, TALK_SECONDS = 10, 0.2
PTIMES = (20, 40, 10)
WINDOW = RATE // 2
WITHIN_DB = 5.0  # packets that cross a change are not in time, on a busy machine several
LENGTH_SECONDS = 0.25  # between the instants of test and engine, on a busy machine


def offer(port: int, codec: str, number: int) -> str:
    lines = [
        *("v=0", f"o=phone 1 {number + 2} IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"),
        *(f"m=audio {port} RTP/AVP {TYPES[codec]}", f"a=ptime:{PTIMES[number % 3]}"),
        *["a=rtcp-mux"] * (number % 2),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def check(samples: Samples, wanted: float, unwanted: float) -> None:
    """In every half of a second."""
    assert len(samples) >= OFFERS * TALK_SECONDS * RATE * 0.9
    for start in range(0, len(samples) - WINDOW, WINDOW):
        window = samples[start : start + WINDOW]
        assert level_dbfs(window, wanted) == pytest.approx(SAID_DBFS, abs=WITHIN_DB), start
        assert level_dbfs(window, unwanted) < SAID_DBFS - 20, start


async def test_ten_reinvites_in_a_row_interrupt_nobody(tmp_path: Path) -> None:
    async with (
        engine(tmp_path) as one,
        Party.of(phone(one), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(phone(one, "agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        await bridge(customer, agent)
        live = await until(lambda: next((live for live in one.house.registry if live.tap), None))
        began = time.monotonic()
        await asyncio.sleep(2 * TALK_SECONDS)
        first = [each.talker.packets for each in (customer, agent)]
        for number in range(OFFERS):
            codec = ("PCMA", "PCMU")[number % 2]
            answer = await customer.phone.reinvite(offer(customer.talker.port, codec, number))
            assert f" RTP/AVP {TYPES[codec]}" in answer
            assert ("a=rtcp-mux" in answer) is bool(number % 2)
            customer.talker.change(codec)
            if number % 3 == 2:
                customer.talker.restart()
            await asyncio.sleep(TALK_SECONDS)
        parties = zip((customer, agent), first, strict=True)
        heard = [each.talker.heard(since) for each, since in parties]
        stats = one.house.mixer.stats(live.customer.rtp.port)
        lasted = time.monotonic() - began
        agent.phone.hang_up()
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    check(heard[0], AGENT_HZ, CUSTOMER_HZ)
    check(heard[1], CUSTOMER_HZ, AGENT_HZ)
    assert stats.epochs == 3
    assert record
    samples, _ = read_wav(Path(record.recordings[0].location))
    assert len(samples) / RATE == pytest.approx(lasted, abs=LENGTH_SECONDS)
    for side, (wanted, unwanted) in enumerate([(CUSTOMER_HZ, AGENT_HZ), (AGENT_HZ, CUSTOMER_HZ)]):
        check(samples[RATE // 2 :, side], wanted, unwanted)
