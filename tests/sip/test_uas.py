"""What requests are refused with, and that refusing costs no memory."""

from __future__ import annotations

import pytest

from sip.digest import credentials
from sip.events import Cause, Ended, InviteReceived
from sip.flow import TCP, TLS, UDP, Flow
from sip.message import Response
from sip.refusal import ACCEPT, ALLOW
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import Finished
from tests.sip.raw import SDP, STRANGER, request
from tests.sip.scene import SERVER, Scene, causes


def refusal(scene: Scene, data: bytes) -> Response:
    """The one response to a request, which must have left nothing behind."""
    (response,) = scene.stranger(data)
    assert isinstance(response, Response)
    assert scene.is_empty
    return response


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "PUBLISH"])
def test_methods_of_other_rfcs_are_not_allowed(scene: Scene, method: str) -> None:
    response = refusal(scene, request(method))
    assert (response.status, response.headers.get("Allow")) == (405, ALLOW)


def test_a_method_nobody_knows_is_not_implemented(scene: Scene) -> None:
    response = refusal(scene, request("FROBNICATE"))
    assert (response.status, response.headers.get("Allow")) == (501, ALLOW)


def test_a_required_extension_is_named_as_unsupported(scene: Scene) -> None:
    response = refusal(scene, request("INVITE", "Require: gruu, timer, path", body=SDP))
    assert (response.status, response.headers.get("Unsupported")) == (420, "gruu, path")


def test_a_body_that_is_not_sdp_is_refused(scene: Scene) -> None:
    response = refusal(scene, request("INVITE", "Content-Type: text/plain", body=SDP))
    assert (response.status, response.headers.get("Accept")) == (415, ACCEPT)


def test_the_description_may_be_one_part_of_several(scene: Scene) -> None:
    text = "a part that may be read over"
    optional = f"Content-Disposition: render;handling=optional\r\n\r\n{text}"
    body = f"--x\r\n{optional}\r\n--x\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--x--"
    scene.stranger(request("INVITE", "Content-Type: multipart/mixed;boundary=x", body=body))
    assert scene.incoming().offer == SessionDescription.parse(SDP)


def test_a_compressed_body_is_refused(scene: Scene) -> None:
    fields = ("Content-Type: application/sdp", "Content-Encoding: gzip")
    assert refusal(scene, request("INVITE", *fields, body=SDP)).status == 415


def test_a_body_without_a_type_is_taken_for_sdp(scene: Scene) -> None:
    data = request("INVITE", body=SDP).replace(b"Content-Type: application/sdp\r\n", b"")
    assert scene.statuses(data) == [100]


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (400, request("INVITE", contact="", body=SDP)),
        (400, request("INVITE", contact="<not a uri>", body=SDP)),
        (400, request("INVITE", "Record-Route: nonsense", body=SDP)),
        (400, request("INVITE", body="v=0\r\nnonsense\r\n")),
        (400, request("INVITE", "Max-Forwards: many", body=SDP)),
        (400, request("INVITE", "Content-Length: 7")),
        (403, request("REFER", "Refer-To: <sip:+390612345@carrier.example>")),
        (416, request("INVITE", uri="mailto:support@10.0.0.1", body=SDP)),
        (481, request("BYE")),
        (481, request("UPDATE", body=SDP)),
        (481, request("INFO")),
        (481, request("NOTIFY", "Event: refer", "Subscription-State: active")),
        (481, request("PRACK", "RAck: 1 1 INVITE")),
        (481, request("BYE", to_tag="unknown")),
        (481, request("INVITE", to_tag="unknown", body=SDP)),
        (481, request("CANCEL")),
        (483, request("INVITE", "Max-Forwards: 0", body=SDP)),
        (505, request("INVITE").replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia", 1)),
    ],
)
def test_what_cannot_be_served_is_refused(scene: Scene, status: int, data: bytes) -> None:
    assert refusal(scene, data).status == status


def test_a_copy_of_a_refused_request_gets_the_same_tag(scene: Scene) -> None:
    first, second = (refusal(scene, request("SUBSCRIBE")) for _ in range(2))
    other = refusal(scene, request("SUBSCRIBE", branch="b2", call_id="call-2"))
    assert first.to.tag and first.to.tag == second.to.tag != other.to.tag


def test_an_ack_is_never_answered(scene: Scene) -> None:
    assert scene.stranger(request("ACK")) == []
    assert scene.stranger(request("ACK", to_tag="unknown")) == []
    assert scene.stranger(request("ACK", "Content-Length: 99")) == []


def test_options_says_what_we_can_do_even_with_no_hops_left(scene: Scene) -> None:
    response = refusal(scene, request("OPTIONS", "Max-Forwards: 0"))
    assert response.status == 200
    assert response.headers.get("Allow") == ALLOW
    assert response.headers.get("Accept") == ACCEPT
    assert response.headers.get("Supported") == "100rel, norefersub, replaces, timer"


def test_options_in_a_dialog_says_the_same(scene: Scene) -> None:
    scene.answers()
    tag = scene.stranger(request("INVITE", body=SDP))[-1].to.tag or ""
    (response,) = scene.stranger(request("OPTIONS", branch="b2", cseq=2, to_tag=tag))
    assert isinstance(response, Response)
    assert (response.status, response.headers.get("Allow")) == (200, ALLOW)


def test_a_merged_request_is_refused_and_a_copy_is_not(scene: Scene) -> None:
    assert scene.statuses(request("INVITE", body=SDP)) == [100]
    assert scene.statuses(request("INVITE", branch="other", body=SDP)) == [482]
    assert scene.statuses(request("INVITE", body=SDP)) == [100]  # repeated by the transaction
    assert len(scene.server.reported(InviteReceived)) == 1


def test_a_cancel_is_answered_with_the_tag_of_the_invite(scene: Scene) -> None:
    scene.stranger(request("INVITE", body=SDP))
    sent = scene.stranger(request("CANCEL"))
    assert [each.status for each in sent if isinstance(each, Response)] == [200, 487]
    assert len({each.to.tag for each in sent}) == 1
    assert causes(scene) == [Cause.CANCELLED]


def test_a_cancel_after_the_answer_changes_nothing(scene: Scene) -> None:
    scene.answers()
    scene.stranger(request("INVITE", body=SDP))
    assert scene.statuses(request("CANCEL")) == [200]
    assert scene.server.reported(Ended) == []


def test_a_cancel_that_comes_after_the_end_has_the_tag_of_the_invite_too(up: Scene) -> None:
    invite = up.wire.passed[0].data
    up.phone.do(up.machine.hang_up(0.0))
    up.run(0.0)
    cancel = invite.replace(b"INVITE sip", b"CANCEL sip").replace(b" INVITE\r\n", b" CANCEL\r\n")
    up.wire.inject(cancel, up.phone.address, up.server.address)
    up.run(0.0)
    finals = [each.message for each in up.wire.passed if each.name.startswith("200 ")]
    assert [each.cseq.method for each in finals] == ["INVITE", "BYE", "CANCEL"]
    assert finals[0].to.tag == finals[2].to.tag


def test_a_cancel_for_a_reinvite_leaves_the_call_up(up: Scene) -> None:
    up.phone.do(up.machine.reinvite("", 0.0))
    up.run(0.0)
    reinvite = up.wire.passed[-2].data
    cancel = reinvite.replace(b"INVITE sip", b"CANCEL sip").replace(b" INVITE\r\n", b" CANCEL\r\n")
    up.wire.inject(cancel, up.phone.address, up.server.address)
    up.run(0.0)
    assert up.sent("200 CANCEL") and up.sent("487 INVITE")
    assert up.server.reported(Ended) == []


def test_a_request_whose_number_went_backwards_gets_500(scene: Scene) -> None:
    scene.answers()
    sent = scene.stranger(request("INVITE", cseq=10, body=SDP))
    tag = sent[-1].to.tag or ""
    assert scene.statuses(request("BYE", branch="b2", cseq=9, to_tag=tag)) == [500]
    assert scene.statuses(request("BYE", branch="b3", cseq=11, to_tag="wrong")) == [481]
    wrong_peer = request("BYE", branch="b4", cseq=11, to_tag=tag, from_tag="wrong")
    assert scene.statuses(wrong_peer) == [481]
    assert scene.server.reported(Ended) == []


def test_the_number_and_the_caller_are_taken_from_the_invite(scene: Scene) -> None:
    data = request("INVITE", uri="sip:%2B49301@10.0.0.1;user=phone", body=SDP)
    data = data.replace(b"From: <sip:stranger@10.0.0.9>", b'From: "Ann" <tel:+4917>')
    scene.stranger(data)
    call = scene.incoming()
    assert call.number == "+49301"
    assert (call.caller.display, call.caller.user) == ("Ann", "+4917")
    assert call.source == STRANGER


def test_an_invite_to_no_user_has_no_number(scene: Scene) -> None:
    scene.stranger(request("INVITE", uri="sip:10.0.0.1", body=SDP))
    assert scene.incoming().number == ""


def test_record_route_is_copied_into_what_makes_the_dialog(scene: Scene) -> None:
    scene.answers()
    routes = "Record-Route: <sip:10.0.0.8;lr>, <sip:10.0.0.7;lr>"
    (answer,) = scene.stranger(request("INVITE", routes, body=SDP))
    assert answer.headers.all("Record-Route") == ["<sip:10.0.0.8;lr>", "<sip:10.0.0.7;lr>"]


def test_record_route_is_not_copied_into_a_100(scene: Scene) -> None:
    assert scene.statuses(request("INVITE", "Record-Route: <sip:10.0.0.8;lr>", body=SDP)) == [100]
    assert "Record-Route" not in scene.wire.passed[-1].message.headers


def test_responses_go_to_where_the_request_came_from_when_it_asks_for_that(scene: Scene) -> None:
    via = "SIP/2.0/UDP 192.168.0.5:7000;rport"
    (response,) = scene.stranger(request("OPTIONS", via=via))
    assert response.via.params["received"] == STRANGER[0]
    assert response.via.params["rport"] == str(STRANGER[1])


def test_without_rport_the_port_of_the_via_counts(scene: Scene) -> None:
    scene.stranger(request("OPTIONS", via="SIP/2.0/UDP 10.0.0.9:7000"))
    assert scene.wire.passed[-1].target == (STRANGER[0], 7000)


def test_a_wrong_password_in_an_invite_is_challenged_again(scene: Scene) -> None:
    scene.machine = type(scene.machine)("agent1", "wrong", scene.server.address, STRANGER)
    scene.phone = scene.wire.attach(scene.machine, STRANGER)
    scene.dial()
    scene.run(0.0)
    scene.server.do(scene.endpoint.challenge(scene.incoming().session, 0.0))
    scene.run(0.0)
    (refused,) = scene.phone.reported(Finished)
    assert refused.status == 401
    challenges = refused.response.headers.lines("WWW-Authenticate")
    assert ["SHA-256" in challenges[0], "MD5" in challenges[1]] == [True, True]
    assert len(scene.server.reported(InviteReceived)) == 1  # the second never reached the user


def test_a_name_that_is_not_the_proven_one_is_forbidden(scene: Scene) -> None:
    scene.dial()
    scene.run(0.0)
    scene.wire.drop = lambda passed: passed.name == "INVITE"
    scene.server.do(scene.endpoint.challenge(scene.incoming().session, 0.0))
    scene.run(0.0)
    proven = scene.wire.passed[-1].data
    scene.wire.inject(proven.replace(b"From: <sip:agent1@", b"From: <sip:boss@"), *_between(scene))
    scene.run(0.0)
    assert scene.sent("403 INVITE")


def test_a_reused_nonce_count_is_stale_for_another_request(scene: Scene) -> None:
    scene.register()
    proven = next(each.data for each in reversed(scene.wire.passed) if each.name == "REGISTER")
    replayed = proven.replace(b"branch=", b"branch=z9hG4bKreplayed").replace(b": 2 REG", b": 3 REG")
    scene.wire.inject(replayed, *_between(scene))
    scene.run(0.0)
    refused = scene.wire.passed[-1].message
    assert isinstance(refused, Response) and refused.status == 401
    assert "stale=true" in (refused.headers.get("WWW-Authenticate") or "")


def test_a_request_in_a_dialog_is_not_challenged(up: Scene) -> None:
    up.phone.do(up.machine.update("", 0.0))
    up.run(0.0)
    assert up.sent("200 UPDATE")


def test_an_ack_with_the_branch_of_the_invite_confirms_too(scene: Scene) -> None:
    scene.answers()
    sent = scene.stranger(request("INVITE", body=SDP))
    scene.stranger(request("ACK", to_tag=sent[-1].to.tag or ""))
    scene.run(10.0)
    assert len(scene.sent("200 INVITE")) == 1


def test_a_peer_of_rfc_2543_is_matched_without_a_branch(scene: Scene) -> None:
    scene.answers()
    invite = request("INVITE", body=SDP).replace(b";branch=z9hG4bKb1", b"")
    sent = scene.stranger(invite)
    assert scene.stranger(invite) == []  # absorbed
    ack = request("ACK", to_tag=sent[-1].to.tag or "").replace(b";branch=z9hG4bKb1", b"")
    scene.stranger(ack)
    scene.run(10.0)
    assert len(scene.sent("200 INVITE")) == 1


def test_an_old_caller_without_a_tag_talks_and_hangs_up(scene: Scene) -> None:
    scene.answers()
    untagged = (b";tag=f1", b"")
    sent = scene.stranger(request("INVITE", body=SDP).replace(*untagged))
    tag = sent[-1].to.tag or ""
    scene.stranger(request("ACK", branch="b2", to_tag=tag).replace(*untagged))
    bye = request("BYE", branch="b3", cseq=2, to_tag=tag).replace(*untagged)
    assert scene.statuses(bye) == [200]
    assert scene.endpoint.sessions_open == 0


def test_an_answer_that_may_not_be_a_description_cannot_be_given(scene: Scene) -> None:
    assert scene.statuses(request("INVITE", "Accept: text/plain", body=SDP)) == [406]
    assert scene.statuses(request("INVITE", "Accept:", branch="b2", body=SDP)) == [406]
    for number, accept in enumerate(("application/SDP;q=1, text/x", "application/*", "*/*")):
        name = f"ok{number}"
        invite = request("INVITE", f"Accept: {accept}", branch=name, call_id=name, body=SDP)
        assert scene.statuses(invite) == [100]


def test_a_broken_request_by_a_method_of_the_future_gets_501(scene: Scene) -> None:
    wrong = request("PEEK").replace(b"CSeq: 1 PEEK", b"CSeq: 1 INVITE")
    assert scene.statuses(wrong) == [501]
    assert scene.statuses(wrong.replace(b"PEEK", b"ACK")) == []


def test_a_registration_is_of_a_sip_address(scene: Scene) -> None:
    data = request("REGISTER").replace(b"To: <sip:support@10.0.0.1>", b"To: <tel:+4930>")
    assert scene.statuses(data) == [400]


def _between(scene: Scene) -> tuple[tuple[str, int], tuple[str, int]]:
    return scene.phone.address, scene.server.address


def test_who_calls_over_tls_may_be_told_keys(scene: Scene) -> None:
    for number, transport in enumerate((UDP, TCP, TLS)):
        flow = Flow(transport, STRANGER[0], 5060 + number, None if transport == UDP else number)
        data = request("INVITE", branch=f"s{number}", call_id=f"call-{number}", body=SDP)
        scene.server.do(scene.endpoint.receive(data, flow, scene.now))
        assert scene.incoming().secure is (transport == TLS)


def test_whoever_calls_from_where_a_phone_of_ours_is_proves_who_that_is(scene: Scene) -> None:
    for number, party in enumerate(("stranger", "agent1", "anonymous")):
        data = request("INVITE", branch=f"a{number}", call_id=f"a{number}", body=SDP)
        data = data.replace(b"<sip:stranger@10.0.0.9>;tag", f"<sip:{party}@x>;tag".encode())
        assert scene.statuses(data) == [100]
    scene.wire.inject(proven_register(scene), STRANGER, SERVER)
    scene.run(0.0)
    assert scene.endpoint.is_registered("agent1")
    for number, party in enumerate(("stranger", "agent1", "anonymous")):
        data = request("INVITE", branch=f"b{number}", call_id=f"b{number}", body=SDP)
        data = data.replace(b"<sip:stranger@10.0.0.9>;tag", f"<sip:{party}@x>;tag".encode())
        assert scene.statuses(data) == [401]


def proven_register(scene: Scene) -> bytes:
    """A REGISTER of agent1 from where the stranger is."""
    lines = {"uri": "sip:10.0.0.1", "branch": "r1", "call_id": "r1"}
    first = request("REGISTER", **lines).replace(b"To: <sip:support@", b"To: <sip:agent1@")
    (response,) = scene.stranger(first)
    challenges = response.headers.lines("WWW-Authenticate")
    proof = credentials(challenges, "agent1", "secret", "REGISTER", "sip:10.0.0.1", cnonce="c")
    lines["branch"] = "r2"
    again = request("REGISTER", f"Authorization: {proof}", cseq=2, **lines)  # type: ignore[arg-type]
    return again.replace(b"To: <sip:support@", b"To: <sip:agent1@")
