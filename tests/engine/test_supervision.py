import pytest

from engine.call import State
from engine.refused import Refused
from engine.supervision import TABLE, TALKS, Candidate, Change, Monitor, Stage, check
from mixer import Mode

BOTH = {"Agent", "Customer"}


def refusal(
    state: State = State.BRIDGED,
    recorded: set[str] = BOTH,
    listeners: tuple[str, ...] = (),
    reachable: bool = True,
) -> Refused:
    candidate = Candidate(state, recorded, listeners)
    with pytest.raises(Refused) as caught:
        check(candidate, "manager1", reachable=reachable, max_listeners=2)
    return caught.value


def test_a_recorded_conversation_may_be_monitored() -> None:
    candidate = Candidate(State.BRIDGED, BOTH, listeners=("manager2",))
    check(candidate, "manager1", reachable=True, max_listeners=2)


def test_on_hold_it_may_be_too() -> None:
    check(Candidate(State.TRANSFERRING, BOTH, ()), "manager1", reachable=True, max_listeners=2)


@pytest.mark.parametrize("recorded", [set(), {"Agent"}, {"Customer"}])
def test_without_recording_of_both_sides_there_is_no_monitoring(recorded: set[str]) -> None:
    error = refusal(recorded=recorded)
    assert (error.status, error.error) == (400, "InvalidRequestException")
    assert error.message == "Monitoring failed, please enable call recording"


def test_enhanced_monitoring_needs_no_recording_and_has_fewer_listeners() -> None:
    def start(*listeners: str) -> None:
        candidate = Candidate(State.BRIDGED, set(), listeners)
        check(candidate, "manager1", reachable=True, max_listeners=5, enhanced=True)

    start("manager2")
    with pytest.raises(Refused, match="2 listeners"):
        start("manager2", "manager3")


@pytest.mark.parametrize("state", sorted(set(State) - TALKS, key=lambda state: state.name))
def test_only_a_live_conversation_can_be_monitored(state: State) -> None:
    assert refusal(state=state).message.startswith("invalid_target_state")


def test_one_listener_too_many_is_told_the_limit() -> None:
    error = refusal(listeners=("manager2", "manager3"))
    assert (error.status, error.error) == (402, "ServiceQuotaExceededException")
    assert "2 listeners" in error.message


def test_nobody_listens_twice_to_the_same_contact() -> None:
    assert "already monitoring" in refusal(listeners=("manager1",)).message


def test_a_supervisor_without_a_phone_is_told_so() -> None:
    assert "not registered" in refusal(reachable=False).message


def test_a_monitor_listens_when_the_phone_answers_and_ends_once() -> None:
    monitor = Monitor("manager1")
    assert monitor.step(Change.ANSWERED)
    assert monitor.stage is Stage.LISTENING
    assert monitor.step(Change.LEFT)
    assert not monitor.step(Change.LEFT)
    assert monitor.stage is Stage.ENDED


def test_no_stage_but_the_last_is_a_trap() -> None:
    assert {stage for stage, _ in TABLE} == set(Stage) - {Stage.ENDED}


def test_who_listens_may_speak_where_that_was_allowed() -> None:
    monitor = Monitor("manager1", frozenset({Mode.LISTEN, Mode.COACH}))
    with pytest.raises(Refused, match="does not monitor"):
        monitor.switch(Mode.COACH)
    monitor.step(Change.ANSWERED)
    monitor.switch(Mode.COACH)
    with pytest.raises(Refused, match="may not barge"):
        monitor.switch(Mode.BARGE)
    assert monitor.mode is Mode.COACH
    monitor.switch(Mode.LISTEN)
    assert monitor.mode is Mode.LISTEN
