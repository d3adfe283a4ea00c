"""Who a request proves to be, and the 401 for one that does not."""

from __future__ import annotations

import pytest

from sip.arrival import Arrival
from sip.authentication import Authentication
from sip.digest import credentials
from sip.errors import PeerError
from sip.events import Event, Throttled
from sip.flow import UDP, Flow
from sip.refusal import Refusal, Silence
from sip.throttle import Throttle
from sip.verifier import Verifier
from tests.sip.raw import arrived, request
from tests.sip.scene import account, numbered

URI = "sip:10.0.0.1"


def authentication(told: list[Event] | None = None) -> Authentication:
    verifier = Verifier("earshot", {"agent1": account("agent1")}, b"secret")
    throttle = Throttle(from_source=3, for_user=5, seconds=60.0)
    return Authentication(
        verifier, throttle, numbered(), [].append if told is None else told.append
    )


def proving(
    challenges: list[str],
    password: str = "secret",
    username: str = "agent1",
    host: str = "10.0.0.9",
    now: float = 0.0,
) -> Arrival:
    value = credentials(challenges, username, password, "REGISTER", URI, cnonce="c")
    data = request("REGISTER", f"Authorization: {value}", uri=URI)
    return arrived(data, Flow(UDP, host, 5060), now)


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


def refusal(judge: Authentication, arrival: Arrival) -> PeerError:
    with pytest.raises(PeerError) as refused:
        judge.proven(arrival)
    return refused.value


@pytest.mark.parametrize("username", ["agent1", "nobody"])
def test_a_source_that_guesses_too_often_gets_silence_and_is_reported_once(username: str) -> None:
    told: list[Event] = []
    judge = authentication(told)
    asked = challenges(judge.challenge(0.0))
    guesses = [refusal(judge, proving(asked, "guess", username)) for _ in range(6)]
    assert [isinstance(each, Silence) for each in guesses] == [False] * 3 + [True] * 3
    assert told == [Throttled(host="10.0.0.9", username=None)]
    assert judge.blocked == 1
    right = proving(asked, username="agent1")
    assert isinstance(refusal(judge, right), Silence)


def test_a_blocked_source_still_gets_its_challenge() -> None:
    judge = authentication()
    asked = challenges(judge.challenge(0.0))
    for _ in range(4):
        refusal(judge, proving(asked, "guess"))
    assert judge.proven(arrived(request("REGISTER"))) is None


@pytest.mark.parametrize("username", ["agent1", "nobody"])
def test_a_name_that_is_guessed_at_from_everywhere_gets_503_for_a_while(username: str) -> None:
    told: list[Event] = []
    judge = authentication(told)
    asked = challenges(judge.challenge(0.0))
    hosts = [f"10.0.1.{number}" for number in range(7)]
    guesses = [refusal(judge, proving(asked, "guess", username, host)) for host in hosts]
    assert [each.status for each in guesses] == [401] * 5 + [503] * 2
    assert isinstance(guesses[-1], Refusal) and guesses[-1].fields == (("Retry-After", "60"),)
    assert told == [Throttled(host=None, username=username)]


def test_who_was_proven_before_is_not_locked_out_by_others() -> None:
    judge = authentication()
    asked = challenges(judge.challenge(0.0))
    assert judge.proven(proving(asked)) == "agent1"
    for _ in range(4):
        refusal(judge, proving(asked, "guess", "nobody"))
    again = challenges(judge.challenge(1.0))
    assert judge.proven(proving(again, now=1.0)) == "agent1"
    assert isinstance(refusal(judge, proving(asked, "guess", "nobody")), Silence)


def test_a_stale_nonce_is_no_guess() -> None:
    judge = authentication()
    asked = challenges(judge.challenge(0.0))
    assert judge.proven(proving(asked)) == "agent1"
    for _ in range(20):
        assert refusal(judge, proving(asked)).status == 401
