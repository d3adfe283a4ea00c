from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config import ConfigError, Problem, Settings
from config.problems import did_you_mean, key_of, reason_for


def reasons(**values: Any) -> dict[str, str]:
    """What is said about values that are refused, by key."""
    with pytest.raises(ValidationError) as caught:
        Settings(**values)
    return {key_of(each["loc"]): reason_for(each) for each in caught.value.errors()}


@pytest.mark.parametrize(
    ("section", "key", "value", "reason"),
    [
        ("sip", "port", "abc", "expected a whole number, found 'abc'"),
        ("sip", "port", 1.5, "expected a whole number, found 1.5"),
        ("sip", "port", 70000, "expected at most 65535, found 70000"),
        ("sip", "port", -1, "expected at least 0, found -1"),
        ("sip", "port", {"a": 1}, "expected a whole number, found a table"),
        ("sip", "port", True, "expected a number or a text, found True"),
        ("sip", "nonce_seconds", 0, "expected more than 0.0, found 0"),
        ("sip", "nonce_seconds", [1], "expected a number, found a list"),
        ("sip", "realm", "", "expected at least 1 characters, found ''"),
        ("sip", "realm", 5, "expected a text, found 5"),
        ("sip", "realm", ["x"], "expected a text, found a list"),
        ("sip", "prot", 5070, "unknown key, did you mean 'port'?"),
        ("sip", "colour", "red", "unknown key"),
        ("recording", "directory", 7, "expected a path, found 7"),
    ],
)
def test_a_reason_says_what_was_expected_and_what_was_found(
    section: str, key: str, value: object, reason: str
) -> None:
    assert reasons(**{section: {key: value}}) == {f"{section}.{key}": reason}


def test_a_long_value_is_cut() -> None:
    reason = reasons(sip={"port": "x" * 1000})["sip.port"]
    assert reason.endswith("xxx...") and len(reason) < 120


def test_a_missing_key_was_expected() -> None:
    agents = [{"username": "ann"}]
    assert reasons(agents=agents) == {"agents[0]": "expected either a password or ha1, not both"}


@pytest.mark.parametrize(
    "values",
    [
        {"web": {"token": ["hunter2"]}},
        {"web": {"token": {"hunter2": "hunter2"}}},
        {"web": {"tokn": "hunter2"}},
        {"web": "hunter2"},
        {"agents": "hunter2"},
        {"agents": ["hunter2"]},
        {"agents": [{"username": "ann", "password": ["hunter2"]}]},
        {"agents": [{"username": "ann", "pasword": "hunter2"}]},
        {"supervisors": [[{"username": "ann", "password": "hunter2"}]]},
        {"queues": {"username": "ann", "password": "hunter2"}},
        {"colour": "hunter2"},
    ],
)
def test_no_reason_holds_a_secret(values: dict[str, Any]) -> None:
    assert "hunter2" not in str(reasons(**values))


def test_a_secret_is_told_by_its_kind() -> None:
    assert reasons(web={"token": 5}) == {"web.token": "expected a text, found a number"}


def test_a_key_is_written_as_a_person_would() -> None:
    assert key_of(("agents", 0, "queues", 1)) == "agents[0].queues[1]"
    assert key_of(("sip", "port")) == "sip.port"
    assert key_of(()) == ""


def test_a_name_that_resembles_none_suggests_none() -> None:
    assert did_you_mean("colour", ["port", "host"]) == ""


def test_a_config_error_says_every_problem_on_a_line_of_its_own() -> None:
    problems = [Problem("a.toml", "sip.port", "is odd"), Problem("a.toml", "", "is empty")]
    assert str(ConfigError(problems)) == "a.toml: sip.port: is odd\na.toml: is empty"
