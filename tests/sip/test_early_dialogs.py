from __future__ import annotations

import pytest

from sip.dialog import Dialog
from sip.early_dialog import State
from sip.early_dialogs import EarlyDialogs
from sip.errors import PeerError
from sip.flow import UDP, Flow, Here
from sip.message import Request, Response, parse
from sip.reliable import MAX_EARLY
from tests.sip.raw import PEER, SDP, arrived, request, response

HERE = Here("10.0.0.1", 5060)


def root(remote_tag: str = "") -> Dialog:
    """A dialog as our INVITE begins it, or one that is up."""
    return Dialog(
        *("call-1", "<sip:us@10.0.0.1>;tag=ours", "ours", "<sip:a@10.0.0.9>", remote_tag),
        *("sip:a@10.0.0.9", Flow(UDP, "10.0.0.9", 5060), False),
        local_cseq=1,
    )


def said(status: int, tag: str, *fields: tuple[str, str]) -> Response:
    invite = parse(request("INVITE", body=SDP))
    assert isinstance(invite, Request)
    answer = parse(response(invite, status, *fields, to_tag=tag))
    assert isinstance(answer, Response)
    return answer


def sent(remote_tag: str = "", *, offered: bool = True) -> EarlyDialogs:
    dialogs = EarlyDialogs()
    dialogs.sent(root(remote_tag), offered=offered)
    return dialogs


def test_each_tag_makes_a_dialog_of_its_own() -> None:
    dialogs = sent()
    one, two = dialogs.heard(said(180, "one"), PEER), dialogs.heard(said(180, "two"), PEER)
    assert one and two and one is not two
    assert dialogs.only is None
    assert dialogs.heard(said(183, "one"), PEER) is one is dialogs.get("one")
    assert [each.state for each in (one, two)] == [State.OURS, State.OURS]
    assert one.dialog.request("PRACK", HERE).to.tag == "one"
    assert (one.dialog.local_cseq, two.dialog.local_cseq) == (2, 1)


def test_the_route_follows_the_last_response_and_the_counter_goes_on() -> None:
    dialogs = sent(offered=False)
    early = dialogs.heard(said(180, "one", ("Record-Route", "<sip:10.0.0.8;lr>")), PEER)
    assert early and early.state is State.NOTHING and dialogs.only is early
    early.dialog.request("PRACK", HERE)
    dialogs.heard(said(183, "one", ("Record-Route", "<sip:10.0.0.7;lr>")), PEER)
    assert early.dialog.routes == ("<sip:10.0.0.7;lr>",)
    assert dialogs.confirmed(said(200, "one"), PEER) is early
    assert (early.dialog.routes, early.dialog.local_cseq) == ((), 2)
    assert dialogs.get("one") is None


def test_a_2xx_without_a_dialog_before_it_makes_one() -> None:
    dialogs = sent()
    early = dialogs.confirmed(said(200, "new"), PEER)
    assert (early.dialog.remote_tag, early.state) == ("new", State.OURS)


def test_a_reinvite_has_the_dialog_it_is_sent_in_and_no_other() -> None:
    dialogs = sent("theirs")
    early = dialogs.heard(said(183, "theirs"), PEER)
    assert early and early.dialog is dialogs.root
    assert dialogs.heard(said(183, "stranger"), PEER) is None


def test_there_are_only_so_many() -> None:
    dialogs = sent()
    for number in range(MAX_EARLY):
        assert dialogs.heard(said(180, f"fork{number}"), PEER)
    assert dialogs.heard(said(180, "late"), PEER) is None
    with pytest.raises(PeerError) as refused:
        dialogs.of(arrived(request("OPTIONS", from_tag="late", to_tag="ours")))
    assert refused.value.status == 481


def test_the_peer_s_own_invite_has_one_until_it_is_answered() -> None:
    dialogs = EarlyDialogs()
    dialog = Dialog.from_invite(arrived(request("INVITE", body=SDP)), "ours")
    dialogs.came(dialog, offered=True)
    assert dialogs.own and dialogs.own is dialogs.only is dialogs.get("f1")
    assert (dialogs.own.dialog is dialog, dialogs.own.state) == (True, State.THEIRS)
    dialogs.answered()
    assert dialogs.own is None and dialogs.only is None


def test_a_new_invite_begins_anew() -> None:
    dialogs = sent()
    dialogs.heard(said(180, "one"), PEER)
    dialogs.sent(root(), offered=False)
    assert dialogs.get("one") is None
