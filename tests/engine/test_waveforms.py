from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine.contact_record import RecordingKind, RecordingRecord, RecordingStatus
from engine.waveforms import Span, Waveforms
from recorder import Archive, Facts, RecordingError
from recorder.manifest import Hold
from tests.recorder.shelf import recorded
from tests.recorder.sources import STARTED, contact_id


def record_of(path: Path, frames: int) -> RecordingRecord:
    stop = STARTED + timedelta(seconds=frames / 8000)
    return RecordingRecord(
        *(contact_id(1), RecordingKind.AGENT, str(path), RecordingStatus.AVAILABLE),
        *(STARTED, stop, frames),
    )


async def test_it_is_made_of_the_sound_before_it_was_drawn_and_spans_come_with_the_manifest(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    finished = recorded(tmp_path, 1)
    waveforms, record = Waveforms(archive), record_of(finished.path, finished.frames)
    before = await waveforms.of(record)
    assert before.peaks.shape == (2, 1000, 2)
    assert 0 < before.peaks.max() <= 1 and before.spans == ()
    archive.seal(finished, Facts(STARTED, holds=(Hold(800, 1600),)))
    finished.path.with_suffix(".peaks").write_bytes(bytes([64] * 4000))
    after = await waveforms.of(record)
    assert set(after.peaks.flat) == {0.5}
    assert after.spans == (Span("HOLD", 0.1, 0.2),)
    assert after.seconds == finished.frames / 8000


async def test_where_nothing_is_left_that_is_said(tmp_path: Path) -> None:
    path = recorded(tmp_path, 1).path
    path.unlink()
    with pytest.raises(RecordingError, match="no waveform"):
        await Waveforms(Archive(tmp_path)).of(record_of(path, 1))
