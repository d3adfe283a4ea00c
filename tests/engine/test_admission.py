from engine.admission import Admission, Decision, Verdict

HOUSE = Admission(numbers={"support"}, people={"agent1", "manager1"}, max_calls=2)


def decide(
    number: str, username: str | None = None, *, calls: int = 0, draining: bool = False
) -> Decision:
    return HOUSE.decide(number, username, calls=calls, draining=draining)


def test_anybody_may_dial_a_number() -> None:
    assert decide("support").verdict is Verdict.ACCEPT


def test_an_unknown_number_is_not_found() -> None:
    assert decide("sales").status == 404


def test_a_stranger_who_dials_an_extension_is_asked_for_a_password() -> None:
    assert decide("agent1").verdict is Verdict.CHALLENGE


def test_extensions_cannot_be_dialled_by_colleagues_either() -> None:
    assert decide("agent1", "manager1").status == 403


def test_no_new_call_beyond_the_limit_or_while_draining() -> None:
    assert decide("support", calls=1).verdict is Verdict.ACCEPT
    assert decide("support", calls=2).status == 503
    assert decide("support", draining=True).status == 503
