"""Suspended while it is written: from the order to the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recorder import Part, RecordingError, Resume, Suspend, recording_name, recording_path
from recorder.space import Watermarks
from recorder.store import Mark, Store
from recorder.timeline import FOREVER, NARROW_RATE, Suspended, ramp_frames
from tests.recorder.desk import desk, wait_until
from tests.recorder.sources import STARTED, Tape, contact_id, conversation
from tests.rig import tones

RAMP_FRAMES = ramp_frames(NARROW_RATE)


def test_a_suspended_span_is_silence_of_its_length_and_reported_with_reason_and_who(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as one:
        source = Tape(closed=False)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        one.writer.tell(Suspend(path, 4000, "card number", "agent1"))
        source.feed(conversation(1.0))
        one.writer.tell(Resume(path, 12_000, "card number"))
        source.feed(conversation(1.0))
        source.close()
        report = one.finished()
    assert report.suspended == (Suspended(4000, 4000, 12_000, "card number", "agent1"),)
    assert report.frames == 16_000
    sound = tones.read_wav(path)[0].astype("<i2")
    assert not sound[4000:12_000].any()
    said = np.frombuffer(conversation(1.0), "<i2").reshape(-1, 2)
    assert (sound[: 4000 - RAMP_FRAMES] == said[: 4000 - RAMP_FRAMES]).all()
    assert (sound[12_000 + RAMP_FRAMES :] == said[4000 + RAMP_FRAMES :]).all()


def test_nothing_that_is_read_after_a_suspension_is_heard_again(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(0.5), closed=False)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        wait_until(lambda: source.is_empty)
        one.writer.tell(Suspend(path, 4000, "card number", "agent1"))
        source.feed(conversation(3.0))
        source.close()
        assert one.finished().suspended[0].first == 4000
    assert not tones.read_wav(path)[0][4000:].any()


def test_a_suspension_is_noted_where_a_crash_cannot_take_it(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(0.5), closed=False)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        one.writer.tell(Suspend(path, 4000, "card number", "agent1"))
        store = Store(tmp_path, Watermarks.above(0))
        wait_until(lambda: bool(store.marked(Mark.UNFINISHED)[0].finished.suspended))
        (marked,) = store.marked(Mark.UNFINISHED)
        source.close()
    assert marked.finished.suspended == (Suspended(4000, 4000, FOREVER, "card number", "agent1"),)
    assert marked.started == STARTED


def test_who_is_not_recorded_cannot_be_suspended(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        with pytest.raises(RecordingError, match="is not being recorded"):
            one.writer.tell(Suspend(tmp_path / "none.wav", 0, "card number", "agent1"))
        path = one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(0.1)))
        one.finished()
        with pytest.raises(RecordingError, match="is not being recorded"):
            one.writer.tell(Resume(path, 0, "card number"))


def test_one_suspension_leaves_the_others_alone(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        sources = [Tape(conversation(0.2), closed=False) for _ in range(2)]
        _, second = [
            one.writer.start_recording(contact_id(number), STARTED, source)
            for number, source in enumerate(sources, 1)
        ]
        one.writer.tell(Suspend(second, 0, "card number", "agent1"))
        for source in sources:
            source.close()
        reports = {report.contact_id: report for report in (one.finished(), one.finished())}
    heard = [tones.read_wav(reports[contact_id(number)].path)[0] for number in (1, 2)]
    assert heard[0].astype("<i2").tobytes() == conversation(0.2)
    assert not heard[1].any()


def test_a_recording_may_begin_suspended_and_at_sixteen_kilohertz(tmp_path: Path) -> None:
    path = recording_path(tmp_path, recording_name(contact_id(1), STARTED, Part.IVR))
    orders = (Suspend(path, 0, "flow", "flow"), Resume(path, 12_000, "flow"))
    with desk(tmp_path) as one:
        source = Tape(conversation(2.0))
        begun = one.writer.start_recording(contact_id(1), STARTED, source, 16_000, Part.IVR, orders)
        report = one.finished()
    assert begun == path and path.name.endswith("_UTC_ivr.wav")
    assert (report.frames, report.sample_rate) == (16_000, 16_000)
    sound, rate = tones.read_wav(path)
    said = np.frombuffer(conversation(2.0), "<i2").reshape(-1, 2)
    assert rate == 16_000 and not sound[:12_000].any()
    assert (sound[12_080:].astype("<i2") == said[12_080:]).all()
    assert not (sound[12_000:12_080].astype("<i2") == said[12_000:12_080]).all()
