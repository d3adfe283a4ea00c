"""What was heard, measured: every check is a sentence, a verdict and the figure behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.demo.story import AGENT_HZ, BURST_SECONDS, CUSTOMER_HZ, MANAGER_HZ, Story
from tests.rig.tones import (
    Samples,
    alignment,
    crosstalk_db,
    leaked_dbfs,
    level_dbfs,
    read_recording,
    read_wav,
    spans,
    steady_dbfs,
)

RATE = 8000
HEARD_DBFS = -35.0
UNHEARD_DBFS = -60.0
CROSSTALK_DB = 40.0
EDGE_SECONDS = 0.2
ALIGNED_SECONDS = 0.04  # two packets: no phone says more exactly when it spoke
MONITOR_ENDS_SECONDS = 1.0
MATCH = 0.5  # of the correlation of speech with itself, after two G.711 codings and a jitter buffer
FACTS = (
    "Id",
    "Channel",
    "InitiationMethod",
    "CustomerEndpoint",
    "SystemEndpoint",
    "QueueInfo",
    "AgentInfo",
    "InitiationTimestamp",
    "ConnectedToSystemTimestamp",
    "DisconnectTimestamp",
    "DisconnectReason",
)


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


class Evidence:
    """The sound files of a story, cut by instants."""

    def __init__(self, story: Story, recording: Path) -> None:
        self.story = story
        stereo = read_recording(recording)
        self.left, self.right = stereo[:, 0], stereo[:, 1]
        self.seconds = len(stereo) / RATE
        said, _ = read_wav(story.wav("customer-says"))
        place = alignment(said, self.left[: 3 * RATE])
        self.began = story.at["customer speaks"] - place.offset_seconds
        """When the first frame was recorded, as told by what the customer said in it."""

    def heard(self, phone: str, start: float, end: float) -> Samples:
        samples, rate = read_wav(self.story.wav(f"heard-by-{phone}"))
        zero = self.story.at[f"{phone} records"]
        return samples[max(0, round((start - zero) * rate)) : round((end - zero) * rate)]

    def recorded(self, channel: Samples, start: float, end: float) -> Samples:
        return channel[round((start - self.began) * RATE) : round((end - self.began) * RATE)]


def checks(story: Story, recording: Path, greeting: Samples) -> Iterator[Check]:
    seen = Evidence(story, recording)
    yield greeting_heard(seen, greeting)
    yield music_heard(seen)
    yield from channels(seen)
    yield from edges(seen)
    yield aligned(seen)
    for name, span in story.spans.items():
        yield from listened(seen, name, span)
    yield monitoring_ended(story)
    yield record_complete(story)


def greeting_heard(seen: Evidence, greeting: Samples) -> Check:
    start = seen.story.at["customer speaks"]
    found = alignment(greeting, seen.heard("customer", start, seen.story.at["agent rings"]))
    detail = f"correlation {found.correlation:.2f}, {found.offset_seconds:.2f} s after the answer"
    return Check("the customer hears the greeting", found.correlation > MATCH, detail)


def music_heard(seen: Evidence) -> Check:
    rang, bridged = seen.story.at["agent rings"], seen.story.at["bridge"]
    level = rms_dbfs(seen.heard("customer", rang + 0.2, bridged - 0.1))
    name = "the customer hears hold music while the agent's phone rings"
    return Check(name, level > -50, f"{level:.0f} dBFS")


def channels(seen: Evidence) -> Iterator[Check]:
    start, end = seen.story.spans["first monitoring"]
    left, right = (seen.recorded(side, start, end) for side in (seen.left, seen.right))
    for side, channel, other, frequency in (
        ("left is the customer", left, right, CUSTOMER_HZ),
        ("right is the agent", right, left, AGENT_HZ),
    ):
        level = steady_dbfs(channel, frequency)
        yield Check(f"recording: {side}", level > HEARD_DBFS, f"{level:.1f} dBFS")
        apart = crosstalk_db(other, channel, frequency)
        name = f"recording: {side}, and not the other"
        yield Check(name, apart >= CROSSTALK_DB, f"{apart:.0f} dB apart")
    loudest = max(level_dbfs(side, MANAGER_HZ) for side in (left, right))
    yield Check("recording: nothing of the manager", loudest < UNHEARD_DBFS, f"{loudest:.0f} dBFS")


def edges(seen: Evidence) -> Iterator[Check]:
    late = seen.began - seen.story.at["bridge"]
    yield Check("recording starts with the bridge", abs(late) <= EDGE_SECONDS, ms(late))
    over = seen.began + seen.seconds - seen.story.at["agent hangs up"]
    yield Check("recording ends with the hang-up", abs(over) <= EDGE_SECONDS, ms(over))


def aligned(seen: Evidence) -> Check:
    """How much later each burst lies in its channel than it was spoken; both sides alike."""
    delays = {}
    for phone, channel, frequency in (
        ("customer", seen.left, CUSTOMER_HZ),
        ("agent1", seen.right, AGENT_HZ),
    ):
        spoken = seen.story.bursts[phone]
        until = round((spoken[-1] - seen.began + BURST_SECONDS + 0.1) * RATE)
        found = [span.start + seen.began for span in spans(channel[:until], frequency)]
        found = [at for at in found if at > spoken[0] - 0.2]
        if len(found) != len(spoken):
            return Check("recording: both sides aligned", False, f"{len(found)} bursts of {phone}")
        delays[phone] = float(np.median(np.subtract(found, spoken)))
    apart = delays["customer"] - delays["agent1"]
    return Check("recording: both sides aligned", abs(apart) <= ALIGNED_SECONDS, ms(apart))


def listened(seen: Evidence, name: str, span: tuple[float, float]) -> Iterator[Check]:
    for party, frequency in (("customer", CUSTOMER_HZ), ("agent", AGENT_HZ)):
        level = steady_dbfs(seen.heard("manager1", *span), frequency)
        sentence = f"{name}: the manager hears the {party}"
        yield Check(sentence, level > HEARD_DBFS, f"{level:.1f} dBFS")
    for phone, partner in (("customer", AGENT_HZ), ("agent1", CUSTOMER_HZ)):
        samples = seen.heard(phone, *span)
        level, other = leaked_dbfs(samples, MANAGER_HZ), steady_dbfs(samples, partner)
        sentence = f"{name}: {phone} hears the partner, and nothing of the manager"
        detail = f"{other:.1f} and {level:.0f} dBFS"
        yield Check(sentence, level < UNHEARD_DBFS and other > HEARD_DBFS, detail)


def monitoring_ended(story: Story) -> Check:
    took = story.at["manager is out"] - story.at["agent hangs up"]
    return Check("monitoring ends with the agent", 0 <= took <= MONITOR_ENDS_SECONDS, ms(took))


def record_complete(story: Story) -> Check:
    missing = [fact for fact in FACTS if not story.contact.get(fact)]
    reason = story.contact.get("DisconnectReason")
    kept = [one for one in story.contact["Recordings"] if one.get("Status") == "AVAILABLE"]
    ok = not missing and reason == "AGENT_DISCONNECT" and len(kept) == 1
    detail = f"missing: {', '.join(missing)}" if missing else f"{reason}, {len(kept)} recording"
    return Check("the contact record is complete", ok, detail)


def rms_dbfs(samples: Samples) -> float:
    return float(20 * np.log10(max(1e-6, np.sqrt(np.mean((samples / 32768.0) ** 2)))))


def ms(seconds: float) -> str:
    return f"{seconds * 1000:+.0f} ms"
