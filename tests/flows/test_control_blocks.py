from __future__ import annotations

import pytest

from flows import (
    Answer,
    Ask,
    CheckHours,
    CheckMetric,
    Disconnect,
    Done,
    End,
    GetMetrics,
    Log,
    Metrics,
    Play,
    Prompt,
    SetAttributes,
    SetQueue,
    WaitFor,
)
from flows.control_blocks import METRICS, OLDEST
from tests.flows.writing import (
    SORRY,
    Document,
    action,
    first,
    interpreter,
    message,
    reasons,
    start,
)

CHAT = {"system": {"Channel": "CHAT"}}


def compare(value: str, *conditions: tuple[str, str, str]) -> list[Ask]:
    targets = {target for _, _, target in conditions} | {"no match"}
    says = [action(t, "MessageParticipant", {"Text": t}, leads="hang up") for t in sorted(targets)]
    block = action(
        "block",
        "Compare",
        {"ComparisonValue": "$.Attributes.value"},
        conditions=conditions,
        errors={"NoMatchingCondition": "no match"},
    )
    return start(block, *says, attributes={"value": value})


def test_the_first_condition_that_holds_is_taken() -> None:
    conditions = [
        ("NumberGreaterThan", "60", "long"),
        ("NumberGreaterThan", "2", "short"),
        ("TextContains", "7", "seven"),
    ]
    assert compare("7", *conditions) == [Play(Prompt("text", "short"))]


def test_a_comparison_without_a_match_takes_its_branch_and_no_log() -> None:
    assert compare("no", ("Equals", "yes", "yes")) == [Play(Prompt("text", "no match"))]


def test_a_comparison_without_a_match_and_without_a_branch_disconnects() -> None:
    block = action("block", "Compare", {"ComparisonValue": "$.Attributes.x"}, leads="hang up")
    asks = start(block)
    assert isinstance(asks[0], Log) and "NoMatchingCondition" in asks[0].text
    assert asks[1:] == [Disconnect()]


@pytest.mark.parametrize("value", ["gold", "$.Attributes", "$.Attributes.a or $.Attributes.b", ""])
def test_a_comparison_looks_at_exactly_one_reference(value: str) -> None:
    expected = f"ComparisonValue must be one reference, such as $.Attributes.tier, not {value!r}"
    assert reasons("Compare", {"ComparisonValue": value}) == [expected]


def loop(count: str, attributes: dict[str, str], passes: int) -> list[str]:
    """What is heard: "again" for each pass, and "done"."""
    block = action(
        "block",
        "Loop",
        {"LoopCount": count},
        conditions=[("Equals", "DoneLooping", "done"), ("Equals", "ContinueLooping", "again")],
        errors={"NoMatchingError": "sorry"},
    )
    again = action("again", "UpdateContactTargetQueue", {"QueueId": "again"}, leads="block")
    done = action("done", "UpdateContactTargetQueue", {"QueueId": "done"}, leads="block")
    run = interpreter([block, again, done, SORRY], attributes)
    asks, heard = run.start(now=0.0), list[str]()
    for _ in range(passes):
        heard += [ask.queue for ask in asks if isinstance(ask, SetQueue)]
        asks = run.step(Done(), now=0.0)
    return heard


def test_a_loop_continues_n_times_is_done_once_and_counts_anew() -> None:
    assert loop("2", {}, 7) == ["again", "again", "done", "again", "again", "done", "again"]


def test_a_loop_of_none_is_done_at_once() -> None:
    assert loop("0", {}, 2) == ["done", "done"]


def test_the_count_may_be_a_reference() -> None:
    assert loop("$.Attributes.n", {"n": "1"}, 3) == ["again", "done", "again"]


@pytest.mark.parametrize("count", ["", "101", "-1", "2.0", "many", "٣", "1" * 5000])
def test_a_reference_that_yields_no_count_is_a_failure(count: str) -> None:
    assert loop("$.Attributes.n", {"n": count}, 3) == []


def test_two_loops_count_apart() -> None:
    def count(name: str, more: str, done: str) -> Document:
        results = [("Equals", "ContinueLooping", more), ("Equals", "DoneLooping", done)]
        return action(name, "Loop", {"LoopCount": "2"}, conditions=results)

    said = action("say", "UpdateContactAttributes", {"Attributes": {"a": "b"}}, leads="inner")
    asks = start(count("outer", "inner", "hang up"), count("inner", "say", "outer"), said)
    assert asks == [SetAttributes({"a": "b"})] * 4 + [Disconnect()]


@pytest.mark.parametrize("count", ["101", "-1", "three", "1.5"])
def test_a_count_is_a_number_from_0_to_100(count: str) -> None:
    conditions = [("Equals", result, "hang up") for result in ("ContinueLooping", "DoneLooping")]
    assert reasons("Loop", {"LoopCount": count}, conditions=conditions) == [
        f"LoopCount must be a number from 0 to 100 or one reference, not {count!r}"
    ]
    assert reasons("Loop", {"LoopCount": 100}, conditions=conditions) == []


# -- DistributeByPercentage


@pytest.mark.parametrize(("drawn", "leads"), [(1, "a"), (50, "a"), (51, "b"), (80, "b"), (81, "c")])
def test_a_share_of_contacts_goes_each_way(drawn: int, leads: str) -> None:
    split = action(
        "split",
        "DistributeByPercentage",
        conditions=[("NumberLessThan", "51", "a"), ("NumberLessThan", "81", "b")],
        errors={"NoMatchingCondition": "c"},
    )
    says = [message(name, name) for name in "abc"]
    assert start(split, *says, draw=lambda: drawn) == [Play(Prompt("text", leads))]


@pytest.mark.parametrize(
    ("bounds", "drawn", "leads"),
    [
        ((), 1, "other"),  # nobody but the rest
        (("1",), 1, "other"),  # none of a hundred
        (("101",), 100, "a"),  # all of them
        (("100",), 100, "other"),
        (("31", "31"), 30, "a"),  # nothing is left for the second
        (("31", "11"), 5, "a"),  # the first that holds, in whatever order they are written
        (("many",), 1, "other"),  # is met by no number
        (("$.Attributes.share",), 20, "a"),
        (("$.Attributes.share",), 21, "other"),
        (("$.Attributes.nobody",), 1, "other"),
    ],
)
def test_who_meets_no_bound_goes_the_other_way(
    bounds: tuple[str, ...], drawn: int, leads: str
) -> None:
    conditions = [
        ("NumberLessThan", bound, name) for bound, name in zip(bounds, "ab", strict=False)
    ]
    split = action(
        "split",
        "DistributeByPercentage",
        conditions=conditions,
        errors={"NoMatchingCondition": "other"},
    )
    says = [message(name, name) for name in ("a", "b", "other")]
    asks = start(split, *says, attributes={"share": "21"}, draw=lambda: drawn)
    assert asks == [Play(Prompt("text", leads))]


@pytest.mark.parametrize("errors", [{}, {"Odd": "a"}])
def test_without_another_way_who_meets_no_bound_is_disconnected(errors: dict[str, str]) -> None:
    bounds = [("NumberLessThan", "51", "a")]
    split = action("split", "DistributeByPercentage", conditions=bounds, errors=errors)
    [log, end] = start(split, message("a", "a"), draw=lambda: 51)
    assert isinstance(log, Log) and "NoMatchingCondition" in log.text
    assert end == Disconnect()


def test_what_is_drawn_lies_between_1_and_100() -> None:
    bounds = [("NumberLessThan", "1", "low"), ("NumberGreaterThan", "100", "high")]
    errors = {"NoMatchingCondition": "hang up"}
    split = action("split", "DistributeByPercentage", conditions=bounds, errors=errors)
    for _ in range(500):
        assert start(split, message("low", "low"), message("high", "high")) == [Disconnect()]


# -- CheckHoursOfOperation


def hours(parameters: Document) -> Document:
    return action(
        "hours",
        "CheckHoursOfOperation",
        parameters,
        conditions=[("Equals", "True", "open"), ("Equals", "False", "closed")],
        errors={"NoMatchingError": "sorry"},
    )


SAYS = [message(name, name) for name in ("open", "closed", "many", "few", "other")]


@pytest.mark.parametrize(("answer", "leads"), [("True", "open"), ("False", "closed")])
def test_hours_choose_between_open_and_closed(answer: str, leads: str) -> None:
    run = interpreter([hours({"HoursOfOperationId": "office"}), *SAYS, SORRY])
    assert run.start(0.0) == [CheckHours("office")]
    assert run.step(Answer(answer), 0.0) == [Play(Prompt("text", leads))]


def test_hours_that_are_not_named_are_those_of_the_queue() -> None:
    assert start(hours({}), *SAYS, SORRY) == [CheckHours("")]
    assert start(hours({"HoursOfOperationId": ""}), *SAYS, SORRY)[-1] == End()


def test_hours_need_both_their_branches() -> None:
    assert reasons("CheckHoursOfOperation", {}, conditions=[("Equals", "True", "hang up")]) == [
        "Transitions has no condition for False, one of the results of CheckHoursOfOperation"
    ]


# -- CheckMetricData


def metric(name: str, *conditions: tuple[str, str, str], **parameters: str) -> Document:
    return action(
        "metric",
        "CheckMetricData",
        {"MetricType": name, **parameters},
        conditions=conditions,
        errors={"NoMatchingCondition": "other", "NoMatchingError": "sorry"},
    )


@pytest.mark.parametrize(("answer", "leads"), [("0", "other"), ("3", "many")])
def test_a_number_of_a_queue_is_compared(answer: str, leads: str) -> None:
    block = metric("NumberOfAgentsAvailable", ("NumberGreaterThan", "0", "many"), QueueId="sales")
    run = interpreter([block, *SAYS, SORRY])
    assert run.start(0.0) == [CheckMetric("NumberOfAgentsAvailable", "sales")]
    assert run.step(Answer(answer), 0.0)[-1] == Play(Prompt("text", leads))


@pytest.mark.parametrize(("seconds", "leads"), [("299", "few"), ("300", "other")])
def test_the_age_of_a_contact_is_written_in_milliseconds(seconds: str, leads: str) -> None:
    run = interpreter([metric(OLDEST, ("NumberLessThan", "300000", "few")), *SAYS, SORRY])
    run.start(0.0)
    assert run.step(Answer(seconds), 0.0)[-1] == Play(Prompt("text", leads))


def test_an_answer_that_is_no_number_is_a_failure() -> None:
    run = interpreter([metric(METRICS[0], ("NumberGreaterThan", "0", "many")), *SAYS, SORRY])
    run.start(0.0)
    assert run.step(Answer("many"), 0.0)[-1] == End()


@pytest.mark.parametrize("type_name", ["CheckMetricData", "GetMetricData"])
def test_numbers_are_those_of_a_queue_of_an_agent_or_of_the_target(type_name: str) -> None:
    def asked(**whose: str) -> Ask:
        (ask,) = first(type_name, {"MetricType": METRICS[0], **whose})
        return ask

    make = {"CheckMetricData": lambda *a: CheckMetric(METRICS[0], *a), "GetMetricData": GetMetrics}
    assert asked() == make[type_name]("", "")
    assert asked(AgentId="ann") == make[type_name]("", "ann")
    assert asked(QueueId="sales") == make[type_name]("sales", "")
    assert asked(QueueId="$.Attributes.unset") == End()
    both = {"MetricType": METRICS[0], "QueueId": "a", "AgentId": "b"}
    assert reasons(type_name, both) == ["Parameters must hold QueueId or AgentId, not both"]


def test_a_number_that_nobody_counts_is_refused() -> None:
    (reason,) = reasons("CheckMetricData", {"MetricType": "Mood"})
    assert reason.endswith("not 'Mood'")


# -- GetMetricData


def test_numbers_of_a_queue_are_read_by_the_blocks_after() -> None:
    block = action("metrics", "GetMetricData", {"QueueChannel": "Voice"}, leads="say")
    run = interpreter([block, message("say", "$.Metrics.Queue.Size before you")])
    assert run.start(0.0) == [GetMetrics("", "", "Voice")]
    answer = Metrics({"Queue.Size": "7"})
    assert run.step(answer, 0.0) == [Play(Prompt("text", "7 before you"))]


# -- Wait


def test_a_call_cannot_wait() -> None:
    assert first("Wait", {"TimeLimitSeconds": "5"}) == [End()]


@pytest.mark.parametrize(
    ("answer", "leads"), [("WaitCompleted", "few"), ("CustomerReturned", "many")]
)
def test_a_chat_waits_for_time_or_for_the_customer(answer: str, leads: str) -> None:
    block = action(
        "wait",
        "Wait",
        {"TimeLimitSeconds": "900", "Events": ["CustomerReturn"]},
        conditions=[("Equals", "WaitCompleted", "few"), ("Equals", "CustomerReturned", "many")],
    )
    run = interpreter([block, *SAYS], **CHAT)
    assert run.start(0.0) == [WaitFor(900.0, frozenset({"CustomerReturned"}))]
    assert run.step(Answer(answer), 900.0) == [Play(Prompt("text", leads))]


def test_a_wait_has_a_limit_and_events_that_exist() -> None:
    assert reasons("Wait", {"TimeLimitSeconds": "604801", "Events": ["Lunch"]}) == [
        "Events[0] must be CustomerReturned or CustomerReturn or BotParticipantDisconnected,"
        " not 'Lunch'",
        "TimeLimitSeconds must be a whole number from 0 to 604800, not '604801'",
    ]
