"""One leg from INVITE to BYE, in either role: walks the table of `session_table`.

The transactions below resend what is theirs. The session resends its 2xx until the ACK comes, and
its ACK for each 2xx that comes (RFC 3261 §13.2.2.4, §13.3.1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from sip.session_forks import Device, SessionForks
from sip.session_outcomes import Outcome, Outcomes
from sip.session_table import CALLS, OVER, Do, Input, State
from sip.timers import Timed
from sip.transaction_layer import TransactionLayer


class Session(Timed):
    """What our user and the peer ask, and what became of our requests, as inputs of the table."""

    __slots__ = ("_leg", "_on_end", "_outcomes", "username")

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
        self._outcomes, self._on_end = Outcomes(self._leg), on_end
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

    @property
    def has_ended(self) -> bool:
        """Whether our user has been told so; there may be things left to do on the wire."""
        return self._leg.machine.state in OVER

    # What our user asks for. Whatever comes too late for its state is dropped.

    def offered(self, invite: Asked, offer: SessionDescription | None) -> None:
        """The INVITE that made this session came."""
        now = invite.arrival.now
        invite.transaction.belong_to(self)
        self._leg.responses.wait(invite, offer)
        self._leg.responses.try_from(now)
        self._leg.early.dialogs.came(self.dialog, offered=offer is not None)
        self._leg.layer.timers.watch(self)

    def call(
        self, offer: SessionDescription | None, fields: Fields, now: float, patience: float
    ) -> None:
        """Send the INVITE that makes this session; without an `offer` the peer makes one."""
        self._leg.offer = offer
        self._leg.early.dialogs.sent(self.dialog, offered=offer is not None)
        self._leg.requests.invite(self.dialog, offer, now, fields, patience)

    def fork(self, devices: Sequence[Device], now: float) -> None:
        """Send it to several phones; the first that answers makes this session."""
        forks = self._leg.forks = SessionForks(self._leg.requests, self.dialog, devices)
        self._leg.offer = devices[0].ways[0].offer
        self._leg.early.dialogs.sent(self.dialog, offered=self._leg.offer is not None)
        forks.start(now)
        self._leg.layer.timers.watch(self)

    def progress(self, status: int, sdp: SessionDescription | None, now: float) -> None:
        """A 101-199 to the INVITE that made this session."""
        self._take(Input.RING, Given(now, status=status, sdp=sdp))

    def answer(self, sdp: SessionDescription, now: float) -> None:
        """2xx to the INVITE that made this session."""
        early = self._leg.early.waits
        self._take(Input.PROMISE if early else Input.ANSWER, Given(now, sdp=sdp))

    def reject(self, status: int, reason: str, now: float) -> None:
        self._take(Input.REJECT, Given(now, status=status, reason=reason))

    def challenge(self, fields: Fields, now: float) -> None:
        """401; the peer is expected to come back with another INVITE, and nothing is reported."""
        self._take(Input.CHALLENGE, Given(now, status=401, fields=fields))

    def accept(self, sdp: SessionDescription, now: float) -> None:
        """The answer to an offer of the peer, whatever it came in."""
        self._take(Input.ACCEPT, Given(now, sdp=sdp))
        self._settle(now)

    def decline(self, status: int, now: float) -> None:
        """There is none, and things stay as they are; of a 2xx with an offer nothing stays."""
        self._take(Input.DECLINE, Given(now, status=status))
        self._settle(now)

    def reoffer(self, sdp: SessionDescription, now: float, *, by_update: bool) -> None:
        """Re-INVITE or UPDATE; `Reanswered` is reported for each call of this."""
        by_update = by_update and "UPDATE" in self.dialog.allows
        event = Input.REOFFER_BY_UPDATE if by_update else Input.REOFFER
        self._take(event, Given(now, sdp=sdp))

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
        if self.has_ended:
            raise PeerError("It has ended", status=603)
        if state in (State.OFFERED, State.PROMISED):
            raise PeerError("It is not ours to be replaced", status=481)
        if early_only and state not in CALLS:
            raise PeerError("It was answered", status=486)

    # What the peer asks for

    def dialog_of(self, arrival: Arrival) -> Dialog:
        """The one a request belongs to: each fork of our INVITE has its own. Raises PeerError."""
        if self._leg.machine.state in CALLS:
            return self._leg.early.dialogs.of(arrival).dialog
        return self.dialog

    def is_with(self, tag: str) -> bool:
        """Whether `tag` is the peer's, or that of a fork of our INVITE."""
        calls = self._leg.machine.state in CALLS
        early = self._leg.early.dialogs.get(tag) if calls else None
        return early is not None or self.dialog.remote_tag == tag

    def receive(self, asked: Asked, offer: SessionDescription | None, key: Key | None) -> None:
        """A request in this dialog; `offer` or `key` is what its body says."""
        now = asked.arrival.now
        given = Given(now, asked=asked, sdp=offer, key=key)
        match asked.arrival.request.method:
            case "BYE":
                reasons = reasons_in(asked.arrival.request.headers)
                self._take(Input.BYE, Given(now, asked=asked, reasons=reasons))
            case "INVITE":
                asked.transaction.belong_to(self)
                self._respond(asked, 100, now)
                self._take(Input.REINVITE, given)
            case "UPDATE" if offer:
                self._take(Input.UPDATE, given)
            case "PRACK":
                self._leg.responses.pracked()
                self._leg.early.pracked(asked, offer, now)
                self._settle(now)
            case _:  # OPTIONS, INFO, or an UPDATE that only refreshes
                self._respond(asked, 200, now)
                if key:
                    self._take(Input.KEY, given)

    def acknowledged(self, ack: Arrival) -> None:
        """An ACK in this dialog; it counts when it is for the 2xx we sent last."""
        ours = (ack.from_.tag or "") == self.dialog.remote_tag
        pending = self._leg.responses.pending
        if not ours or not pending or ack.cseq != pending.arrival.cseq:
            return
        expected = self._leg.responses.expects_answer
        answer = readable_description(ack.request) if expected else None
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

    def check_prack(self, prack: Arrival, sdp: SessionDescription | None) -> None:
        """Raises PeerError for a PRACK that fits no progress of ours, or comes out of turn."""
        self._leg.responses.check_prack(prack)
        self._leg.early.check_prack(sdp)

    def cancelled(self, invite: ServerTransaction, cancel: Arrival) -> None:
        """A CANCEL for `invite`, which has been answered itself."""
        if self._leg.responses.is_pending(invite):
            reasons = reasons_in(cancel.request.headers)
            self._take(Input.CANCEL, Given(cancel.now, reasons=reasons))

    # What became of our requests

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        self._learned(self._outcomes.of(request, response, source, now), now)

    def unanswered(self, request: Request, now: float) -> None:
        self._learned(self._outcomes.unheard(request, Input.UNANSWERED, now), now)

    def unreachable(self, request: Request, now: float) -> None:
        self._learned(self._outcomes.unheard(request, Input.UNREACHABLE, now), now)

    def _learned(self, outcome: Outcome | None, now: float) -> None:
        if outcome:
            self._take(*outcome)
        else:
            self._settle(now)

    def tick(self, now: float) -> None:
        if self._leg.timer.lapsed(now):
            self._take(Input.LAPSED, Given(now))
        elif self._leg.timer.is_refresh_due(now):
            by_update = "UPDATE" in self.dialog.allows
            self._take(Input.UPDATE_DUE if by_update else Input.REINVITE_DUE, Given(now))
        if self._leg.responses.tick(self.dialog, now):
            self._take(Input.UNPRACKED, Given(now, status=504))
        self._leg.tick(now)
        self._perform(self._leg.machine.tick(now), Given(now))
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Go on with what waited for something early to be agreed on; look at the clocks again."""
        promised = self._leg.machine.state is State.PROMISED
        if promised and not self._leg.early.waits:
            self._take(Input.AGREED, Given(now, sdp=self._leg.promised))
        elif not self._leg.machine.over:
            self._leg.layer.timers.watch(self)

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
