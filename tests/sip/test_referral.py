"""REFER as it is read, its few states, then whole calls of a stranger that wants a transfer."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.events import Referred, SessionId
from sip.exchange import Asked
from sip.message import Request, Response, parse
from sip.referral import Notice, Referral, Wish
from sip.replaces import Replaces
from tests.sip.raw import SDP, arrived, request, response
from tests.sip.scene import OURS, Scene
from tests.sip.test_server_transactions import Server

REPLACED = "<sip:b@h?Replaces=call-2%3Bto-tag%3Done%3Bfrom-tag%3Dtwo&Subject=x&Route=evil>"


def wish(target: str) -> Wish:
    refer = parse(request("REFER", f"Refer-To: {target}"))
    assert isinstance(refer, Request)
    return Wish.of(refer)


def test_a_blind_transfer_names_a_target() -> None:
    assert wish("Bob <sip:+39061@carrier.example;user=phone>") == Wish(
        "sip:+39061@carrier.example;user=phone", None
    )
    assert wish("tel:+39061") == Wish("tel:+39061", None)


def test_an_attended_one_names_a_dialog_and_nothing_else_it_carries_counts() -> None:
    assert wish(REPLACED) == Wish("sip:b@h", Replaces("call-2", "one", "two"))


@pytest.mark.parametrize(
    ("target", "status"),
    [
        *(("nonsense", 400), ("<sip:a@h>, <sip:b@h>", 400), ("<mailto:a@h>", 416)),
        *(("<sip:a@h?Replaces=x>", 400), ("<sip:a@h?Replaces=%3Bto-tag%3D1%3Bfrom-tag%3D2>", 400)),
        ("<sip:a@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&replaces=x>", 400),
    ],
)
def test_a_target_that_cannot_be_called_is_refused(target: str, status: int) -> None:
    with pytest.raises(PeerError) as refused:
        wish(target)
    assert refused.value.status == status


def asked(*fields: str) -> Asked:
    data = request("REFER", "Refer-To: <sip:a@h>", *fields, to_tag="ours")
    return Asked(arrived(data), Server().open(data))


def test_one_transfer_at_a_time_is_told_from_trying_to_its_end() -> None:
    referral, refer = Referral(), asked()
    assert referral.report(200) is None and referral.accept() is None
    assert referral.open(refer) and not referral.open(asked())
    assert referral.report(100) is None  # not before it is accepted
    assert referral.accept() == (refer, ())
    assert not referral.open(asked())
    ringing = Notice("refer", "active;expires=240", "SIP/2.0 180 Ringing\r\n")
    final = Notice("refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n")
    assert (referral.report(180), referral.report(200)) == (ringing, final)
    assert referral.report(200) is None
    assert referral.open(asked())


def test_notifies_of_a_later_transfer_name_it() -> None:
    referral = Referral()
    for event in ("refer", "refer;id=1", "refer;id=1"):
        referral.open(asked())
        referral.accept()
        notice = referral.report(200)
        assert notice and notice.event == event


def test_nothing_more_is_told_to_a_phone_that_has_forgotten_what_it_asked() -> None:
    referral = Referral()
    referral.open(asked())
    referral.accept()
    referral.forget()
    assert referral.report(180) is referral.report(200) is None
    assert referral.open(asked())


@pytest.mark.parametrize(
    ("field", "by"),
    [("Referred-By: A <sip:a@h>;x=y", "A <sip:a@h>;x=y"), ("b: <sip:a@h>", "<sip:a@h>")],
)
def test_who_wants_a_transfer_is_read_as_written(field: str, by: str) -> None:
    refer = parse(request("REFER", "Refer-To: <sip:a@h>", field))
    assert isinstance(refer, Request)
    assert Wish.of(refer).referred_by == by


def test_a_broken_referred_by_counts_as_absent() -> None:
    refer = parse(request("REFER", "Refer-To: <sip:a@h>", "Referred-By: nonsense"))
    assert isinstance(refer, Request)
    assert Wish.of(refer).referred_by is None


def test_a_refused_one_makes_room_for_the_next() -> None:
    referral, refer = Referral(), asked()
    referral.open(refer)
    assert referral.reject() is refer and referral.reject() is None
    assert referral.open(asked())


def test_who_wants_no_subscription_gets_none() -> None:
    referral = Referral()
    referral.open(asked("Refer-Sub: False"))
    accepted = referral.accept()
    assert accepted and accepted[1] == (("Refer-Sub", "false"),)
    assert referral.report(100) is referral.report(200) is None
    assert referral.open(asked())


# Whole calls


class Transfer:
    """A stranger in a call with us, its tag `f1`, ours `tag`."""

    def __init__(self, scene: Scene, call_id: str = "call-1") -> None:
        self.scene, self.call_id, self.cseq = scene, call_id, 1
        scene.answers()
        sent = scene.stranger(
            request("INVITE", branch=call_id, call_id=call_id, from_tag=f"f-{call_id}", body=SDP)
        )
        self.tag = sent[-1].to.tag or ""
        self._ask("ACK", cseq=1)
        self.session = scene.incoming().session

    def refer(self, target: str, *fields: str) -> list[Request | Response]:
        self.cseq += 1
        return self._ask("REFER", f"Refer-To: {target}", *fields, cseq=self.cseq)

    def _ask(self, method: str, *fields: str, cseq: int) -> list[Request | Response]:
        return self.scene.stranger(
            request(
                method,
                *fields,
                branch=f"{self.call_id}{method}{cseq}",
                call_id=self.call_id,
                from_tag=f"f-{self.call_id}",
                to_tag=self.tag,
                cseq=cseq,
            )
        )

    def do(self, command: str, *values: int) -> list[Request | Response]:
        """A method of the endpoint on the session; returns what it sends."""
        scene, before = self.scene, len(self.scene.wire.passed)
        method = getattr(scene.endpoint, command)
        scene.server.do(method(self.session, *values, now=scene.now))
        return [each.message for each in scene.wire.passed[before:]]


def notice(message: Request | Response) -> tuple[str | None, str]:
    assert isinstance(message, Request) and message.method == "NOTIFY"
    assert message.headers.get("Event") == "refer"
    assert message.content_type == "message/sipfrag"
    return message.headers.get("Subscription-State"), message.body.decode()


def test_a_blind_transfer_is_told_accepted_and_reported_to_its_end(scene: Scene) -> None:
    call = Transfer(scene)
    assert call.refer("<sip:agent2@10.0.0.1>") == []
    assert scene.server.reported(Referred) == [Referred(call.session, "sip:agent2@10.0.0.1", None)]
    accepted, trying = call.do("accept_refer")
    assert isinstance(accepted, Response) and (accepted.status, accepted.to.tag) == (202, call.tag)
    assert accepted.contact
    assert notice(trying) == ("active;expires=240", "SIP/2.0 100 Trying\r\n")
    (ringing,) = call.do("notify_refer", 180)
    assert notice(ringing)[1] == "SIP/2.0 180 Ringing\r\n"
    (final,) = call.do("notify_refer", 200)
    assert notice(final) == ("terminated;reason=noresource", "SIP/2.0 200 OK\r\n")
    assert call.do("notify_refer", 200) == []


def test_a_refused_transfer_has_no_notify(scene: Scene) -> None:
    call = Transfer(scene)
    call.refer("<sip:agent2@10.0.0.1>")
    (refused,) = call.do("reject_refer", 603)
    assert isinstance(refused, Response) and refused.status == 603
    assert call.do("notify_refer", 200) == call.do("accept_refer") == []


def test_an_attended_transfer_names_the_other_session(scene: Scene) -> None:
    one, two = Transfer(scene, "one"), Transfer(scene, "two")
    one.refer(f"<sip:x@10.0.0.1?Replaces=two%3Bto-tag%3D{two.tag}%3Bfrom-tag%3Df-two>")
    assert scene.server.reported(Referred) == [Referred(one.session, "sip:x@10.0.0.1", two.session)]


@pytest.mark.parametrize("tags", ["to-tag%3Dno%3Bfrom-tag%3Df-one", "to-tag%3D{}%3Bfrom-tag%3Dno"])
def test_a_dialog_that_is_not_ours_cannot_be_replaced(scene: Scene, tags: str) -> None:
    call = Transfer(scene, "one")
    (refused,) = call.refer(f"<sip:x@10.0.0.1?Replaces=one%3B{tags.format(call.tag)}>")
    assert isinstance(refused, Response) and refused.status == 404  # 481 would end the call
    assert scene.server.reported(Referred) == []


def test_a_second_transfer_waits_for_the_first(scene: Scene) -> None:
    call = Transfer(scene)
    call.refer("<sip:agent2@10.0.0.1>")
    (refused,) = call.refer("<sip:agent1@10.0.0.1>")
    assert isinstance(refused, Response) and refused.status == 491
    assert len(scene.server.reported(Referred)) == 1


def test_a_transfer_of_a_call_that_is_not_up_is_refused(scene: Scene) -> None:
    scene.stranger(request("INVITE", body=SDP))
    scene.server.do(scene.endpoint.ring(scene.incoming().session, 0.0))
    tag = scene.wire.passed[-1].message.to.tag or ""
    refer = request("REFER", "Refer-To: <sip:a@h>", branch="r", cseq=2, to_tag=tag)
    assert scene.statuses(refer) == [491]


def test_hanging_up_answers_a_transfer_that_waits(scene: Scene) -> None:
    call = Transfer(scene)
    call.refer("<sip:agent2@10.0.0.1>")
    sent = call.do("hang_up")
    assert [each.status for each in sent if isinstance(each, Response)] == [487]


def test_nobody_answers_the_notify_and_the_call_goes_on(scene: Scene) -> None:
    call = Transfer(scene)
    call.refer("<sip:agent2@10.0.0.1>")
    call.do("accept_refer")
    scene.run(40.0)
    assert scene.endpoint.sessions_open == 1
    scene.server.do(scene.endpoint.reoffer(SessionId(call.session), OURS, scene.now))
    assert scene.wire.passed[-1].name == "INVITE"


def test_a_phone_that_answers_a_notify_with_481_gets_no_more_of_them(scene: Scene) -> None:
    call = Transfer(scene)
    call.refer("<sip:agent2@10.0.0.1>")
    _, trying = call.do("accept_refer")
    assert isinstance(trying, Request)
    scene.stranger(response(trying, 481, to_tag=trying.to.tag or ""))
    assert call.do("notify_refer", 180) == call.do("notify_refer", 200) == []
    assert scene.endpoint.sessions_open == 1


def test_a_second_transfer_after_a_failed_one_is_told_apart(scene: Scene) -> None:
    call = Transfer(scene)
    for event in ("refer", "refer;id=3"):
        call.refer("<sip:agent2@10.0.0.1>")
        call.do("accept_refer")
        (final,) = call.do("notify_refer", 486)
        assert final.headers.get("Event") == event
