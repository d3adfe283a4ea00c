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
from sip.errors import PeerError
from sip.events import SessionId
from sip.exchange import Asked, Fields, Given, readable_description
from sip.flow import Flow
from sip.leg import Leg
from sip.message import Request, Response
from sip.reason import Reason, reasons_in
from sip.referral import Wish
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction
from sip.session_table import (
    CALLS,
    IN_DIALOG,
    OVER,
    UNHEARD,
    UNTOLD,
    Do,
    Input,
    State,
)
from sip.timers import Timed
from sip.transaction_layer import TransactionLayer

MAX_FORKS: Final = 8  # 2xx of other branches that are acknowledged and hung up
MAX_GLARES: Final = 5  # tries of a re-INVITE that crossed one of the peer's, after the first


class Session(Timed):
    """What our user and the peer ask, and what became of our requests, as inputs of the table."""

    __slots__ = ("_leg", "_on_end", "username")

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
        self._leg = Leg(layer, dialog, start, self, now, logins)
        self._on_end = on_end
        self.username: str | None = None  # of ours: who has proven to call, or whom we call
        layer.timers.watch(self)

    @property
    def id(self) -> SessionId:
        return self._leg.id

    @property
    def dialog(self) -> Dialog:
        return self._leg.dialog

    @property
    def deadline(self) -> float:
        return self._leg.deadline

    # What our user asks for. Whatever comes too late for its state is dropped.

    def offered(self, invite: Asked) -> None:
        """The INVITE that made this session came."""
        self._leg.responses.pending, invite.transaction.session = invite, self
        self._respond(invite, 100, invite.arrival.now)

    def call(self, offer: SessionDescription, fields: Fields, now: float, patience: float) -> None:
        """Send the INVITE that makes this session."""
        self._leg.offer = offer
        self._leg.requests.invite(self.dialog, offer, now, fields, patience)

    def ring(self, now: float) -> None:
        if self._leg.responses.may_ring:
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
        self._leg.transfers.accept(self.dialog, now)

    def reject_refer(self, status: int, now: float) -> None:
        self._leg.transfers.reject(self.dialog, status, now)

    def notify_refer(self, status: int, now: float) -> None:
        self._leg.transfers.notify(self.dialog, status, now)

    def refer(self, fields: Fields, now: float) -> None:
        """REFER; `ReferProgressed` says what becomes of it."""
        self._take(Input.TRANSFER, Given(now, fields=fields))

    def hang_up(self, now: float, reason: Reason | None = None) -> None:
        """CANCEL, BYE or 480, as soon as it may be sent; `Ended` is reported at once."""
        self._leg.requests.farewell = (("Reason", str(reason)),) if reason else ()
        self._take(Input.HANG_UP, Given(now))

    def check_replaceable(self, *, early_only: bool) -> None:
        """Raises PeerError when another INVITE may not take this session over: RFC 3891 §3."""
        state = self._leg.machine.state
        if state in OVER:
            raise PeerError("It has ended", status=603)
        if state is State.OFFERED:
            raise PeerError("It is not ours to be replaced", status=481)
        if early_only and state not in CALLS:
            raise PeerError("It was answered", status=486)

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
        pending = self._leg.responses.pending
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
        self._leg.transfers.notified(notify)
        self._leg.layer.timers.watch(self)

    def pracked(self, prack: Arrival) -> None:
        """A PRACK in this dialog. Raises PeerError when it fits no 180 of ours, or has an offer."""
        self._leg.responses.pracked(prack)

    def cancelled(self, invite: ServerTransaction, cancel: Arrival) -> None:
        """A CANCEL for `invite`, which has been answered itself."""
        if self._leg.responses.is_pending(invite):
            reasons = reasons_in(cancel.request.headers)
            self._take(Input.CANCEL, Given(cancel.now, reasons=reasons))

    # What became of our INVITE and our BYE

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        again = self._leg.requests.corrected(self.dialog, request, response, source)
        sdp = readable_description(response)
        given = Given(now, response=response, source=source, sdp=sdp, again=again)
        if again and request.method != "INVITE":
            self._leg.requests.again(self.dialog, again, now)
            if request.method == "REFER":
                self._leg.transfers.asked_again(again)
        elif request.method == "BYE":
            self._take(Input.CLOSED, given)
        elif request.method == "UPDATE":
            self._updated(response, given)
        elif request.method == "REFER":
            self._refer_answered(response, given)
        elif request.method in UNTOLD:
            self._leg.transfers.notify_answered(response)
        elif 200 <= response.status < 300:
            self._succeeded(request, response, given)
        else:
            event = Input.CORRECTED if again else self._input_of(request, response.status)
            news = self._leg.requests.is_news(self.dialog, response, now)
            self._take(event if news else Input.TRYING, given)  # a copy still says: be patient

    def _succeeded(self, request: Request, response: Response, given: Given) -> None:
        """A 2xx to an INVITE of ours: a copy, the one we wait for, or that of another fork."""
        if self._leg.requests.acks.repeat(response):
            return
        if self._leg.machine.state in CALLS:
            self._leg.dialog = self.dialog.established_by(response, given.source)
            self._agreed(response, given)
        elif (response.to.tag or "") == self.dialog.remote_tag:
            if self._leg.requests.is_last_invite(request):
                self.dialog.refreshed_by(response)
                self._agreed(response, given)
        elif len(self._leg.requests.acks) < MAX_FORKS:
            fork = self.dialog.established_by(response, given.source)  # §13.2.2.4: not wanted
            self._leg.requests.ack(fork, response, given.now)
            self._leg.requests.bye(fork, given.now, unheard=True)

    def _agreed(self, response: Response, given: Given) -> None:
        self._leg.responses.described = self._leg.offer
        self._leg.timer.agreed(response, given.now)
        self._take(Input.SUCCESS, given)

    def _refer_answered(self, response: Response, given: Given) -> None:
        self._leg.transfers.refer_answered(response, given.now)
        self._leg.layer.timers.watch(self)
        if IN_DIALOG.get(response.status) is Input.LOST:
            self._take(Input.LOST, given)

    def _updated(self, response: Response, given: Given) -> None:
        """What became of an UPDATE of ours, which only refreshes."""
        if response.status < 300:
            self.dialog.refreshed_by(response)
            self._leg.timer.agreed(response, given.now)
            self._leg.layer.timers.watch(self)
        elif IN_DIALOG.get(response.status) is Input.LOST:
            self._take(Input.LOST, given)

    def _input_of(self, request: Request, status: int) -> Input:
        """What a response to our INVITE means that is not a 2xx."""
        if status < 200:
            return Input.TRYING if status == 100 else Input.PROGRESS
        if request.to.tag is None or (status == 491 and self._leg.glares == MAX_GLARES):
            return Input.REFUSAL
        return IN_DIALOG.get(status, Input.REFUSAL)

    def unanswered(self, request: Request, now: float) -> None:
        self._unheard(request, Input.UNANSWERED, now)

    def unreachable(self, request: Request, now: float) -> None:
        self._unheard(request, Input.UNREACHABLE, now)

    def _unheard(self, request: Request, event: Input, now: float) -> None:
        if request.method == "REFER":
            self._leg.transfers.refer_unheard(now)
        if request.method not in UNTOLD and not self._leg.requests.is_outdated(request):
            self._take(UNHEARD.get(request.method, event), Given(now))

    def tick(self, now: float) -> None:
        if self._leg.timer.lapsed(now):
            self._take(Input.LAPSED, Given(now))
        elif self._leg.timer.is_refresh_due(now):
            by_update = "UPDATE" in self.dialog.allows
            self._take(Input.UPDATE_DUE if by_update else Input.REINVITE_DUE, Given(now))
        if self._leg.responses.tick(now):
            self._take(Input.UNPRACKED, Given(now, status=504))
        self._leg.transfers.tick(now)
        self._perform(self._leg.machine.tick(now), Given(now))

    def _take(self, event: Input, given: Given) -> None:
        self._perform(self._leg.machine.step(event, given.now), given)

    def _perform(self, todo: tuple[Do, ...], given: Given) -> None:
        self._leg.perform(todo, given)
        if self._leg.machine.over:
            self._leg.layer.timers.forget(self)
            self._on_end(self)
        else:
            self._leg.layer.timers.watch(self)

    def _respond(self, asked: Asked, status: int, now: float) -> None:
        self._leg.respond(asked, status, now)
        self._leg.layer.timers.watch(self)
