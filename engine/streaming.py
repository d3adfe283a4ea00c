"""Media streaming: what a customer says and hears, to a WebSocket server, while a flow wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import structlog

from config import StreamingSettings
from engine.live import LiveContact
from engine.media_stream import BLOCK_SECONDS, MediaStream, NoStream
from engine.registry import Registry
from mixer import Farm, MixerFull, PortGone, Tap

MAX_FRAMES = 1 << 14  # a tap holds no more
SIDES = ("From", "To")
"""Of the tap: left and right."""
AUDIO = "MediaStreams.Customer.Audio"
log = structlog.get_logger("engine.streaming")


class Streaming:
    """Starts and ends the streams of contacts; a stream ends with its contact."""

    def __init__(self, settings: StreamingSettings, mixer: Farm, registry: Registry) -> None:
        self._settings, self._mixer, self._registry = settings, mixer, registry
        self._running: dict[LiveContact, asyncio.Task[None]] = {}
        self._streams: set[MediaStream] = set()
        self._lost_before = 0.0
        self._on_text: Callable[[LiveContact, str], None] = lambda live, text: None

    def listen(self, on_text: Callable[[LiveContact, str], None]) -> None:
        """To be told what servers recognise of what customers say."""
        self._on_text = on_text

    @property
    def lost_seconds(self) -> float:
        """What servers never got, of all streams since the start."""
        return self._lost_before + sum(stream.lost_seconds for stream in self._streams)

    async def start(self, live: LiveContact, directions: frozenset[str]) -> None:
        """These directions from now on, in place of others. Raises NoStream."""
        await self.stop(live)
        if not directions:
            return
        if self._settings.url is None:
            raise NoStream("nothing is configured in [streaming]")
        if len(self._streams) + len(directions) > self._settings.max_streams:
            raise NoStream(f"{self._settings.max_streams} streams run already")
        streams = [self._stream(live, each) for each in sorted(directions)]
        self._streams.update(streams)
        try:
            await self._open(live, streams)
        except BaseException:
            self._forget(streams)
            raise

    def _stream(self, live: LiveContact, direction: str) -> MediaStream:
        """Only who hears what the customer says can tell what that was."""

        def recognised(text: str) -> None:
            if direction == "From":
                self._on_text(live, text)

        return MediaStream(self._settings, live.contact_id, direction, recognised)

    async def _open(self, live: LiveContact, streams: list[MediaStream]) -> None:
        opened: list[MediaStream] = []
        try:
            for stream in streams:
                await stream.open()
                opened.append(stream)
            tap = self._tap(live)
        except BaseException:
            for stream in opened:
                await stream.end()
            raise
        live.stream_tap, live.streamed = tap, frozenset(each.direction for each in streams)
        live.system |= {f"{AUDIO}.StreamARN": str(self._settings.url), **moment("StartTimestamp")}
        self._mixer.route(live.contact_id, live.routes())
        self._running[live] = asyncio.create_task(self._run(live, tap, streams))

    def _tap(self, live: LiveContact) -> Tap:
        if self._registry.get(live.contact_id) is None:
            raise NoStream("the contact is over")
        try:
            return self._mixer.open_tap(beside=live.customer.port)
        except (MixerFull, PortGone) as error:
            raise NoStream(str(error)) from error

    async def stop(self, live: LiveContact) -> None:
        if running := self._running.get(live):
            self._close(live)
            await asyncio.shield(running)

    async def close(self) -> None:
        """After the last contact: what is left is sent, as far as servers take it."""
        await asyncio.gather(*self._running.values())

    def _close(self, live: LiveContact) -> None:
        tap, live.stream_tap = live.stream_tap, None
        if tap:
            tap.close()
            live.system |= moment("StopTimestamp")
            if self._registry.get(live.contact_id):
                self._mixer.route(live.contact_id, live.routes())

    async def _run(self, live: LiveContact, tap: Tap, streams: list[MediaStream]) -> None:
        try:
            while not tap.ended:
                await asyncio.sleep(BLOCK_SECONDS)
                if self._registry.get(live.contact_id) is None:
                    self._close(live)
                for stream, samples in sides(tap.read(MAX_FRAMES), streams):
                    stream.put(samples)
        finally:
            await asyncio.gather(*(stream.end() for stream in streams))
            del self._running[live]
            self._forget(streams)

    def _forget(self, streams: list[MediaStream]) -> None:
        self._lost_before += sum(stream.lost_seconds for stream in streams)
        self._streams.difference_update(streams)


def sides(frames: bytes, streams: list[MediaStream]) -> Iterator[tuple[MediaStream, bytes]]:
    """The side of the tap that each stream carries."""
    samples = np.frombuffer(frames, dtype="<i2").reshape(-1, 2)
    if len(samples):
        for stream in streams:
            yield stream, samples[:, SIDES.index(stream.direction)].tobytes()


def moment(name: str) -> dict[str, str]:
    """Milliseconds since 1970, as Connect has it."""
    return {f"{AUDIO}.{name}": str(round(datetime.now(UTC).timestamp() * 1000))}
