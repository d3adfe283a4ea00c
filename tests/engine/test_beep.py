from pathlib import Path

import numpy as np
import pytest

from engine.beep import LEVEL_DBFS, RATE, TONE_HZ, TONE_SECONDS, turn
from engine.call import Input
from mixer import Port
from tests.calls.party import Party, bridge
from tests.rig.contacts import live_contact
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.tones import Span, read_recording, silence, spans, steady_dbfs

PERIOD_SECONDS = 1.0


def test_a_turn_is_one_tone_without_a_click_and_then_nothing() -> None:
    samples = turn(PERIOD_SECONDS)
    [span] = spans(samples, TONE_HZ)
    assert span.seconds == pytest.approx(TONE_SECONDS, abs=0.01)
    said = samples[round(0.05 * RATE) : round(0.15 * RATE)]
    assert steady_dbfs(said, TONE_HZ) == pytest.approx(LEVEL_DBFS, abs=0.5)
    assert len(samples) == RATE and not samples[round(TONE_SECONDS * RATE) :].any()
    assert int(np.abs(samples[:4]).max()) < 300


async def two_tones(party: Party) -> list[Span]:
    def heard() -> list[Span]:
        return spans(party.talker.heard(), TONE_HZ)[:2]

    await until(lambda: len(heard()) == 2)
    return heard()


async def test_both_parties_hear_the_tone_while_they_are_recorded_and_the_file_does_not_have_it(
    tmp_path: Path,
) -> None:
    recording = {"beep_seconds": PERIOD_SECONDS}
    async with (
        engine(tmp_path, recording=recording) as one,
        Party.of(phone(one, "customer"), silence(1.0)) as customer,
        Party.of(phone(one, "agent1"), silence(1.0)) as agent,
    ):
        await bridge(customer, agent)
        [live] = one.house.registry
        await until(lambda: live.beeper)
        for party in (customer, agent):
            first, second = await two_tones(party)
            assert second.start - first.start == pytest.approx(PERIOD_SECONDS, abs=0.1)
        ports = one.house.mixer.totals().ports_open
        agent.phone.hang_up()
        await customer.phone.hung_up()
        await until(lambda: one.house.mixer.totals().ports_open < ports - 2)
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    assert record and live.beeper is None
    recorded = read_recording(Path(record.recordings[0].location))
    assert not spans(recorded[:, 0], TONE_HZ) and not spans(recorded[:, 1], TONE_HZ)


async def test_nobody_hears_a_tone_where_none_is_wanted(tmp_path: Path) -> None:
    async with (
        engine(tmp_path) as one,
        Party.of(phone(one, "customer"), silence(1.0)) as customer,
        Party.of(phone(one, "agent1"), silence(1.0)) as agent,
    ):
        await bridge(customer, agent)
        [live] = one.house.registry
        await until(lambda: live.tap)
        assert live.beeper is None


def test_a_customer_on_hold_hears_none() -> None:
    live = live_contact()
    live.beeper = Port(999, 1)
    agent = live.agent
    assert agent
    heard = {route.sink for route in live.routes() if route.source == live.beeper}
    assert heard == {live.customer.rtp.port, agent.rtp.port}
    live.call.step(Input.TO_AGENT, now=0.0)
    heard = {route.sink for route in live.routes() if route.source == live.beeper}
    assert heard == {agent.rtp.port}
