"""Who a request proves to be, and the 401 for one that does not."""

from __future__ import annotations

import pytest

from sip.arrival import Arrival
from sip.authentication import Authentication
from sip.digest import credentials
from sip.refusal import Refusal
from sip.verifier import Verifier
from tests.sip.raw import arrived, request
from tests.sip.scene import account, numbered

URI = "sip:10.0.0.1"


def authentication() -> Authentication:
    return Authentication(Verifier("earshot", {"agent1": account("agent1")}, b"secret"), numbered())


def proving(challenges: list[str], password: str = "secret") -> Arrival:
    value = credentials(challenges, "agent1", password, "REGISTER", URI, cnonce="c")
    return arrived(request("REGISTER", f"Authorization: {value}", uri=URI))


def challenges(fields: tuple[tuple[str, str], ...]) -> list[str]:
    assert {name for name, _ in fields} == {"WWW-Authenticate"}
    return [value for _, value in fields]


def test_who_answers_the_challenge_is_proven() -> None:
    judge = authentication()
    arrival = proving(challenges(judge.challenge(0.0)))
    assert judge.proven(arrival) == "agent1"


def test_no_credentials_prove_nobody_and_are_challenged_where_required() -> None:
    judge = authentication()
    assert judge.proven(arrived(request("REGISTER"))) is None
    with pytest.raises(Refusal) as refused:
        judge.required(arrived(request("REGISTER")))
    assert refused.value.status == 401
    assert challenges(refused.value.fields)


def test_a_wrong_password_is_challenged_again_and_a_used_nonce_as_stale() -> None:
    judge = authentication()
    asked = challenges(judge.challenge(0.0))
    for arrival, stale in (
        (proving(asked, "guess"), False),
        (proving(asked), None),
        (proving(asked), True),
    ):
        if stale is None:
            assert judge.required(arrival) == "agent1"
            continue
        with pytest.raises(Refusal) as refused:
            judge.proven(arrival)
        assert all(("stale=true" in each) == stale for each in challenges(refused.value.fields))


def test_no_two_challenges_share_a_nonce() -> None:
    judge = authentication()
    assert judge.challenge(0.0) != judge.challenge(0.0)
