from __future__ import annotations

import pytest

from sip.message import parse
from sip.session_identifier import NIL, SessionIdentifier
from tests.sip.pair import ANSWER, Pair
from tests.sip.raw import SDP, request
from tests.sip.scene import OURS, Scene

THEIRS = "47755a9de7794ba387653f2099600ef2"


def test_it_is_32_digits_that_do_not_tell_what_they_are_made_of() -> None:
    one, two = SessionIdentifier.minted("call", "tag"), SessionIdentifier.minted("call", "other")
    assert one == SessionIdentifier.minted("call", "tag") != two
    assert len(one.local) == 32 and set(one.local) <= set("0123456789abcdef")
    assert str(one) == f"{one.local};remote={NIL}"


@pytest.mark.parametrize(
    ("field", "remote"),
    [
        (f"Session-ID: {THEIRS};remote={NIL}", THEIRS),
        (f"session-id: {THEIRS.upper()}", THEIRS),
        *(("Session-ID: nonsense", NIL), (f"Session-ID: {THEIRS}0", NIL), ("X: y", NIL)),
    ],
)
def test_what_the_peer_says_of_itself_is_heard(field: str, remote: str) -> None:
    heard = SessionIdentifier.minted("c").heard(parse(request("INVITE", field)))
    assert heard.remote == remote
    assert heard.heard(parse(request("BYE"))) == heard


def test_every_message_of_a_call_names_both_ends_once_they_are_known() -> None:
    pair = Pair().up()
    pair.do(pair.caller, "hang_up")
    pair.run(1.0)
    bye, ok = (each.message.headers.get("Session-ID") or "" for each in pair.wire.passed)
    ours, _, theirs = bye.partition(";remote=")
    assert ok == f"{theirs};remote={ours}"
    assert NIL not in bye and ours != theirs


def test_both_sides_agree_from_the_first_answer_on() -> None:
    pair = Pair()
    pair.call()
    pair.do(pair.callee, "answer", ANSWER)
    pair.run(1.0)
    said = [each.message.headers.get("Session-ID") or "" for each in pair.wire.passed]
    named = {frozenset(field.split(";remote=")) for field in said}
    assert len(named - {frozenset(said[0].split(";remote="))}) == 1


def test_a_call_on_behalf_of_another_goes_on_with_its_value(scene: Scene) -> None:
    scene.register()
    scene.stranger(request("INVITE", f"Session-ID: {THEIRS};remote={NIL}", body=SDP))
    origin = scene.incoming().session
    _, actions = scene.endpoint.invite(
        "agent1", caller="", offer=OURS, on_behalf_of=origin, now=scene.now
    )
    scene.server.do(actions)
    invite = scene.wire.passed[-1].message
    assert invite.headers.get("Session-ID") == f"{THEIRS};remote={NIL}"
