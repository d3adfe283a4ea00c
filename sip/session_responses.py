"""The responses one session sends: to what waits for its user, and to what is answered at once."""

from __future__ import annotations

from math import inf
from typing import Final

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.exchange import Asked, Fields, Given
from sip.refusal import Refusal
from sip.reliable import Due, ReliableProgress, is_required, is_supported
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction
from sip.session_messages import describe, respond
from sip.session_timer import SessionTimer
from sip.transaction_layer import TransactionLayer

RETRY_WITHIN: Final = 11  # Retry-After is 0-10 s, RFC 3261 §14.2
TRYING_AFTER: Final = 0.2  # seconds in which any other response may come: RFC 3261 §17.2.1
RENEWED_EACH: Final = 60.0  # seconds; else a proxy gives up the INVITE, RFC 3261 §13.3.1.1
TRYING: Final = 100
PROGRESS: Final = 183  # says that it goes on where nothing else was said


class SessionResponses:
    """`pending` waits for our final response, or we for its ACK. The dialog is the session's."""

    __slots__ = (
        *("_expects_offer", "_last", "_layer", "_progress", "_renew_at", "_timer", "described"),
        *("expects_answer", "pending"),
    )

    def __init__(self, layer: TransactionLayer, timer: SessionTimer) -> None:
        self._layer, self._timer = layer, timer
        self._progress = ReliableProgress()
        self._expects_offer = False
        self._last, self._renew_at = 0, inf  # of our progress: its status, and when more is due
        self.pending: Asked | None = None
        self.described: SessionDescription | None = None  # ours, as it was agreed to last
        self.expects_answer = False
        """Whether the ACK has to answer the offer in our 2xx."""

    @property
    def deadline(self) -> float:
        return min(self._progress.deadline, self._renew_at)

    @property
    def awaits_prack(self) -> bool:
        """Whether the next progress has to wait."""
        return self._progress.waits

    @property
    def must_be_reliable(self) -> bool:
        return self.pending is not None and is_required(self.pending.arrival.request)

    @property
    def may_be_reliable(self) -> bool:
        return self.pending is not None and is_supported(self.pending.arrival.request)

    def is_pending(self, invite: ServerTransaction) -> bool:
        return self.pending is not None and self.pending.transaction is invite

    def wait(self, asked: Asked, offer: SessionDescription | None) -> None:
        """A request waits for our user; without an `offer` its 2xx brings ours."""
        self.pending, self._expects_offer = asked, offer is None

    def send(
        self,
        dialog: Dialog,
        asked: Asked,
        status: int,
        now: float,
        *,
        reason: str = "",
        fields: Fields = (),
        sdp: SessionDescription | None = None,
    ) -> None:
        """Answer a request; a 2xx that makes or refreshes the session starts its timer."""
        request = asked.arrival.request
        if status == 200 and request.method in ("INVITE", "UPDATE"):
            fields = (*fields, *self._timer.accept(request, now))
        response = respond(asked.arrival, status, reason, dialog, self._layer.here, fields)
        if sdp:
            self.described = sdp
            describe(response, sdp)
        asked.transaction.respond(response, now)

    def settle(self, dialog: Dialog, status: int, given: Given) -> None:
        """The final response to what is pending, with what the user gave."""
        assert self.pending
        self._progress.stop()
        self._renew_at = inf
        self.expects_answer = self._expects_offer and given.sdp is not None
        self.send(
            dialog,
            self.pending,
            status,
            given.now,
            reason=given.reason,
            fields=given.fields,
            sdp=given.sdp,
        )

    def progress(
        self,
        dialog: Dialog,
        status: int,
        now: float,
        *,
        reliable: bool,
        sdp: SessionDescription | None = None,
    ) -> None:
        """A 101-199 to the pending INVITE; a reliable one is repeated until its PRACK."""
        assert self.pending
        fields: Fields = ()
        if reliable:
            fields = self._progress.start(self.pending.arrival.cseq, self._layer.draw, now)
        self._last = status
        self.renew_from(now)
        self.send(dialog, self.pending, status, now, fields=fields, sdp=sdp)

    def try_from(self, now: float) -> None:
        """Say that the INVITE came, unless something else is said soon."""
        self._renew_at = now + TRYING_AFTER

    def renew_from(self, now: float) -> None:
        """Say in a minute that the INVITE still goes on, unless something is said before."""
        self._renew_at = now + RENEWED_EACH

    def retry_later(self, dialog: Dialog, asked: Asked, now: float) -> None:
        """An offer that comes too early, RFC 3261 §14.2."""
        error = self.come_later()
        self.send(dialog, asked, error.status, now, fields=error.fields)

    def come_later(self) -> Refusal:
        return Refusal(500, "", ("Retry-After", str(self._layer.draw(RETRY_WITHIN))))

    def repeat_ok(self, now: float) -> None:
        """The 2xx that waits for its ACK, once more."""
        assert self.pending
        self.pending.transaction.repeat(200, now)

    def check_prack(self, prack: Arrival) -> None:
        """Raises PeerError when it fits no progress of ours."""
        self._progress.check(prack.request)

    def pracked(self) -> None:
        """The last progress has its PRACK."""
        self._progress.stop()

    def tick(self, dialog: Dialog, now: float) -> bool:
        """Repeat or renew a progress that is due; whether its PRACK never came."""
        if now >= self._renew_at:
            self._renew(dialog, now)
        match self._progress.due(now):
            case Due.REPEAT if self.pending:
                self.pending.transaction.repeat(self._last, now)
            case Due.GIVE_UP:
                return True
        return False

    def _renew(self, dialog: Dialog, now: float) -> None:
        """The last one once more. A reliable one is a new one, and describes nothing again."""
        assert self.pending
        if self.awaits_prack:
            self.renew_from(now)
        elif not self._last:
            self._last = TRYING
            self.renew_from(now)
            self.send(dialog, self.pending, TRYING, now)
        elif self.must_be_reliable or self._progress.has_begun:
            status = PROGRESS if self._last == TRYING else self._last
            self.progress(dialog, status, now, reliable=True)
        elif self._last == TRYING:
            self.progress(dialog, PROGRESS, now, reliable=False)
        else:
            self.renew_from(now)
            self.pending.transaction.repeat(self._last, now)
