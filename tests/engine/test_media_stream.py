from __future__ import annotations

import pytest

from config import StreamingSettings
from engine.media_stream import BLOCK_SECONDS, RATE, MediaStream, NoStream
from tests.rig.audio_consumer import AudioConsumer, audio_consumer
from tests.rig.free_ports import free_ports
from tests.rig.patience import until

BLOCK = bytes(2 * round(BLOCK_SECONDS * RATE))
LARGE = bytes(1 << 18)  # soon more than the kernel takes


def stream(consumer: AudioConsumer, texts: list[str] | None = None, **values: float) -> MediaStream:
    settings = StreamingSettings.model_validate({"url": consumer.url, "token": "secret", **values})
    return MediaStream(settings, "contact", "From", [].append if texts is None else texts.append)


async def test_the_server_is_told_of_the_contact_and_gets_every_block() -> None:
    async with audio_consumer() as consumer:
        one = stream(consumer)
        await one.open()
        blocks = [bytes([n]) * 320 for n in range(5)]
        for block in blocks:
            one.put(block)
        await one.end()
        await until(lambda: [feed.ended for feed in consumer.feeds] == [True])
        [feed] = consumer.feeds
    assert (feed.contact_id, feed.direction) == ("contact", "From")
    assert feed.token == "Bearer secret"
    assert feed.blocks == blocks and one.lost_seconds == 0


async def test_a_slow_server_loses_its_own_data_and_that_is_counted() -> None:
    async with audio_consumer() as consumer, audio_consumer() as other:
        consumer.listens.clear()
        slow, quick = stream(consumer, buffer_seconds=1, connect_seconds=0.2), stream(other)
        await slow.open()
        await quick.open()
        sent = 0
        while not slow.lost_seconds:  # what the kernel takes comes before
            for one in (slow, quick):
                one.put(LARGE)
            sent += 1
            await until(lambda sent=sent: blocks_of(other) == sent)
        assert quick.lost_seconds == 0
        await quick.end()
        await slow.end()
        assert slow.lost_seconds >= 1.0  # with what waited when it was over


async def test_a_server_that_went_away_is_connected_to_again() -> None:
    async with audio_consumer() as consumer:
        one = stream(consumer)
        await one.open()
        await until(lambda: consumer.connections)
        await consumer.connections[0].close()
        await until(lambda: told_again(one, consumer))
        one.put(b"\1\1")
        await one.end()
        await until(lambda: consumer.feeds[1].ended)
        assert consumer.feeds[1].blocks[-1] == b"\1\1"
        assert one.lost_seconds > 0


def blocks_of(consumer: AudioConsumer) -> int:
    return sum(len(feed.blocks) for feed in consumer.feeds)


def told_again(one: MediaStream, consumer: AudioConsumer) -> bool:
    one.put(BLOCK)
    return len(consumer.feeds) == 2


async def test_where_nobody_listens_there_is_no_stream() -> None:
    [port] = free_ports(1)
    one = stream(nobody_at(port))
    with pytest.raises(NoStream, match="127"):
        await one.open()


def nobody_at(port: int) -> AudioConsumer:
    return AudioConsumer(f"ws://127.0.0.1:{port}")


async def test_what_a_server_recognises_is_told_and_nothing_else_that_it_says() -> None:
    texts: list[str] = []
    async with audio_consumer() as consumer:
        one = stream(consumer, texts)
        await one.open()
        await until(lambda: consumer.connections)
        odd = ["{", "7", "[1]", '{"partial": "an"}', '{"text": 7}', '{"text": " "}', "[" * 9000]
        for message in (*odd, b"\xff", '{"text": " an order "}'):
            await consumer.connections[0].send(message)
        await until(lambda: texts)
        await one.end()
    assert texts == ["an order"]
