from __future__ import annotations

from pathlib import Path

import pytest

from engine.call import State
from engine.live import LiveContact
from engine.media_stream import NoStream
from engine.registry import Registry
from tests.rig.audio_consumer import audio_consumer
from tests.rig.contacts import live_contact
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Phone

BOTH = frozenset({"From", "To"})


async def test_what_a_customer_says_and_hears_is_streamed_until_the_contact_is_over(
    tmp_path: Path,
) -> None:
    async with (
        audio_consumer() as consumer,
        engine(tmp_path, streaming={"url": consumer.url}) as one,
        phone(one) as customer,
        phone(one, "agent1") as agent,
    ):
        await agent.register()
        live = await converse(one, customer, agent, "support")
        streaming = one.house.services.streaming
        await streaming.start(live, BOTH)
        assert live.agent and live.stream_tap
        said, spoken = live.customer.rtp.port, live.agent.rtp.port
        routes = {route.ends for route in live.routes()}
        assert {(said, live.stream_tap.left), (spoken, live.stream_tap.right)} <= routes
        assert live.system["MediaStreams.Customer.Audio.StartTimestamp"].isdigit()
        await until(lambda: [bool(feed.blocks) for feed in consumer.feeds] == [True, True])
        customer.hang_up()
        await until(lambda: [feed.ended for feed in consumer.feeds] == [True, True])
        assert {feed.contact_id for feed in consumer.feeds} == {live.contact_id}
        assert streaming.lost_seconds == 0


async def test_the_last_block_wins_and_the_end_is_told_to_the_server(tmp_path: Path) -> None:
    async with (
        audio_consumer() as consumer,
        engine(tmp_path, streaming={"url": consumer.url}) as one,
        phone(one) as customer,
    ):
        live = await waiting(one.house.registry, customer)
        streaming = one.house.services.streaming
        await streaming.start(live, BOTH)
        await streaming.start(live, frozenset({"From"}))
        await until(lambda: sum(feed.ended for feed in consumer.feeds) == 2)
        await until(lambda: [feed.direction for feed in consumer.feeds[2:]] == ["From"])
        await streaming.start(live, frozenset())
        await until(lambda: consumer.feeds[2].ended)
        assert consumer.feeds[2].blocks
        assert live.stream_tap is None
        assert live.system["MediaStreams.Customer.Audio.StopTimestamp"].isdigit()


async def waiting(registry: Registry, customer: Phone) -> LiveContact:
    await customer.invite("unrecorded", AUDIO)
    [live] = registry
    return live


async def test_where_nothing_is_configured_or_the_contact_is_over_nothing_is_streamed(
    tmp_path: Path,
) -> None:
    async with audio_consumer() as consumer, engine(tmp_path) as bare:
        with pytest.raises(NoStream, match="nothing is configured"):
            await bare.house.services.streaming.start(live_contact(State.FLOW), BOTH)
        folder = tmp_path / "other"
        folder.mkdir()
        async with engine(folder, streaming={"url": consumer.url, "max_streams": 2}) as one:
            streaming = one.house.services.streaming
            with pytest.raises(NoStream, match="the contact is over"):
                await streaming.start(live_contact(State.FLOW), BOTH)
            async with phone(one) as first, phone(one) as second:
                live = await waiting(one.house.registry, first)
                await streaming.start(live, BOTH)
                await second.invite("unrecorded", AUDIO)
                [_, other] = one.house.registry
                with pytest.raises(NoStream, match="2 streams run already"):
                    await streaming.start(other, frozenset({"To"}))
