"""The responses one session sends: to what waits for its user, and to what is answered at once."""

from __future__ import annotations

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.errors import PeerError
from sip.exchange import Asked, Fields, Given
from sip.reliable import Due, ReliableRinging, is_required
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction
from sip.session_messages import describe, respond
from sip.session_timer import SessionTimer
from sip.transaction_layer import TransactionLayer


class SessionResponses:
    """`pending` waits for our final response, or we for its ACK. The dialog is the session's."""

    __slots__ = ("_layer", "_ringing", "_timer", "described", "pending")

    def __init__(self, layer: TransactionLayer, timer: SessionTimer) -> None:
        self._layer, self._timer = layer, timer
        self._ringing = ReliableRinging()
        self.pending: Asked | None = None
        self.described: SessionDescription | None = None  # ours, as it was agreed to last

    @property
    def deadline(self) -> float:
        return self._ringing.deadline

    @property
    def may_ring(self) -> bool:
        """Whether no 180 of ours waits for its PRACK."""
        return not self._ringing.waits

    def is_pending(self, invite: ServerTransaction) -> bool:
        return self.pending is not None and self.pending.transaction is invite

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
            self.described = sdp or self.described
        response = respond(asked.arrival, status, reason, dialog, self._layer.here, fields)
        if sdp:
            describe(response, sdp)
        asked.transaction.respond(response, now)

    def settle(self, dialog: Dialog, status: int, given: Given) -> None:
        """Answer what is pending, with what the user gave."""
        assert self.pending
        fields, invite = given.fields, self.pending.arrival
        if status == 180 and is_required(invite.request):
            fields = self._ringing.start(invite.cseq, self._layer.draw, given.now)
        elif status >= 200:
            self._ringing.stop()
        self.send(
            dialog,
            self.pending,
            status,
            given.now,
            reason=given.reason,
            fields=fields,
            sdp=given.sdp,
        )

    def repeat_ok(self, now: float) -> None:
        """The 2xx that waits for its ACK, once more."""
        assert self.pending
        self.pending.transaction.repeat(200, now)

    def pracked(self, prack: Arrival) -> None:
        """Raises PeerError when it fits no 180 of ours, or has an offer."""
        if prack.request.body:
            raise PeerError("An offer in a PRACK", status=488)
        self._ringing.acknowledge(prack.request)

    def tick(self, now: float) -> bool:
        """Repeat a reliable 180 that is due; whether its PRACK never came."""
        match self._ringing.due(now):
            case Due.REPEAT if self.pending:
                self.pending.transaction.repeat(180, now)
            case Due.GIVE_UP:
                return True
        return False
