from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from config import Settings, starter
from config.directory import Conflict, conflicts, warnings


def settings(
    agents: dict[str, list[str]] | None = None,
    supervisors: tuple[str, ...] = (),
    queues: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
) -> Settings:
    """`agents`: the queues they serve, by user name."""
    people = agents or {}
    written: dict[str, Any] = {
        "agents": [
            {"username": name, "password": "x", "queues": serves} for name, serves in people.items()
        ],
        "supervisors": [{"username": name, "password": "x"} for name in supervisors],
        "queues": [{"name": name} for name in queues],
        "numbers": [{"number": number, "flow": "f.json"} for number in numbers],
    }
    return Settings(**written)


def test_a_directory_that_fits_together_has_no_conflicts() -> None:
    fine = settings({"agent1": ["support"], "agent2": []}, ("manager1",), ("support",), ("100",))
    assert conflicts(fine) == []


def test_an_agent_serves_queues_that_exist() -> None:
    assert conflicts(settings({"agent1": ["support", "suport"]}, queues=("support",))) == [
        Conflict(("agents", 0, "queues", 1), "there is no queue 'suport', did you mean 'support'?")
    ]


def test_a_user_name_is_used_once_among_agents_and_supervisors() -> None:
    assert conflicts(settings({"ann": [], "bob": []}, ("cid", "bob", "cid"))) == [
        Conflict(
            ("supervisors", 1, "username"),
            "the user name 'bob' is used by agents[1].username already",
        ),
        Conflict(
            ("supervisors", 2, "username"),
            "the user name 'cid' is used by supervisors[0].username already",
        ),
    ]


def test_queues_and_numbers_are_there_once() -> None:
    found = conflicts(settings(queues=("a", "b", "a"), numbers=("1", "1")))
    assert [each.place for each in found] == [("queues", 2, "name"), ("numbers", 1, "number")]


def test_who_has_digests_has_one_for_each_algorithm_on_offer() -> None:
    person = {"username": "ann", "ha1": {"MD5": "0" * 32}}
    written: dict[str, Any] = {"agents": [person], "sip": {"digest_algorithms": ["SHA-256", "MD5"]}}
    assert conflicts(Settings(**written)) == [
        Conflict(
            ("agents", 0, "ha1"), "there is none for SHA-256, which sip.digest_algorithms offers"
        )
    ]
    written["sip"] = {"digest_algorithms": ["MD5"]}
    assert conflicts(Settings(**written)) == []


def test_a_number_is_no_user_name() -> None:
    found = conflicts(settings({"ann": []}, numbers=("support", "ann")))
    assert found == [Conflict(("numbers", 1, "number"), "'ann' is a user name too")]


def test_all_conflicts_are_told() -> None:
    assert len(conflicts(settings({"ann": ["x", "y"]}, ("ann",), ("q", "q"), ("1", "1")))) == 5


def dialler(**agent: Any) -> dict[str, Any]:
    """A configuration with one agent who is like that."""
    return {
        "queues": [{"name": "support"}],
        "agents": [{"username": "ann", "password": "x", "queues": ["support"], **agent}],
        "numbers": [{"number": "1", "flow": "f.json"}],
        "web": {"token": "x"},
    }


def test_who_may_dial_does_so_for_a_queue_that_exists() -> None:
    assert conflicts(Settings(**dialler(may_dial=["+"]))) == [
        Conflict(("agents", 0, "may_dial"), "there is no outbound_queue to dial for")
    ]
    (found,) = conflicts(Settings(**dialler(may_dial=["+"], outbound_queue="suport")))
    assert found.reason == "there is no queue 'suport', did you mean 'support'?"


def test_trunks_are_there_once() -> None:
    trunks = [{"name": "one", "host": "10.0.0.1"}] * 2
    (found,) = conflicts(Settings(trunks=trunks))  # type: ignore[arg-type]
    assert found == Conflict(
        ("trunks", 1, "name"), "the trunk 'one' is used by trunks[0].name already"
    )


def test_a_trunk_over_tls_needs_a_listener_for_what_it_sends() -> None:
    trunks = [
        {"name": "one", "host": "one.example", "transport": "tls"},
        {"name": "two", "host": "two.example", "proxy": "sips:edge.example"},
        {"name": "three", "host": "three.example", "proxy": "sip:edge.example;transport=TLS"},
        {"name": "four", "host": "four.example"},
    ]
    found = conflicts(Settings(trunks=trunks))  # type: ignore[arg-type]
    assert [each.place for each in found] == [
        ("trunks", 0, "transport"),
        ("trunks", 1, "proxy"),
        ("trunks", 2, "proxy"),
    ]
    sip, tls = {"listeners": ["tls:192.0.2.1:5061"]}, {"certificate": "sip.pem"}
    assert conflicts(Settings(trunks=trunks, sip=sip, tls=tls)) == []  # type: ignore[arg-type]


def test_who_may_dial_with_no_trunk_that_allows_it_is_a_warning() -> None:
    written = dialler(may_dial=["+49"], outbound_queue="support")
    assert warnings(Settings(**written)) == ["no trunk allows a call by the agent 'ann'"]
    trunk = {"name": "one", "host": "h", "allowed": ["+49"], "caller_id": "+49301234567"}
    assert warnings(Settings(**written, trunks=[trunk])) == []


def test_what_is_hardly_meant_is_a_warning() -> None:
    assert warnings(settings({"ann": []}, queues=("support",))) == [
        "there are no numbers: nobody can call",
        "no agent serves the queue 'support'",
        "the agent 'ann' serves no queue",
        "web.token is not set: the API refuses all",
    ]


def test_the_starter_is_a_configuration_without_a_warning() -> None:
    loaded = Settings(**tomllib.loads(starter(Path("flows/support.json"))))
    assert conflicts(loaded) == warnings(loaded) == []
    assert loaded.numbers[0].flow == Path("flows/support.json")


def test_every_starter_has_secrets_of_its_own() -> None:
    secrets = set()
    for _ in range(2):
        loaded = Settings(**tomllib.loads(starter(Path("f.json"))))
        assert loaded.web.token is not None
        people = [loaded.agents[0].password, loaded.supervisors[0].password]
        secrets |= {one.get_secret_value() for one in (loaded.web.token, *people)}
    assert len(secrets) == 6
    assert all(len(secret) >= 16 for secret in secrets)


def test_the_path_of_a_starter_may_hold_anything() -> None:
    path = Path('C:\\flows "new"/süß.json')
    assert Settings(**tomllib.loads(starter(path))).numbers[0].flow == path
