"""What one session is made of, and how it does what its table says."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from sip.authorization import Logins
from sip.dialog import Dialog
from sip.events import SessionId
from sip.exchange import Asked, Fields, Given
from sip.offer_answer import decline
from sip.outgoing import ClientUser
from sip.sdp import SessionDescription
from sip.session_early import SessionEarly
from sip.session_events import EVENTS
from sip.session_forks import SessionForks
from sip.session_requests import SessionRequests
from sip.session_responses import SessionResponses
from sip.session_table import ANSWERS, CAUSES, RULES, SETTLES, Do, State
from sip.session_timer import SessionTimer
from sip.session_transfers import SessionTransfers
from sip.transaction import Machine
from sip.transaction_layer import TransactionLayer


class Leg:
    """The parts, each with a noun of its own; `Session` says what happens to them."""

    __slots__ = (
        *(
            "_transfers",
            "calls",
            "dialog",
            "early",
            "forks",
            "glares",
            "id",
            "layer",
            "machine",
            "offer",
            "owing",
        ),
        *("promised", "requests", "responses", "timer"),
    )

    def __init__(
        self,
        layer: TransactionLayer,
        dialog: Dialog,
        start: State,
        user: ClientUser,
        now: float,
        logins: Logins,
    ) -> None:
        self.id = SessionId(layer.tokens())
        self.layer, self.dialog = layer, dialog
        self.machine = Machine(RULES, start, now, reliable=False)
        self.timer = SessionTimer()
        self.responses = SessionResponses(layer, self.timer)
        self.requests = SessionRequests(layer, user, self.timer, logins)
        self.early = SessionEarly(layer, self.id, self.requests, self.responses)
        self._transfers: SessionTransfers | None = None
        self.calls = start is State.CALLING  # it was us who called
        self.forks: SessionForks | None = None  # where several phones are called
        self.offer: SessionDescription | None = None  # ours, in our last INVITE or UPDATE
        self.promised: SessionDescription | None = None  # for the 2xx that waits
        self.owing: Given | None = None  # a 2xx with an offer that has no ACK yet
        self.glares = 0  # how often it has drawn a 491

    @property
    def transfers(self) -> SessionTransfers:
        """Made when it is first asked for: most calls are not transferred."""
        if self._transfers is None:
            self._transfers = SessionTransfers(self.layer, self.id, self.requests, self.responses)
        return self._transfers

    @property
    def deadline(self) -> float:
        return min(
            self.machine.deadline,
            self.timer.deadline,
            self.responses.deadline,
            self.early.deadline,
            self._transfers.deadline if self._transfers else inf,
            self.forks.deadline if self.forks else inf,
        )

    def perform(self, todo: tuple[Do, ...], given: Given) -> None:
        for do in todo:
            if do in EVENTS:
                self._tell(do, given)
            elif do in SETTLES:
                self.responses.settle(self.dialog, SETTLES[do], given)
            elif do in ANSWERS:
                assert given.asked
                self.respond(given.asked, ANSWERS[do], given.now)
            else:
                _PERFORM[do](self, given)
        if self.machine.over:
            self.early.end(given.now)
            self._release()

    def tick(self, now: float) -> None:
        """What the parts have to do by now, besides the machine."""
        if self.forks:
            self.forks.tick(now)
        self.early.tick(now)
        if self._transfers:
            self._transfers.tick(now)

    def _release(self) -> None:
        """Half a minute is still to pass in which a copy of the 2xx may come for its ACK."""
        self.responses.pending = self.responses.described = None
        self.offer = self.promised = None
        self.requests.release()

    def _tell(self, do: Do, given: Given) -> None:
        if do in CAUSES:
            self.timer.stop()
            self.early.end(given.now)
            if self._transfers:
                self._transfers.end(self.dialog, given.now)
            if self.forks:
                self.forks.end(given.now)
        elif do is Do.TELL_OFFER:
            assert given.asked
            self.responses.wait(given.asked, given.sdp)
        elif do is Do.TELL_CONFIRMED:
            self.responses.pending = None
        elif do is Do.TELL_REFERRED:
            assert given.asked
            if not self.transfers.open(self.dialog, given.asked, given.now):
                return
        self.layer.report(EVENTS[do](self.id, given))

    def respond(self, asked: Asked, status: int, now: float, *, fields: Fields = ()) -> None:
        self.responses.send(self.dialog, asked, status, now, fields=fields)

    # One small function for each Do

    def _send_progress(self, given: Given) -> None:
        self.early.progress(given)

    def _keep_answer(self, given: Given) -> None:
        self.promised = given.sdp

    def _send_ok(self, given: Given) -> None:
        """A 2xx repeats nothing that was agreed on before it: RFC 3261 §13.2.1."""
        if self.early.is_agreed:
            given = given._replace(sdp=None)
        self.early.answered()
        self.responses.settle(self.dialog, 200, given)

    def _repeat_ok(self, given: Given) -> None:
        self.responses.repeat_ok(given.now)

    def _send_refusal(self, given: Given) -> None:
        self.responses.settle(self.dialog, given.status, given)

    def _send_retry_later(self, given: Given) -> None:
        assert given.asked
        self.responses.retry_later(self.dialog, given.asked, given.now)

    def _send_ack(self, given: Given) -> None:
        """An offer that came too late for our user is declined, RFC 3261 §13.2.2.4."""
        assert given.response
        declined = decline(given.offer) if given.offer else None
        self.requests.ack(self.dialog, given.response, given.now, declined)

    def _keep_offer(self, given: Given) -> None:
        self.owing = given

    def _send_answer(self, given: Given) -> None:
        assert self.owing and self.owing.response
        self.responses.described = given.sdp
        self.requests.ack(self.dialog, self.owing.response, given.now, given.sdp)
        self.owing = None

    def _send_no_answer(self, given: Given) -> None:
        assert self.owing
        self._send_ack(self.owing._replace(now=given.now))
        self.owing = None

    def _send_cancel(self, given: Given) -> None:
        if self.forks and self.machine.state is State.CANCELLING:
            return  # each gets its own, as soon as it may
        self.requests.cancel(given.now)

    def _send_bye(self, given: Given) -> None:
        self.requests.bye(self.dialog, given.now)

    def _send_again(self, given: Given) -> None:
        assert given.again
        self.early.dialogs.sent(self.dialog, offered=self.offer is not None)
        self.requests.again(self.dialog, given.again, given.now)

    def _send_reinvite(self, given: Given) -> None:
        if given.sdp:  # else it is sent once more
            self.offer, self.glares = given.sdp, 0
        self._invite_again(given.now)

    def _send_refresh(self, given: Given) -> None:
        """The same description once more, RFC 4028 §7.4."""
        self.offer = self.responses.described
        self._invite_again(given.now)

    def _invite_again(self, now: float) -> None:
        assert self.offer
        self.early.dialogs.sent(self.dialog, offered=True)
        self.requests.invite(self.dialog, self.offer, now)

    def _send_update(self, given: Given) -> None:
        """Without an offer it only refreshes, RFC 4028 §7.4."""
        if given.sdp:
            self.offer, self.glares = given.sdp, 0
        self.requests.update(self.dialog, given.now, given.sdp)

    # Offers in an early dialog

    def _weigh_offer(self, given: Given) -> None:
        assert given.asked and given.sdp
        self.early.weigh(given.asked, given.sdp, given.now)

    def _send_early_answer(self, given: Given) -> None:
        assert given.sdp
        self.early.accept(given.sdp, given.now)

    def _send_early_refusal(self, given: Given) -> None:
        self.early.refuse(given.status, given.now)

    def _send_early_update(self, given: Given) -> None:
        assert given.sdp
        if self.early.ask(given.sdp, given.now):
            self.offer, self.glares = given.sdp, 0

    def _send_refer(self, given: Given) -> None:
        self.transfers.ask(self.dialog, given.fields, given.now)

    def _back_off(self, given: Given) -> None:
        """RFC 3261 §14.1: whoever made the Call-ID waits longer, so that both do not meet again."""
        self.glares += 1
        centiseconds = 210 + self.layer.draw(191) if self.calls else self.layer.draw(201)
        self.machine.expire_at(given.now + centiseconds / 100)


_PERFORM: Final[dict[Do, Callable[[Leg, Given], None]]] = {
    Do.SEND_PROGRESS: Leg._send_progress,
    Do.KEEP_ANSWER: Leg._keep_answer,
    Do.SEND_OK: Leg._send_ok,
    Do.REPEAT_OK: Leg._repeat_ok,
    Do.SEND_REFUSAL: Leg._send_refusal,
    Do.SEND_RETRY_LATER: Leg._send_retry_later,
    Do.SEND_ACK: Leg._send_ack,
    Do.KEEP_OFFER: Leg._keep_offer,
    Do.SEND_ANSWER: Leg._send_answer,
    Do.SEND_NO_ANSWER: Leg._send_no_answer,
    Do.WEIGH_OFFER: Leg._weigh_offer,
    Do.SEND_EARLY_ANSWER: Leg._send_early_answer,
    Do.SEND_EARLY_REFUSAL: Leg._send_early_refusal,
    Do.SEND_EARLY_UPDATE: Leg._send_early_update,
    Do.SEND_CANCEL: Leg._send_cancel,
    Do.SEND_BYE: Leg._send_bye,
    Do.SEND_AGAIN: Leg._send_again,
    Do.SEND_REINVITE: Leg._send_reinvite,
    Do.SEND_UPDATE: Leg._send_update,
    Do.SEND_REFRESH: Leg._send_refresh,
    Do.SEND_REFER: Leg._send_refer,
    Do.BACK_OFF: Leg._back_off,
}
