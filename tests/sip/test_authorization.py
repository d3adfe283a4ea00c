"""What is proven to whom: the rules, then whole calls against a stranger that challenges."""

from __future__ import annotations

import pytest

from sip.authorization import MAX_STALE, Authorization
from sip.digest import Account, ha1, parse_digest
from sip.events import Answered, Cause, Ended, SessionId
from sip.headers import Headers
from sip.message import Request, Response
from sip.verifier import Outcome, Verifier
from tests.sip.raw import SDP, response
from tests.sip.scene import OURS, SERVER, Scene, account, causes, numbered

TRUNK = Account("us", {name: ha1("us", "trunk", "secret", name) for name in ("SHA-256", "MD5")})
LOGINS = {"trunk": TRUNK}


def verifier(realm: str = "trunk") -> Verifier:
    return Verifier(realm, {"us": TRUNK}, b"the trunk's")


def challenge(realm: str = "trunk", nonce: str = "n1", *more: str) -> str:
    return ", ".join([f'Digest realm="{realm}", nonce="{nonce}", qop="auth"', *more])


def asked(method: str = "INVITE", number: int = 1, **proofs: str) -> Request:
    fields = [("CSeq", f"{number} {method}"), ("From", "<sip:us@h>;tag=1")]
    fields += [(name.replace("_", "-"), value) for name, value in proofs.items()]
    return Request(method, "sip:them@10.0.0.9", Headers(fields), b"body")


def refusal(*challenges: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status, "", Headers((name, value) for value in challenges))


def authorization() -> Authorization:
    return Authorization(LOGINS, numbered())


def test_a_challenge_is_answered_under_the_next_number_with_everything_else_the_same() -> None:
    judge = verifier()
    request = asked()
    again = authorization().answer(request, refusal(*judge.challenges(0.0, "salt")), 2)
    assert again and (str(again.cseq), again.uri, again.body) == ("2 INVITE", request.uri, b"body")
    assert again.from_ == request.from_
    assert judge.verify(again, 1.0).outcome is Outcome.ACCEPTED
    assert "Authorization" not in request.headers


def test_a_proxy_is_answered_in_its_own_field() -> None:
    again = authorization().answer(asked(), refusal(challenge(), status=407), 2)
    assert again and again.headers.lines("Proxy-Authorization")
    assert "Authorization" not in again.headers


def test_no_other_realm_ever_gets_an_answer() -> None:
    assert authorization().answer(asked(), refusal(challenge("evil")), 2) is None
    assert authorization().answer(asked(), refusal(challenge("Trunk")), 2) is None
    again = authorization().answer(asked(), refusal(challenge("evil"), challenge()), 2)
    assert again
    given = [parse_digest(value) for value in again.headers.lines("Authorization")]
    assert [each and each["realm"] for each in given] == ["trunk"]


def test_every_realm_of_ours_is_answered_once_by_the_first_algorithm_we_have() -> None:
    logins = {**LOGINS, "edge": Account("e", {"MD5": ha1("e", "edge", "x", "MD5")})}
    refused = refusal(
        challenge("edge", "n", "algorithm=SHA-256"),
        challenge("edge", "n", "algorithm=MD5"),
        challenge("trunk", "m", "algorithm=SHA-256"),
        challenge("trunk", "m", "algorithm=MD5"),
        status=407,
    )
    again = Authorization(logins, numbered()).answer(asked(), refused, 2)
    assert again
    given = [parse_digest(value) or {} for value in again.headers.lines("Proxy-Authorization")]
    assert [(each["realm"], each["algorithm"]) for each in given] == [
        ("edge", "MD5"),
        ("trunk", "SHA-256"),
    ]


@pytest.mark.parametrize(
    "text", ["Basic realm=trunk", 'Digest realm="trunk"', "Digest broken", "", 'Digest nonce="n"']
)
def test_a_challenge_that_cannot_be_read_or_met_is_not_answered(text: str) -> None:
    assert authorization().answer(asked(), refusal(text), 2) is None


def test_a_wrong_answer_is_not_repeated() -> None:
    prover = authorization()
    again = prover.answer(asked(), refusal(challenge()), 2)
    assert again and prover.answer(again, refusal(challenge(nonce="n2")), 3) is None


def test_a_stale_answer_is_renewed_once() -> None:
    prover, number = authorization(), 2
    again = prover.answer(asked(), refusal(challenge()), number)
    for _ in range(MAX_STALE):
        number += 1
        assert again
        again = prover.answer(again, refusal(challenge("trunk", "n2", "stale=TRUE")), number)
    assert again and 'nonce="n2"' in (again.headers.get("Authorization") or "")
    assert prover.answer(again, refusal(challenge("trunk", "n3", "stale=true")), number + 1) is None


def test_another_request_starts_anew() -> None:
    prover = authorization()
    again = prover.answer(asked(), refusal(challenge()), 2)
    assert again and prover.answer(again, refusal(challenge("trunk", "x", "stale=true")), 3)
    assert prover.answer(asked("BYE", 9), refusal(challenge()), 10)
    assert prover.answer(asked("INVITE", 11), refusal(challenge()), 12)


# Whole calls


@pytest.fixture
def trunk(scene: Scene) -> Scene:
    """The endpoint has called the stranger, with a login for its realm."""
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    _, actions = scene.endpoint.invite(
        "agent1", caller="", offer=OURS, logins=LOGINS, now=scene.now
    )
    scene.server.do(actions)
    return scene


def last(scene: Scene, method: str) -> Request:
    sent = [each.message for each in scene.wire.passed if each.name == method]
    assert isinstance(sent[-1], Request)
    return sent[-1]


def challenged(scene: Scene, method: str = "INVITE", tag: str = "t1") -> list[Request | Response]:
    values = verifier().challenges(scene.now, f"salt{len(scene.wire.passed)}")
    fields = [("WWW-Authenticate", value) for value in values]
    return scene.stranger(response(last(scene, method), 401, *fields, to_tag=tag))


def test_a_challenged_invite_comes_back_in_the_same_call(trunk: Scene) -> None:
    first = last(trunk, "INVITE")
    ack, second = challenged(trunk)
    assert isinstance(ack, Request) and isinstance(second, Request)
    assert (ack.method, second.method) == ("ACK", "INVITE")
    assert second.cseq.number == first.cseq.number + 1
    assert (second.call_id, second.from_, second.to) == (first.call_id, first.from_, first.to)
    assert second.via.branch != first.via.branch
    assert verifier().verify(second, trunk.now).outcome is Outcome.ACCEPTED
    trunk.stranger(response(second, 200, body=SDP))
    assert len(trunk.server.reported(Answered)) == 1
    proof = last(trunk, "ACK").headers.lines("Authorization")
    assert proof == second.headers.lines("Authorization")


def test_without_a_login_the_challenge_is_a_refusal(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    scene.call()
    (ack,) = challenged(scene)
    assert isinstance(ack, Request) and ack.method == "ACK"
    ended = scene.server.reported(Ended)
    assert [(event.cause, event.status) for event in ended] == [(Cause.REFUSED, 401)]


def test_a_call_that_was_hung_up_is_not_tried_again(trunk: Scene) -> None:
    session = next(iter(call_of(trunk)))
    trunk.server.do(trunk.endpoint.hang_up(session, trunk.now))
    assert [each.method for each in challenged(trunk) if isinstance(each, Request)] == ["ACK"]
    trunk.run(60.0)
    assert causes(trunk) == [Cause.LOCAL]
    assert trunk.is_empty


def call_of(scene: Scene) -> list[SessionId]:
    """The session of the fixture's call, by asking for what is not allowed yet."""
    scene.stranger(response(last(scene, "INVITE"), 180))
    return [event.session for event in scene.events() if hasattr(event, "session")]


def test_a_cancel_after_a_second_try_waits_for_a_provisional_to_that_one(trunk: Scene) -> None:
    session = call_of(trunk)[0]
    challenged(trunk)
    trunk.server.do(trunk.endpoint.hang_up(session, trunk.now))
    assert trunk.sent("CANCEL") == []
    trunk.stranger(response(last(trunk, "INVITE"), 100))
    assert last(trunk, "CANCEL").cseq.number == last(trunk, "INVITE").cseq.number


def test_a_challenged_reinvite_and_a_challenged_bye_are_answered_too(trunk: Scene) -> None:
    session = call_of(trunk)[0]
    challenged(trunk)
    trunk.stranger(response(last(trunk, "INVITE"), 200, body=SDP))
    trunk.server.do(trunk.endpoint.reoffer(session, OURS, trunk.now))
    challenged(trunk)
    reinvite = last(trunk, "INVITE")
    assert verifier().verify(reinvite, trunk.now).outcome is Outcome.ACCEPTED
    trunk.stranger(response(reinvite, 200, body=SDP))
    trunk.server.do(trunk.endpoint.hang_up(session, trunk.now))
    challenged(trunk, "BYE")
    bye = last(trunk, "BYE")
    assert verifier().verify(bye, trunk.now).outcome is Outcome.ACCEPTED
    numbers = [reinvite.cseq.number, bye.cseq.number]
    assert numbers == [4, 6]  # the INVITE took 1 and 2, each challenge one more
    trunk.stranger(response(bye, 200))
    trunk.run(60.0)
    assert causes(trunk) == [Cause.LOCAL]
    assert trunk.is_empty


def test_who_answers_in_place_of_the_one_we_called_gets_no_proof(trunk: Scene) -> None:
    """The callee says to reach it elsewhere, and challenges there in the realm of the trunk."""
    session = call_of(trunk)[0]
    challenged(trunk)
    elsewhere = ("Contact", "<sip:thief@10.0.0.66:5060>")
    trunk.stranger(response(last(trunk, "INVITE"), 200, elsewhere, body=SDP))
    trunk.server.do(trunk.endpoint.hang_up(session, trunk.now))
    assert trunk.wire.passed[-1].target == ("10.0.0.66", 5060)
    assert challenged(trunk, "BYE") == []
    proofs = [each for each in trunk.wire.passed if b"\r\nAuthorization" in each.data]
    assert {each.target[0] for each in proofs if each.source == SERVER} == {"10.0.0.9"}
    assert last(trunk, "ACK").headers.lines("Authorization") == ()


def test_an_account_of_a_phone_is_a_login_as_well() -> None:
    mine = account("agent1")
    judge = Verifier("earshot", {"agent1": mine}, b"s")
    prover = Authorization({"earshot": mine}, numbered())
    again = prover.answer(asked(), refusal(*judge.challenges(0.0, "s")), 2)
    assert again and judge.verify(again, 0.0).username == "agent1"
