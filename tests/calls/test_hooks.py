"""Queue, whisper, hold and disconnect flows on one call, by what each party and the tape heard."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from engine.call import State
from engine.records import DisconnectReason
from tests.calls.party import Party
from tests.rig.hooks import PROMPTS_HZ, hooked
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.phone import audio
from tests.rig.tones import Samples, Span, read_recording, spans, tone

pytestmark = [pytest.mark.call, pytest.mark.timeout(40)]
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1700.0, -10.0
PROMPT_SECONDS, TALK_SECONDS = 0.5, 0.7
EDGE_SECONDS = 0.02  # of a sound that is followed by another
MOMENTS = (
    *("CustomerQueue", "AgentWhisper", "CustomerWhisper", "CustomerHold"),
    "CustomerRemaining",
)


async def test_each_moment_of_a_contact_has_its_flow(tmp_path: Path) -> None:
    number = hooked(tmp_path, *MOMENTS, seconds=PROMPT_SECONDS)
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(engine(tmp_path, numbers=[number]))
        customer, agent = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in (("customer", CUSTOMER_HZ), ("agent1", AGENT_HZ))
        ]
        await customer.dial("hooked")
        [live] = one.house.registry
        await asyncio.sleep(2.0)  # more than one round, and one interruption
        await agent.phone.register()
        await agent.answer()
        await until(lambda: live.call.state is State.BRIDGED)
        await asyncio.sleep(TALK_SECONDS)
        await agent.phone.reinvite(audio(agent.talker.port, direction="sendonly", version=2))
        await asyncio.sleep(TALK_SECONDS)
        await agent.phone.reinvite(audio(agent.talker.port, version=3))
        await asyncio.sleep(TALK_SECONDS)
        agent.phone.hang_up()
        assert (await customer.phone.hung_up()).by == "BYE"
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
        heard_by_customer, heard_by_agent = customer.talker.heard(), agent.talker.heard()
    assert record and record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
    check_customer(heard_by_customer)
    check_agent(heard_by_agent)
    check_recording(read_recording(Path(record.recordings[0].location)))


def only(samples: Samples, name: str) -> Span:
    """The one time at which that prompt sounds."""
    [span] = spans(samples, PROMPTS_HZ[name])
    return span


def in_order(*sounds: Span) -> None:
    for sound, following in pairwise(sounds):
        assert sound.end < following.start + EDGE_SECONDS


def check_customer(samples: Samples) -> None:
    queue = spans(samples, PROMPTS_HZ["queue"])
    interruptions = spans(samples, 440.0)  # `short`
    greeting, hold, farewell = (only(samples, name) for name in ("greet", "hold", "farewell"))
    assert not spans(samples, PROMPTS_HZ["brief"])
    talks = spans(samples, AGENT_HZ)
    assert len(queue) > 1
    in_order(queue[0], interruptions[0], queue[1])
    in_order(queue[-1], greeting, talks[0], hold, talks[1], farewell)
    assert greeting.seconds == pytest.approx(PROMPT_SECONDS, abs=0.1)
    assert farewell.seconds == pytest.approx(PROMPT_SECONDS, abs=0.1)


def check_agent(samples: Samples) -> None:
    briefing, talk = only(samples, "brief"), spans(samples, CUSTOMER_HZ)[0]
    assert briefing.seconds == pytest.approx(PROMPT_SECONDS, abs=0.1)
    in_order(briefing, talk)
    for name in PROMPTS_HZ.keys() - {"brief"}:
        assert not spans(samples, PROMPTS_HZ[name]), name


def check_recording(samples: Samples) -> None:
    """Who talks, and nothing of what the house says."""
    for side, hertz in ((samples[:, 0], CUSTOMER_HZ), (samples[:, 1], AGENT_HZ)):
        assert spans(side, hertz)
        for name in PROMPTS_HZ:
            assert not spans(side, PROMPTS_HZ[name]), name
