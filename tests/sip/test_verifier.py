"""The server's side of digest: what it asks for, and what it takes."""

from __future__ import annotations

import sys
from itertools import count
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.digest import ALGORITHMS, QOPS, Account, credentials, ha1, parse_digest
from sip.errors import PeerError
from sip.headers import Headers
from sip.message import Request
from sip.nonces import MAX_NONCES
from sip.verifier import Outcome, Verdict, Verifier

REALM, URI, PASSWORD = "earshot", "sip:support@pbx.example", 'pass"word é'
SECRET = b"only for tests"
OFFERED = ("SHA-256", "MD5")


def account(username: str, *algorithms: str) -> Account:
    names = algorithms or tuple(ALGORITHMS)
    return Account(username, {name: ha1(username, REALM, PASSWORD, name) for name in names})


def verifier(*accounts: Account, nonce_seconds: float = 300.0, secret: bytes = SECRET) -> Verifier:
    known = accounts or (account("anna"),)
    people = {one.username: one for one in known}
    return Verifier(REALM, people, secret, nonce_seconds, OFFERED)


def invite(
    *authorizations: str, uri: str = URI, method: str = "INVITE", body: bytes = b""
) -> Request:
    fields = Headers(("Authorization", value) for value in authorizations)
    return Request(method, uri, fields, body)


def proof(
    challenge: str,
    username: str = "anna",
    password: str = PASSWORD,
    nc: int = 1,
    uri: str = URI,
    body: bytes = b"",
) -> str:
    return credentials(
        [challenge], username, password, "INVITE", uri, cnonce="c1", nc=nc, body=body
    )


def test_challenges_come_best_algorithm_first_and_alike_but_for_it() -> None:
    sha, md5 = verifier().challenges(10.0, "salt")
    assert "algorithm=SHA-256" in sha
    assert sha.replace("SHA-256", "MD5") == md5
    assert "stale" not in sha
    assert parse_digest(sha) == {
        "realm": REALM,
        "nonce": (parse_digest(md5) or {})["nonce"],
        "algorithm": "SHA-256",
        "qop": "auth",
    }


def test_a_stale_challenge_says_so() -> None:
    assert all("stale=true" in text for text in verifier().challenges(10.0, "s", stale=True))


def test_two_challenges_of_the_same_instant_differ() -> None:
    guard = verifier()
    assert guard.challenges(1.0, "a") != guard.challenges(1.0, "b")


@pytest.mark.parametrize("index", [0, 1])
def test_the_right_password_is_accepted_under_each_algorithm(index: int) -> None:
    guard = verifier()
    challenge = guard.challenges(10.0, "s")[index]
    assert guard.verify(invite(proof(challenge)), 11.0) == Verdict(Outcome.ACCEPTED, "anna")


def test_an_algorithm_that_is_not_offered_is_not_accepted_either() -> None:
    strict = Verifier(REALM, {"anna": account("anna")}, SECRET, algorithms=("SHA-256",))
    [challenge] = strict.challenges(10.0, "s")
    assert "algorithm=SHA-256" in challenge
    weaker = challenge.replace("algorithm=SHA-256", "algorithm=MD5")
    assert strict.verify(invite(proof(weaker)), 11.0).outcome is Outcome.WRONG
    assert strict.verify(invite(proof(challenge)), 11.0).outcome is Outcome.ACCEPTED


def test_no_credentials_or_those_of_another_realm_or_scheme_are_absent() -> None:
    guard = verifier()
    foreign = Verifier("elsewhere", {}, SECRET).challenges(1.0, "s")[0]
    for request in (invite(), invite(proof(foreign)), invite("Basic YW5uYTpw"), invite("Digest")):
        assert guard.verify(request, 1.0) == Verdict(Outcome.ABSENT)


def test_ours_is_found_among_the_credentials_of_several_realms() -> None:
    guard = verifier()
    foreign = Verifier("elsewhere", {}, SECRET).challenges(1.0, "s")[0]
    request = invite("Basic x", proof(foreign), proof(guard.challenges(1.0, "s")[0]))
    assert guard.verify(request, 1.0).outcome is Outcome.ACCEPTED


def test_wrong_password_unknown_user_and_other_method_look_the_same() -> None:
    guard = verifier()
    challenge = guard.challenges(1.0, "s")[0]
    wrong = [
        invite(proof(challenge, password="guess")),
        invite(proof(challenge, username="nobody")),
        invite(proof(challenge), method="REGISTER"),
        invite(proof(challenge, uri="sip:sales@pbx.example")),
        invite(proof(challenge, uri="tel:1234")),
        invite(proof(challenge, uri="nonsense")),
    ]
    assert {guard.verify(request, 1.0) for request in wrong} == {Verdict(Outcome.WRONG)}


def test_an_unknown_user_cannot_use_the_stand_in_for_his_password() -> None:
    guard = verifier(account("anna", "SHA-256"))
    md5 = guard.challenges(1.0, "s")[1]
    assert guard.verify(invite(proof(md5)), 1.0).outcome is Outcome.WRONG


def test_the_digest_uri_may_differ_in_host_and_port_and_parameters() -> None:
    guard = verifier()
    value = proof(guard.challenges(1.0, "s")[0], uri="sip:support@our-name.example:5061")
    assert guard.verify(invite(value, uri=URI + ";transport=udp"), 1.0).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(("qop=auth, ", ""), ("qop=auth", "qop=auth-int"), ("nc=00000001", "nc=1")),
        *(("nc=00000001", "nc=0000000g"), ("SHA-256", "SHA-512"), ("SHA-256", "SHA-256-sess")),
        *(('cnonce="c1", ', ""), ('username="anna"', 'username="Anna"')),
    ],
)
def test_what_we_did_not_ask_for_is_wrong(old: str, new: str) -> None:
    guard = verifier()
    value = proof(guard.challenges(1.0, "s")[0])
    assert old in value
    assert guard.verify(invite(value.replace(old, new)), 1.0).outcome is Outcome.WRONG


def test_quotes_and_case_are_free_where_the_grammar_leaves_them() -> None:
    guard = verifier()
    value = proof(guard.challenges(1.0, "s")[0])
    loose = value.replace("Digest ", "DIGEST   ").replace("qop=auth", 'QOP = "auth"')
    assert guard.verify(invite(loose), 1.0).outcome is Outcome.ACCEPTED


def test_a_count_may_be_used_once() -> None:
    guard = verifier()
    challenge = guard.challenges(1.0, "s")[0]
    outcomes = [
        guard.verify(invite(proof(challenge, nc=nc)), 2.0).outcome for nc in (1, 1, 3, 2, 2, 4)
    ]
    accepted, stale = Outcome.ACCEPTED, Outcome.STALE
    assert outcomes == [accepted, stale, accepted, accepted, stale, accepted]


def test_a_count_of_nought_is_no_use() -> None:
    guard = verifier()
    challenge = guard.challenges(1.0, "s")[0]
    assert guard.verify(invite(proof(challenge, nc=0)), 1.0).outcome is Outcome.STALE


def test_a_nonce_grows_old() -> None:
    guard = verifier(nonce_seconds=30.0)
    challenge = guard.challenges(100.0, "s")[0]
    assert guard.verify(invite(proof(challenge, nc=1)), 130.0).outcome is Outcome.ACCEPTED
    assert guard.verify(invite(proof(challenge, nc=2)), 130.1).outcome is Outcome.STALE


def test_a_nonce_of_the_future_is_stale() -> None:
    guard = verifier()
    challenge = guard.challenges(100.0, "s")[0]
    assert guard.verify(invite(proof(challenge)), 99.0).outcome is Outcome.STALE


def test_a_nonce_from_before_a_restart_is_stale_so_that_the_phone_does_not_ask_its_user() -> None:
    challenge = verifier(secret=b"before").challenges(1.0, "s")[0]
    assert verifier().verify(invite(proof(challenge)), 1.0).outcome is Outcome.STALE


def test_a_nonce_made_up_by_the_peer_is_stale() -> None:
    guard = verifier()
    made_up = guard.challenges(1.0, "s")[0].replace('nonce="0', 'nonce="1')
    foreign = 'Digest realm="earshot", nonce="é", algorithm=MD5, qop="auth"'
    for challenge in (made_up, foreign):
        assert guard.verify(invite(proof(challenge)), 1.0).outcome is Outcome.STALE


def test_a_wrong_password_does_not_use_up_the_nonce_of_another() -> None:
    guard = verifier()
    challenge = guard.challenges(1.0, "s")[0]
    assert guard.verify(invite(proof(challenge, password="x")), 1.0).outcome is Outcome.WRONG
    assert guard.verify(invite(proof(challenge)), 1.0).outcome is Outcome.ACCEPTED


def test_no_use_can_be_replayed_after_its_nonce_was_forgotten() -> None:
    guard = verifier()
    ids = count()

    def fresh(now: float) -> Request:
        return invite(proof(guard.challenges(now, f"s{next(ids)}")[1]))

    first, early = fresh(1.0), fresh(1.0)
    assert guard.verify(first, 1.0).outcome is Outcome.ACCEPTED
    for _ in range(MAX_NONCES):
        assert guard.verify(fresh(2.0), 2.0).outcome is Outcome.ACCEPTED
    assert guard.verify(first, 2.0).outcome is Outcome.STALE
    assert guard.verify(early, 2.0).outcome is Outcome.STALE
    assert guard.verify(fresh(2.0), 2.0).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "value",
    [
        *("Digest x", "Digest =", 'Digest a="b', "Digest a=b c=d", "Digest a="),
        *("Digest a=b, A=c", "Digest ,a=b", 'Digest a="b"c'),
    ],
)
def test_broken_parameters_are_refused(value: str) -> None:
    with pytest.raises(PeerError) as refused:
        verifier().verify(invite(value), 1.0)
    assert refused.value.status == 400


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_no_mutant_is_accepted_or_raises_anything_but_a_peer_error(draw: st.DataObject) -> None:
    guard = verifier()
    value = proof(guard.challenges(1.0, "s")[0])
    at = draw.draw(st.integers(len("Digest "), len(value)))
    noise = draw.draw(st.text(alphabet='ab0"\\=, é\udce9', min_size=1, max_size=6))
    request = invite(value[:at] + noise + value[at + draw.draw(st.integers(0, 6)) :])
    try:
        verdict = guard.verify(request, 1.0)
    except PeerError:
        return
    before, after = parse_digest(value), parse_digest(request.headers.get("Authorization") or "")
    assert (
        verdict.outcome is not Outcome.ACCEPTED or (before or {}).items() <= (after or {}).items()
    )


def challenge_for(guard: Verifier, algorithm: str) -> str:
    return next(each for each in guard.challenges(1.0, "s") if f"algorithm={algorithm}," in each)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("qop", QOPS)
def test_every_algorithm_and_quality_of_protection_can_be_offered(algorithm: str, qop: str) -> None:
    guard = Verifier(REALM, {"anna": account("anna")}, SECRET, 300.0, tuple(ALGORITHMS), [qop])
    request = invite(body=b"v=0")
    value = proof(challenge_for(guard, algorithm), body=request.body)
    assert f"qop={qop}," in value
    request.headers.set("Authorization", value)
    assert guard.verify(request, 1.0) == Verdict(Outcome.ACCEPTED, "anna")


def test_auth_int_covers_the_body_and_auth_does_not() -> None:
    guard = Verifier(REALM, {"anna": account("anna")}, SECRET, qops=QOPS)
    offered = guard.challenges(1.0, "s")[0]
    assert 'qop="auth, auth-int"' in offered
    for qop, outcome in (("auth-int", Outcome.WRONG), ("auth", Outcome.ACCEPTED)):
        taken = offered.replace("auth, auth-int", qop)
        request = invite(proof(taken, body=b"v=0"), body=b"v=0 changed on the way")
        assert guard.verify(request, 1.0).outcome is outcome


def test_the_one_who_is_claimed_is_known_before_anything_is_proven() -> None:
    guard = verifier()
    value = proof(guard.challenges(1.0, "s")[0], username="bob", password="guess")
    assert (guard.read(invite(value)) or {})["username"] == "bob"
    assert guard.read(invite()) is None
    with pytest.raises(PeerError):
        guard.read(invite(value.replace("username", "user")))


def test_an_unknown_user_takes_the_very_same_steps_as_a_known_one() -> None:
    """Every call, ours and the interpreter's, in its order: there is nothing left to time."""
    guard = verifier()

    def steps(username: str) -> list[str]:
        request = invite(proof(guard.challenges(1.0, "s")[0], username, "guess"))
        made: list[str] = []

        def note(frame: FrameType, event: str, called: object) -> None:
            name = frame.f_code.co_name if event == "call" else getattr(called, "__name__", "")
            made.append(f"{event} {name}")

        sys.setprofile(note)
        try:
            assert guard.verify(request, 1.0).outcome is Outcome.WRONG
        finally:
            sys.setprofile(None)
        return made

    known, unknown = steps("anna"), steps("nora")
    assert "call response_digest" in known and "c_call compare_digest" in known
    assert known == unknown
