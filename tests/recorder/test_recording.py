from __future__ import annotations

from config.settings import MediaSettings
from recorder.recording import (
    BLOCK_FRAMES,
    FRAME_BYTES,
    SAMPLE_RATE,
    Action,
    Do,
    Recording,
    State,
)
from recorder.timeline import NARROW_RATE, Gap, ramp_frames
from recorder.writer import POLL_SECONDS

RAMP_FRAMES = ramp_frames(NARROW_RATE)
VISIT_SECONDS = 0.2  # how often the mixer fills its taps
HELD_BACK = RAMP_FRAMES * FRAME_BYTES
SECOND = b"\1\2\3\4" * SAMPLE_RATE
BLOCK = b"\1\2\3\4" * BLOCK_FRAMES


def did(actions: list[Action]) -> list[Do]:
    return [action.do for action in actions]


def test_less_than_a_block_waits_and_a_block_is_written_but_for_what_a_ramp_may_need() -> None:
    recording = Recording()
    assert recording.receive(BLOCK[: len(BLOCK) // 2], ended=False) == []
    assert recording.state is State.RUNNING
    (write,) = recording.receive(BLOCK[len(BLOCK) // 2 :], ended=False)
    assert write == Action(Do.WRITE, BLOCK[:-HELD_BACK])
    (write,) = recording.receive(SECOND, ended=False)
    assert write == Action(Do.WRITE, BLOCK[-HELD_BACK:] + SECOND[:-HELD_BACK])


def test_what_a_killed_process_loses_is_less_than_a_second() -> None:
    """A block that waits, what came since the last poll, and what the mixer held back."""
    media = MediaSettings()
    held_back = VISIT_SECONDS + media.recording_delay_ms / 1000
    waits = (BLOCK_FRAMES + RAMP_FRAMES) / SAMPLE_RATE
    assert waits + POLL_SECONDS + held_back < 1.0


def test_nothing_new_writes_nothing() -> None:
    recording = Recording()
    assert recording.receive(b"", ended=False) == []
    assert recording.state is State.STARTING


def test_the_end_writes_what_waits_then_closes_then_reports() -> None:
    recording = Recording()
    recording.receive(SECOND[:400], ended=False)
    write, *rest = recording.receive(SECOND[400:800], ended=True)
    assert write == Action(Do.WRITE, SECOND[:800])
    assert did(rest) == [Do.CLOSE, Do.REPORT]
    assert recording.state is State.FINISHED


def test_a_recording_that_ends_before_its_first_frame_is_finished_and_empty() -> None:
    assert did(Recording().receive(b"", ended=True)) == [Do.CLOSE, Do.REPORT]


def test_a_long_last_piece_is_one_write() -> None:
    actions = Recording().receive(3 * SECOND, ended=True)
    assert did(actions) == [Do.WRITE, Do.CLOSE, Do.REPORT]
    assert actions[0].block == 3 * SECOND


def test_a_failure_salvages_once_reports_once_and_keeps_the_first_reason() -> None:
    recording = Recording()
    recording.receive(SECOND, ended=False)
    assert did(recording.fail("No space left on device")) == [Do.SALVAGE, Do.REPORT]
    assert recording.receive(SECOND, ended=True) == []
    assert (recording.state, recording.error) == (State.FAILED, "No space left on device")


def test_a_failure_of_the_last_write_turns_finished_into_failed() -> None:
    recording = Recording()
    recording.receive(SECOND, ended=True)
    assert did(recording.fail("8000 frames written, 7000 found")) == [Do.SALVAGE, Do.REPORT]
    assert recording.state is State.FAILED


def test_a_recording_that_cannot_be_salvaged_is_still_reported() -> None:
    recording = Recording()
    recording.fail("No space left on device")
    assert did(recording.fail("no WAV")) == [Do.REPORT]
    assert recording.error == "No space left on device"


def test_half_a_frame_is_the_sources_mistake_and_fails_this_recording() -> None:
    recording = Recording()
    recording.receive(SECOND, ended=False)
    assert did(recording.receive(b"\0" * (FRAME_BYTES + 1), ended=False)) == [Do.SALVAGE, Do.REPORT]
    assert recording.error == "the source gave 5 bytes: not whole frames"


def test_silence_takes_the_place_of_lost_frames_and_the_gap_is_known() -> None:
    recording = Recording()
    recording.receive(SECOND[:400], ended=False)
    recording.receive(SECOND[:800], ended=False, lost=50)
    write, *_ = recording.receive(SECOND[:40], ended=True)
    assert write.block == SECOND[:1200] + bytes(50 * FRAME_BYTES) + SECOND[:40]
    assert recording.timeline.gaps == (Gap(100, 350, 50),)


def test_a_suspension_reaches_what_waits_to_be_written() -> None:
    recording = Recording()
    recording.receive(SECOND[: 100 * FRAME_BYTES], ended=False)
    recording.timeline.suspend(60, "card", "agent1")
    write, *_ = recording.receive(b"", ended=True)
    assert write.block[60 * FRAME_BYTES :] == bytes(40 * FRAME_BYTES)
    assert write.block[: 20 * FRAME_BYTES] == SECOND[: 20 * FRAME_BYTES]


def test_a_suspension_from_the_next_frame_on_still_finds_all_of_its_ramp() -> None:
    loud = b"\x40\x1f" * 2 * SAMPLE_RATE  # 8000 in every sample
    recording = Recording()
    recording.receive(loud, ended=False)
    recording.timeline.suspend(SAMPLE_RATE, "card", "agent1")
    write, *_ = recording.receive(loud[:400], ended=True)
    left = [int.from_bytes(write.block[at : at + 2], "little") for at in range(0, 200, 4)]
    assert left == [*range(7900, 0, -200), *[0] * 10]
