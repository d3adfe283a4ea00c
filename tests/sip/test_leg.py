from __future__ import annotations

from math import inf

import pytest

from sip.actions import Report, Send
from sip.authorization import NO_LOGINS
from sip.dialog import Dialog
from sip.events import Cause, Ended
from sip.exchange import Asked, Given
from sip.flow import Flow, Here
from sip.leg import Leg
from sip.message import Request, Response, parse
from sip.session_responses import RETRY_WITHIN
from sip.session_table import Do, Input, State
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import SDP, arrived, request
from tests.sip.scene import OURS, numbered


class Nobody:
    """Does not care what becomes of requests."""

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None: ...
    def unanswered(self, request: Request, now: float) -> None: ...
    def unreachable(self, request: Request, now: float) -> None: ...


@pytest.fixture
def leg() -> Leg:
    """An INVITE waits in it."""
    layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 10)
    arrival = arrived(request("INVITE", body=SDP))
    leg = Leg(layer, Dialog.from_invite(arrival, "ours"), State.OFFERED, Nobody(), 0.0, NO_LOGINS)
    leg.responses.pending = Asked(arrival, layer.servers.open(arrival))
    return leg


def sent(leg: Leg) -> list[Request | Response]:
    return [parse(action.data) for action in leg.layer.drain() if isinstance(action, Send)]


def test_what_the_table_says_is_done_in_order(leg: Leg) -> None:
    todo = leg.machine.step(Input.ANSWER, 0.0)
    leg.perform(todo, Given(0.0, sdp=OURS))
    (ok,) = sent(leg)
    assert isinstance(ok, Response) and (ok.status, ok.body) == (200, OURS.encode())
    assert leg.deadline == 0.5  # until its ACK comes
    leg.perform((Do.REPEAT_OK, Do.SEND_BYE), Given(0.5))
    again, bye = sent(leg)
    assert again == ok and isinstance(bye, Request) and bye.method == "BYE"


def test_the_end_is_told_and_stops_every_timer(leg: Leg) -> None:
    leg.perform(leg.machine.step(Input.CANCEL, 1.0), Given(1.0))
    *_, report = leg.layer.drain()
    assert report == Report(Ended(leg.id, Cause.CANCELLED))
    assert leg.responses.pending is None
    assert leg.deadline == inf


def test_who_asks_too_early_is_told_when_to_come_back(leg: Leg) -> None:
    arrival = arrived(request("UPDATE", branch="u", cseq=2, to_tag="ours", body=SDP))
    asked = Asked(arrival, leg.layer.servers.open(arrival))
    leg.perform((Do.SEND_RETRY_LATER,), Given(0.0, asked=asked))
    (later,) = sent(leg)
    assert isinstance(later, Response) and later.status == 500
    assert 0 <= int(later.headers.get("Retry-After") or -1) < RETRY_WITHIN


def test_whoever_called_waits_longer_after_a_glare(leg: Leg) -> None:
    for calls, low, high in ((True, 2.1, 4.0), (False, 0.0, 2.0)):
        leg.calls = calls
        leg.perform((Do.BACK_OFF,), Given(0.0))
        assert low <= leg.machine.deadline <= high
    assert leg.glares == 2
