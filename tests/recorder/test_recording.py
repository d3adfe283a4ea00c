from __future__ import annotations

from recorder.recording import FRAME_BYTES, SAMPLE_RATE, Action, Do, Recording, State

SECOND = b"\1\2\3\4" * SAMPLE_RATE


def did(actions: list[Action]) -> list[Do]:
    return [action.do for action in actions]


def test_less_than_a_second_waits_and_a_second_is_written_at_once() -> None:
    recording = Recording()
    assert recording.receive(SECOND[: len(SECOND) // 2], ended=False) == []
    assert recording.state is State.RUNNING
    (write,) = recording.receive(SECOND[len(SECOND) // 2 :], ended=False)
    assert write == Action(Do.WRITE, SECOND)


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
