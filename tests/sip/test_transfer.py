"""One REFER of ours and what is heard of it, without a wire."""

from __future__ import annotations

from math import inf

import pytest

from sip.errors import PeerError
from sip.headers import Headers
from sip.message import Request, Response
from sip.replaces import Replaces
from sip.transfer import MAX_EXPIRES, Transfer, refer_fields

TRYING, RINGING, OK = (f"SIP/2.0 {status}\r\n" for status in ("100 Trying", "180 Ringing", "200"))
FROM = '"Us" <sip:us@10.0.0.1>;tag=1'


def notify(body: str, state: str = "active", *, event: str = "refer", kind: str = "") -> Request:
    fields = [("Event", event), ("Subscription-State", state)]
    fields.append(("Content-Type", kind or "message/sipfrag;version=2.0"))
    return Request("NOTIFY", "sip:a@h", Headers(fields), body.encode())


def accepted(status: int = 202, *fields: tuple[str, str]) -> Response:
    return Response(status, "", Headers(fields))


@pytest.fixture
def transfer() -> Transfer:
    transfer = Transfer()
    transfer.start(7, 0.0)
    return transfer


def test_the_field_names_a_target_and_the_dialog_to_be_replaced() -> None:
    fields = dict(refer_fields("sip:b@h;user=phone", None, FROM))
    assert fields["Refer-To"] == "<sip:b@h;user=phone>"
    assert fields["Referred-By"] == "<sip:us@10.0.0.1>"
    attended = dict(refer_fields("sip:b@h", Replaces("c", "t", "f"), FROM))
    assert attended["Refer-To"] == "<sip:b@h?Replaces=c%3Bto-tag%3Dt%3Bfrom-tag%3Df>"


@pytest.mark.parametrize("target", ["nonsense", "mailto:a@h", "sip:b@h?Replaces=c"])
def test_a_target_nobody_can_call_is_not_asked_for(target: str) -> None:
    with pytest.raises(PeerError):
        refer_fields(target, None, FROM)


def test_the_progress_is_told_to_its_end(transfer: Transfer) -> None:
    assert transfer.is_open
    assert transfer.answered(accepted(), 1.0) is None
    assert transfer.notified(notify(TRYING), 1.0) == (100, False)
    assert transfer.notified(notify(RINGING), 2.0) == (180, False)
    assert transfer.notified(notify(OK, "terminated;reason=noresource"), 3.0) == (200, True)
    assert not transfer.is_open and transfer.deadline == inf
    assert transfer.notified(notify(OK, "terminated"), 4.0) is None


def test_a_notify_may_come_before_the_202(transfer: Transfer) -> None:
    assert transfer.notified(notify(TRYING), 0.1) == (100, False)
    assert transfer.answered(accepted(), 0.2) is None
    assert transfer.notified(notify(OK), 0.3) == (200, True)


def test_even_the_last_notify_may_come_before_the_202(transfer: Transfer) -> None:
    assert transfer.notified(notify("SIP/2.0 603 No", "terminated"), 0.1) == (603, True)
    assert transfer.answered(accepted(), 0.2) is None


def test_a_refused_one_is_over(transfer: Transfer) -> None:
    assert transfer.answered(accepted(603), 0.1) == (603, True)
    transfer.start(8, 1.0)
    assert transfer.unheard(33.0) == (408, True)


def test_a_peer_that_will_not_tell_is_believed(transfer: Transfer) -> None:
    assert transfer.answered(accepted(202, ("Refer-Sub", " False")), 0.1) == (202, True)


def test_a_peer_that_stops_telling_leaves_the_last_status(transfer: Transfer) -> None:
    transfer.answered(accepted(), 0.0)
    transfer.notified(notify(RINGING), 1.0)
    assert transfer.notified(notify("", "terminated;reason=timeout"), 2.0) == (180, True)


@pytest.mark.parametrize(
    ("state", "silence"),
    [(None, 32.0), ("active;expires=60", 60.0), ("active", 180.0), ("active;expires=99999", 3600)],
)
def test_silence_ends_it(transfer: Transfer, state: str | None, silence: float) -> None:
    transfer.answered(accepted(), 0.0)
    if state:
        transfer.notified(notify(TRYING, state), 0.0)
    assert transfer.deadline == silence <= MAX_EXPIRES
    assert transfer.tick(silence - 0.1) is None
    assert transfer.tick(silence) == (408, True)
    assert transfer.tick(silence + 1.0) is None


def test_notifies_of_the_first_may_leave_its_number_out_those_of_a_later_one_not() -> None:
    transfer = Transfer()
    transfer.start(7, 0.0)
    assert transfer.notified(notify(TRYING, event="refer;id=7"), 0.0)
    assert transfer.notified(notify(OK, event="refer"), 0.0) == (200, True)
    transfer.start(9, 1.0)
    for event in ("refer", "refer;id=7"):
        with pytest.raises(PeerError) as refused:
            transfer.notified(notify(TRYING, event=event), 1.0)
        assert refused.value.status == 481
    assert transfer.notified(notify(TRYING, event="refer;id=9"), 1.0) == (100, False)


@pytest.mark.parametrize(
    ("status", "broken"),
    [
        (489, notify(TRYING, event="presence")),
        (489, notify(TRYING, event="")),
        (481, notify(TRYING, event="refer;id=8")),
        (400, notify(TRYING, "")),
        (400, notify(TRYING, "active;expires=soon")),
        (400, notify("nonsense")),
        (400, notify("SIP/2.0 999 What\r\n")),
        (415, notify(TRYING, kind="application/sdp")),
    ],
)
def test_what_is_not_about_it_or_broken_is_refused(
    transfer: Transfer, status: int, broken: Request
) -> None:
    with pytest.raises(PeerError) as refused:
        transfer.notified(broken, 0.0)
    assert refused.value.status == status
    assert transfer.is_open


def test_without_a_transfer_nothing_is_about_it() -> None:
    transfer = Transfer()
    for _ in range(2):
        with pytest.raises(PeerError):
            transfer.notified(notify(TRYING), 0.0)
        assert transfer.deadline == inf and transfer.tick(99.0) is None
        transfer.start(1, 0.0)
        transfer.stop()
