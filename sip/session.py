"""One leg from INVITE to BYE, in either role: walks the table of `session_table`.

The transactions below resend what is theirs. The session resends its 2xx until the ACK comes, and
its ACK for each 2xx that comes (RFC 3261 §13.2.2.4, §13.3.1.4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sip.arrival import Arrival
from sip.authorization import NO_LOGINS, Logins
from sip.dialog import Dialog
from sip.dtmf_relay import Key
from sip.events import SessionId
from sip.exchange import Asked, Fields, Given, readable_description
from sip.flow import Flow
from sip.message import Request, Response
from sip.reason import Reason, reasons_in
from sip.referral import Wish
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction
from sip.session_events import EVENTS
from sip.session_requests import SessionRequests
from sip.session_responses import SessionResponses
from sip.session_table import (
    ANSWERS,
    CALLS,
    CAUSES,
    IN_DIALOG,
    RULES,
    SETTLES,
    UNHEARD,
    UNTOLD,
    Do,
    Input,
    State,
)
from sip.session_timer import SessionTimer
from sip.session_transfers import SessionTransfers
from sip.timers import Timed
from sip.transaction import Machine
from sip.transaction_layer import TransactionLayer

MAX_FORKS: Final = 8  # 2xx of other branches that are acknowledged and hung up
MAX_GLARES: Final = 5  # tries of a re-INVITE that crossed one of the peer's, after the first
RETRY_WITHIN: Final = 11  # Retry-After is 0-10 s, RFC 3261 §14.2


class Session(Timed):
    """A machine, a dialog, and what it takes to do what the table says."""

    __slots__ = (
        *("_calls", "_glares", "_layer", "_machine", "_offer", "_on_end"),
        *("_requests", "_responses", "_timer", "_transfers", "dialog", "id"),
    )

    def __init__(
        self,
        layer: TransactionLayer,
        dialog: Dialog,
        start: State,
        on_end: Callable[[Session], None],
        now: float,
        logins: Logins = NO_LOGINS,
    ) -> None:
        super().__init__()
        self.id = SessionId(layer.tokens())
        self.dialog = dialog
        self._layer, self._on_end = layer, on_end
        self._machine = Machine(RULES, start, now, reliable=False)
        self._timer = SessionTimer()
        self._responses = SessionResponses(layer, self._timer)
        self._requests = SessionRequests(layer, self, self._timer, logins)
        self._transfers = SessionTransfers(layer, self.id, self._requests, self._responses)
        self._calls = start is State.CALLING  # it was us who called
        self._offer: SessionDescription | None = None  # ours, in our last INVITE
        self._glares = 0  # how often it has drawn a 491
        layer.timers.watch(self)

    @property
    def deadline(self) -> float:
        return min(
            self._machine.deadline,
            self._timer.deadline,
            self._responses.deadline,
            self._transfers.deadline,
        )

    # What our user asks for. Whatever comes too late for its state is dropped.

    def offered(self, invite: Asked) -> None:
        """The INVITE that made this session came."""
        self._responses.pending, invite.transaction.session = invite, self
        self._respond(invite, 100, invite.arrival.now)

    def call(self, offer: SessionDescription, fields: Fields, now: float) -> None:
        """Send the INVITE that makes this session."""
        self._offer = offer
        self._requests.invite(self.dialog, offer, now, fields)

    def ring(self, now: float) -> None:
        if self._responses.may_ring:
            self._take(Input.RING, Given(now))

    def answer(self, sdp: SessionDescription, now: float) -> None:
        """2xx to whatever is pending: the INVITE, a re-INVITE, an UPDATE."""
        self._take(Input.ANSWER, Given(now, sdp=sdp))

    def reject(self, status: int, reason: str, now: float) -> None:
        self._take(Input.REJECT, Given(now, status=status, reason=reason))

    def challenge(self, fields: Fields, now: float) -> None:
        """401; the peer is expected to come back with another INVITE, and nothing is reported."""
        self._take(Input.CHALLENGE, Given(now, status=401, fields=fields))

    def reoffer(self, sdp: SessionDescription, now: float) -> None:
        """Re-INVITE; `Reanswered` is reported for each call of this."""
        self._take(Input.REOFFER, Given(now, sdp=sdp))

    def accept_refer(self, now: float) -> None:
        self._transfers.accept(self.dialog, now)

    def reject_refer(self, status: int, now: float) -> None:
        self._transfers.reject(self.dialog, status, now)

    def notify_refer(self, status: int, now: float) -> None:
        self._transfers.notify(self.dialog, status, now)

    def refer(self, fields: Fields, now: float) -> None:
        """REFER; `ReferProgressed` says what becomes of it."""
        self._take(Input.TRANSFER, Given(now, fields=fields))

    def hang_up(self, now: float, reason: Reason | None = None) -> None:
        """CANCEL, BYE or 480, as soon as it may be sent; `Ended` is reported at once."""
        self._requests.farewell = (("Reason", str(reason)),) if reason else ()
        self._take(Input.HANG_UP, Given(now))

    # What the peer asks for

    def receive(self, asked: Asked, offer: SessionDescription | None, key: Key | None) -> None:
        """A request in this dialog; `offer` or `key` is what its body says."""
        now = asked.arrival.now
        given = Given(now, asked=asked, sdp=offer, key=key)
        match asked.arrival.request.method:
            case "BYE":
                reasons = reasons_in(asked.arrival.request.headers)
                self._take(Input.BYE, Given(now, asked=asked, reasons=reasons))
            case "INVITE":
                asked.transaction.session = self
                self._respond(asked, 100, now)
                self._take(Input.REINVITE, given)
            case "UPDATE" if offer:
                self._take(Input.UPDATE, given)
            case _:  # OPTIONS, INFO, a PRACK, or an UPDATE that only refreshes
                self._respond(asked, 200, now)
                if key:
                    self._take(Input.KEY, given)

    def acknowledged(self, ack: Arrival) -> None:
        """An ACK in this dialog; it counts when it is for the 2xx we sent last."""
        ours = (ack.from_.tag or "") == self.dialog.remote_tag
        pending = self._responses.pending
        if not ours or not pending or ack.cseq != pending.arrival.cseq:
            return
        asked_for_ours = not pending.arrival.request.body  # else our 2xx was the answer
        answer = readable_description(ack.request) if asked_for_ours else None
        self._take(Input.ACK, Given(ack.now, sdp=answer))

    def referred(self, asked: Asked, wish: Wish, replaces: SessionId | None) -> None:
        """A REFER in this dialog; `replaces` is the session its Replaces names."""
        given = Given(
            asked.arrival.now,
            asked=asked,
            target=wish.target,
            replaces=replaces,
            referred_by=wish.referred_by,
        )
        self._take(Input.REFER, given)

    def notified(self, notify: Arrival) -> None:
        """A NOTIFY in this dialog. Raises PeerError when it is not about a REFER of ours."""
        self._transfers.notified(notify)
        self._layer.timers.watch(self)

    def pracked(self, prack: Arrival) -> None:
        """A PRACK in this dialog. Raises PeerError when it fits no 180 of ours, or has an offer."""
        self._responses.pracked(prack)

    def cancelled(self, invite: ServerTransaction, cancel: Arrival) -> None:
        """A CANCEL for `invite`, which has been answered itself."""
        if self._responses.is_pending(invite):
            reasons = reasons_in(cancel.request.headers)
            self._take(Input.CANCEL, Given(cancel.now, reasons=reasons))

    # What became of our INVITE and our BYE

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        again = self._requests.corrected(self.dialog, request, response)
        sdp = readable_description(response)
        given = Given(now, response=response, source=source, sdp=sdp, again=again)
        if again and request.method != "INVITE":
            self._requests.again(self.dialog, again, now)
            if request.method == "REFER":
                self._transfers.asked_again(again)
        elif request.method == "BYE":
            self._take(Input.CLOSED, given)
        elif request.method == "UPDATE":
            self._updated(response, given)
        elif request.method == "REFER":
            self._refer_answered(response, given)
        elif request.method in UNTOLD:
            self._transfers.notify_answered(response)
        elif 200 <= response.status < 300:
            self._succeeded(request, response, given)
        else:
            if not self._requests.is_news(self.dialog, response, now):
                return
            event = Input.CORRECTED if again else self._input_of(request, response.status)
            self._take(event, given)

    def _succeeded(self, request: Request, response: Response, given: Given) -> None:
        """A 2xx to an INVITE of ours: a copy, the one we wait for, or that of another fork."""
        if self._requests.acks.repeat(response):
            return
        if self._machine.state in CALLS:
            self.dialog = self.dialog.established_by(response)
            self._agreed(response, given)
        elif (response.to.tag or "") == self.dialog.remote_tag:
            if self._requests.is_last_invite(request):
                self.dialog.refreshed_by(response)
                self._agreed(response, given)
        elif len(self._requests.acks) < MAX_FORKS:
            fork = self.dialog.established_by(response)  # RFC 3261 §13.2.2.4: not wanted
            self._requests.ack(fork, response)
            self._requests.bye(fork, given.now, unheard=True)

    def _agreed(self, response: Response, given: Given) -> None:
        self._responses.described = self._offer
        self._timer.agreed(response, given.now)
        self._take(Input.SUCCESS, given)

    def _refer_answered(self, response: Response, given: Given) -> None:
        self._transfers.refer_answered(response, given.now)
        self._layer.timers.watch(self)
        if IN_DIALOG.get(response.status) is Input.LOST:
            self._take(Input.LOST, given)

    def _updated(self, response: Response, given: Given) -> None:
        """What became of an UPDATE of ours, which only refreshes."""
        if response.status < 300:
            self.dialog.refreshed_by(response)
            self._timer.agreed(response, given.now)
            self._layer.timers.watch(self)
        elif IN_DIALOG.get(response.status) is Input.LOST:
            self._take(Input.LOST, given)

    def _input_of(self, request: Request, status: int) -> Input:
        """What a response to our INVITE means that is not a 2xx."""
        if status < 200:
            return Input.TRYING if status == 100 else Input.PROGRESS
        if request.to.tag is None or (status == 491 and self._glares == MAX_GLARES):
            return Input.REFUSAL
        return IN_DIALOG.get(status, Input.REFUSAL)

    def unanswered(self, request: Request, now: float) -> None:
        self._unheard(request, Input.UNANSWERED, now)

    def unreachable(self, request: Request, now: float) -> None:
        self._unheard(request, Input.UNREACHABLE, now)

    def _unheard(self, request: Request, event: Input, now: float) -> None:
        if request.method == "REFER":
            self._transfers.refer_unheard(now)
        if request.method not in UNTOLD:
            self._take(UNHEARD.get(request.method, event), Given(now))

    def tick(self, now: float) -> None:
        if self._timer.lapsed(now):
            self._take(Input.LAPSED, Given(now))
        elif self._timer.is_refresh_due(now):
            by_update = "UPDATE" in self.dialog.allows
            self._take(Input.UPDATE_DUE if by_update else Input.REINVITE_DUE, Given(now))
        if self._responses.tick(now):
            self._take(Input.UNPRACKED, Given(now, status=504))
        self._transfers.tick(now)
        self._perform(self._machine.tick(now), Given(now))

    def _take(self, event: Input, given: Given) -> None:
        self._perform(self._machine.step(event, given.now), given)

    def _perform(self, todo: tuple[Do, ...], given: Given) -> None:
        for do in todo:
            if do in EVENTS:
                self._tell(do, given)
            elif do in SETTLES:
                self._responses.settle(self.dialog, SETTLES[do], given)
            elif do in ANSWERS:
                assert given.asked
                self._respond(given.asked, ANSWERS[do], given.now)
            else:
                _PERFORM[do](self, given)
        if self._machine.over:
            self._responses.pending = None
            self._layer.timers.forget(self)
            self._on_end(self)
        else:
            self._layer.timers.watch(self)

    def _tell(self, do: Do, given: Given) -> None:
        if do in CAUSES:
            self._timer.stop()
            self._transfers.end(self.dialog, given.now)
        elif do is Do.TELL_OFFER:
            self._responses.pending = given.asked
        elif do is Do.TELL_CONFIRMED:
            self._responses.pending = None
        elif do is Do.TELL_REFERRED:
            assert given.asked
            if not self._transfers.open(self.dialog, given.asked, given.now):
                return
        self._layer.report(EVENTS[do](self.id, given))

    def _respond(self, asked: Asked, status: int, now: float, *, fields: Fields = ()) -> None:
        self._responses.send(self.dialog, asked, status, now, fields=fields)
        self._layer.timers.watch(self)

    # One small function for each Do

    def _repeat_ok(self, given: Given) -> None:
        self._responses.repeat_ok(given.now)

    def _send_refusal(self, given: Given) -> None:
        self._responses.settle(self.dialog, given.status, given)

    def _send_retry_later(self, given: Given) -> None:
        seconds = str(self._layer.draw(RETRY_WITHIN))
        assert given.asked
        self._respond(given.asked, 500, given.now, fields=(("Retry-After", seconds),))

    def _send_ack(self, given: Given) -> None:
        assert given.response
        self._requests.ack(self.dialog, given.response)

    def _send_cancel(self, given: Given) -> None:
        self._requests.cancel(given.now)

    def _send_bye(self, given: Given) -> None:
        self._requests.bye(self.dialog, given.now)

    def _send_again(self, given: Given) -> None:
        assert given.again
        self._requests.again(self.dialog, given.again, given.now)

    def _send_reinvite(self, given: Given) -> None:
        if given.sdp:  # else it is sent once more
            self._offer, self._glares = given.sdp, 0
        assert self._offer
        self._requests.invite(self.dialog, self._offer, given.now)

    def _send_refresh(self, given: Given) -> None:
        """The same description once more, RFC 4028 §7.4."""
        self._offer = self._responses.described
        assert self._offer
        self._requests.invite(self.dialog, self._offer, given.now)

    def _send_update(self, given: Given) -> None:
        self._requests.update(self.dialog, given.now)

    def _send_refer(self, given: Given) -> None:
        self._transfers.ask(self.dialog, given.fields, given.now)

    def _back_off(self, given: Given) -> None:
        """RFC 3261 §14.1: whoever made the Call-ID waits longer, so that both do not meet again."""
        self._glares += 1
        centiseconds = 210 + self._layer.draw(191) if self._calls else self._layer.draw(201)
        self._machine.expire_at(given.now + centiseconds / 100)


_PERFORM: Final[dict[Do, Callable[[Session, Given], None]]] = {
    Do.REPEAT_OK: Session._repeat_ok,
    Do.SEND_REFUSAL: Session._send_refusal,
    Do.SEND_RETRY_LATER: Session._send_retry_later,
    Do.SEND_ACK: Session._send_ack,
    Do.SEND_CANCEL: Session._send_cancel,
    Do.SEND_BYE: Session._send_bye,
    Do.SEND_AGAIN: Session._send_again,
    Do.SEND_REINVITE: Session._send_reinvite,
    Do.SEND_UPDATE: Session._send_update,
    Do.SEND_REFRESH: Session._send_refresh,
    Do.SEND_REFER: Session._send_refer,
    Do.BACK_OFF: Session._back_off,
}
