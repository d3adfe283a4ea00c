from datetime import UTC, datetime
from typing import Any

import pytest

from engine.refused import Refused
from engine.web.request_shape import read
from engine.web.service_model import Service

CONNECT = Service()
USER = {
    "Username": "ann",
    "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
    "SecurityProfileIds": ["agent"],
    "RoutingProfileId": "basic",
}
LABELS = {"InstanceId": "earshot"}


def given(operation: str, body: object, **query: list[str]) -> dict[str, Any]:
    return read(CONNECT.operations[operation], LABELS, query, body)


def test_path_query_and_body_come_together_under_the_names_of_the_model() -> None:
    assert given("CreateUser", USER) == USER | LABELS
    listed = given("ListUsers", {}, maxResults=["7"], nextToken=["abc"])
    assert listed == LABELS | {"MaxResults": 7, "NextToken": "abc"}
    typed = given("ListContactFlows", {}, contactFlowTypes=["CONTACT_FLOW", "CUSTOMER_HOLD"])
    assert typed["ContactFlowTypes"] == ["CONTACT_FLOW", "CUSTOMER_HOLD"]


def test_what_the_model_does_not_know_and_what_is_null_is_left_out() -> None:
    assert given("CreateUser", USER | {"Shoe": 43, "Password": None}) == USER | LABELS


def test_a_time_is_seconds_or_iso_8601() -> None:
    moment = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    for said in (moment.timestamp(), moment.isoformat(), "2026-05-04T03:02:01Z"):
        window = {"Type": "INITIATION_TIMESTAMP", "StartTime": said, "EndTime": said}
        read_back = given("SearchContacts", {"InstanceId": "earshot", "TimeRange": window})
        assert read_back["TimeRange"]["StartTime"] == moment


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Username": None}, "/Username: is required"),
        ({"Username": 7}, "/Username: text is expected"),
        ({"Username": "x" * 101}, "/Username: at most 100 characters"),
        ({"PhoneConfig": []}, "/PhoneConfig: an object is expected"),
        ({"PhoneConfig": {"PhoneType": "CAN"}}, "/PhoneConfig/PhoneType: one of SOFT_PHONE, DESK"),
        ({"PhoneConfig": {"AutoAccept": "yes"}}, "/PhoneConfig/AutoAccept: true or false"),
        ({"PhoneConfig": {"AfterContactWorkTimeLimit": 1.5}}, "Limit: a whole number"),
        ({"PhoneConfig": {"AfterContactWorkTimeLimit": True}}, "Limit: a whole number"),
        ({"PhoneConfig": {"AfterContactWorkTimeLimit": -1}}, "Limit: at least 0"),
        ({"SecurityProfileIds": "agent"}, "/SecurityProfileIds: a list is expected"),
        ({"SecurityProfileIds": []}, "/SecurityProfileIds: at least 1 members"),
        ({"SecurityProfileIds": ["a", {}]}, "/SecurityProfileIds/1: text is expected"),
        ({"Tags": {"aws:x": "y"}}, "/Tags/aws:x: text that matches"),
        ({"Tags": ["x"]}, "/Tags: an object is expected"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_a_pointer_with_what_is_expected(
    change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(Refused) as refused:
        given("CreateUser", USER | change)
    assert expected in refused.value.message
    assert (refused.value.status, refused.value.error) == (400, "InvalidParameterException")


def test_all_problems_are_told_at_once_and_no_value_is_repeated() -> None:
    with pytest.raises(Refused) as refused:
        given("CreateUser", {"Password": 12345, "PhoneConfig": {"PhoneType": "secret"}})
    told = refused.value.message
    assert told.count(";") >= 4
    assert "12345" not in told and "secret" not in told


def test_a_union_has_exactly_one_member() -> None:
    body = {"Name": "x", "Values": {}}
    with pytest.raises(Refused, match=r"exactly one of StringList"):
        given("CreatePredefinedAttribute", body)


@pytest.mark.parametrize("body", [[], "x", 7, None])
def test_a_body_is_an_object(body: object) -> None:
    with pytest.raises(Refused, match="JSON object"):
        given("CreateUser", body)


@pytest.mark.parametrize("said", [["x"], ["1e3"], ["9" * 30], [""], ["0"], ["1001"]])
def test_a_number_in_a_query_is_whole_and_within_its_bounds(said: list[str]) -> None:
    with pytest.raises(Refused, match="/MaxResults"):
        given("ListUsers", {}, maxResults=said)


def test_an_operation_without_that_error_answers_with_the_other_one() -> None:
    body = {"InstanceId": "earshot", "ContactId": "c", "UserId": "u"}
    with pytest.raises(Refused) as refused:
        given("MonitorContact", body | {"AllowedMonitorCapabilities": ["SING"]})
    assert refused.value.error == "InvalidRequestException"


@pytest.mark.parametrize("said", [float("nan"), float("inf"), 1e300, "tomorrow", True])
def test_a_time_that_is_none_is_refused(said: object) -> None:
    window = {"Type": "INITIATION_TIMESTAMP", "StartTime": said, "EndTime": 0}
    with pytest.raises(Refused, match="/TimeRange/StartTime: a time is expected"):
        given("SearchContacts", {"InstanceId": "earshot", "TimeRange": window})


def test_a_pattern_that_is_escaped_twice_means_what_it_was_before() -> None:
    phone = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+4930123"}}
    asked: dict[str, Any] = {"Name": "chief", "QuickConnectConfig": phone}
    assert given("CreateQuickConnect", asked)["QuickConnectConfig"] == phone
    phone["PhoneConfig"] = {"PhoneNumber": "4930123"}
    with pytest.raises(Refused, match="PhoneNumber: text that matches"):
        given("CreateQuickConnect", asked)


def test_a_pattern_between_slashes_is_what_stands_between_them() -> None:
    assert given("CreateUser", USER | {"Password": "Correct-Horse-9"})["Password"]
    with pytest.raises(Refused, match="/Password: text that matches"):
        given("CreateUser", USER | {"Password": "correct-horse"})


def test_every_pattern_of_the_model_is_one_we_can_hold_a_text_against() -> None:
    import regex
    from botocore.loaders import Loader

    shapes = Loader().load_service_model("connect", "service-2")["shapes"].values()
    patterns = [each["pattern"] for each in shapes if "pattern" in each]
    assert len(patterns) > 50
    assert all(regex.compile(each) for each in patterns)
