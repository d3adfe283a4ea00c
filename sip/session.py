"""One leg from INVITE to BYE, in either role: walks the table of `session_table`.

The transactions below resend what is theirs. The session resends its 2xx until the ACK comes, and
its ACK for each 2xx that comes (RFC 3261 §13.2.2.4, §13.3.1.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sip.actions import Send
from sip.arrival import Arrival
from sip.client_transactions import ClientTransaction
from sip.dialog import Dialog
from sip.errors import PeerError
from sip.events import Answered, Cause, Confirmed, Ended, Progressed, Reoffered, SessionId
from sip.flow import Flow
from sip.message import Message, Request, Response
from sip.refusal import ACCEPT, ALLOW
from sip.sdp import SessionDescription
from sip.server_transactions import ServerTransaction
from sip.session_table import RULES, Do, Input, State
from sip.timers import Timed
from sip.transaction import Machine
from sip.transaction_layer import TransactionLayer

MAX_FORKS: Final = 8  # 2xx of other branches that are acknowledged and hung up
RETRY_WITHIN: Final = 11  # Retry-After is 0-10 s, RFC 3261 §14.2

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the peer, and the transaction that takes its response."""

    arrival: Arrival
    transaction: ServerTransaction


@dataclass(frozen=True, slots=True)
class Given:
    """What came with an input; which of it counts depends on the input."""

    now: float
    asked: Asked | None = None
    response: Response | None = None
    source: Flow | None = None
    sdp: SessionDescription | None = None
    status: int = 0
    reason: str = ""
    fields: Fields = ()


def description_in(message: Message) -> SessionDescription | None:
    """The SDP a message carries; None when it has no body. Raises PeerError."""
    return SessionDescription.parse(message.body) if message.body else None


class Session(Timed):
    """A machine, a dialog, and what it takes to do what the table says."""

    __slots__ = ("_acks", "_invite", "_layer", "_machine", "_on_end", "_pending", "dialog", "id")

    def __init__(
        self,
        layer: TransactionLayer,
        dialog: Dialog,
        start: State,
        on_end: Callable[[Session], None],
        now: float,
    ) -> None:
        super().__init__()
        self.id = SessionId(layer.tokens())
        self.dialog = dialog
        self._pending: Asked | None = None  # waits for our final response, or we for its ACK
        self._layer, self._on_end = layer, on_end
        self._machine = Machine(RULES, start, now, reliable=False)
        self._invite: ClientTransaction | None = None
        self._acks: dict[str, Send] = {}  # by the tag of the 2xx
        layer.timers.watch(self)

    @property
    def deadline(self) -> float:
        return self._machine.deadline

    # What our user asks for. Whatever comes too late for its state is dropped.

    def offered(self, invite: Asked) -> None:
        """The INVITE that made this session came."""
        self._pending, invite.transaction.session = invite, self
        self._respond(invite, 100, invite.arrival.now)

    def invite(self, request: Request, now: float) -> None:
        """Send the INVITE that makes this session."""
        self._invite = self._layer.clients.send(request, self.dialog.hops(), self, now)

    def ring(self, now: float) -> None:
        self._take(Input.RING, Given(now))

    def answer(self, sdp: SessionDescription, now: float) -> None:
        """2xx to whatever is pending: the INVITE, a re-INVITE, an UPDATE."""
        self._take(Input.ANSWER, Given(now, sdp=sdp))

    def reject(self, status: int, reason: str, now: float) -> None:
        self._take(Input.REJECT, Given(now, status=status, reason=reason))

    def challenge(self, fields: Fields, now: float) -> None:
        """401; the peer is expected to come back with another INVITE, and nothing is reported."""
        self._take(Input.CHALLENGE, Given(now, status=401, fields=fields))

    def hang_up(self, now: float) -> None:
        """CANCEL, BYE or 480, as soon as it may be sent; `Ended` is reported at once."""
        self._take(Input.HANG_UP, Given(now))

    # What the peer asks for

    def receive(self, asked: Asked, offer: SessionDescription | None) -> None:
        """A request in this dialog; `offer` is what its body says."""
        now = asked.arrival.now
        given = Given(now, asked=asked, sdp=offer)
        match asked.arrival.request.method:
            case "BYE":
                self._take(Input.BYE, given)
            case "INVITE":
                asked.transaction.session = self
                self._respond(asked, 100, now)
                self._take(Input.REINVITE, given)
            case "UPDATE" if offer:
                self._take(Input.UPDATE, given)
            case _:  # OPTIONS, or an UPDATE that only refreshes the target
                self._respond(asked, 200, now)

    def acknowledged(self, ack: Arrival) -> None:
        """An ACK in this dialog; it counts when it is for the 2xx we sent last."""
        ours = (ack.from_.tag or "") == self.dialog.remote_tag
        if not ours or not self._pending or ack.cseq != self._pending.arrival.cseq:
            return
        answers = not self._pending.arrival.request.body  # else our 2xx was the answer
        self._take(Input.ACK, Given(ack.now, sdp=_readable(ack.request) if answers else None))

    def cancelled(self, invite: ServerTransaction, now: float) -> None:
        """A CANCEL for `invite`, which has been answered itself."""
        if self._pending and self._pending.transaction is invite:
            self._take(Input.CANCEL, Given(now))

    # What became of our INVITE and our BYE

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        given = Given(now, response=response, source=source, sdp=_readable(response))
        if request.method == "BYE":
            self._take(Input.CLOSED, given)
        elif response.status == 100:
            self._take(Input.TRYING, given)
        elif response.status < 200:
            self._take(Input.PROGRESS, given)
        elif response.status >= 300:
            self._take(Input.REFUSAL, given)
        elif (tag := response.to.tag or "") in self._acks:
            self._layer.outbox.append(self._acks[tag])
        elif not self._acks:
            self.dialog = self.dialog.established_by(response)
            self._take(Input.SUCCESS, given)
        elif len(self._acks) < MAX_FORKS:
            fork = self.dialog.established_by(response)  # RFC 3261 §13.2.2.4: not wanted
            self._acknowledge(fork, response)
            self._hang_up_dialog(fork, None, now)

    def unanswered(self, request: Request, now: float) -> None:
        self._take(Input.CLOSED if request.method == "BYE" else Input.UNANSWERED, Given(now))

    def unreachable(self, request: Request, now: float) -> None:
        self._take(Input.CLOSED if request.method == "BYE" else Input.UNREACHABLE, Given(now))

    def tick(self, now: float) -> None:
        self._perform(self._machine.tick(now), Given(now))

    def _take(self, event: Input, given: Given) -> None:
        self._perform(self._machine.step(event, given.now), given)

    def _perform(self, todo: tuple[Do, ...], given: Given) -> None:
        for do in todo:
            if do in _CAUSES:
                status = given.response.status if given.response else None
                self._layer.report(Ended(self.id, _CAUSES[do], status))
            else:
                _PERFORM[do](self, given)
        if self._machine.over:
            self._pending = None
            self._layer.timers.forget(self)
            self._on_end(self)
        else:
            self._layer.timers.watch(self)

    def _respond(
        self,
        asked: Asked,
        status: int,
        now: float,
        *,
        reason: str = "",
        fields: Fields = (),
        sdp: SessionDescription | None = None,
    ) -> None:
        arrival, request = asked.arrival, asked.arrival.request
        response = arrival.response(status, reason, tag=self.dialog.local_tag)
        if 100 < status < 300 and request.method != "BYE":  # §12.1.1, §11.2
            response.headers.set("Record-Route", *request.headers.lines("Record-Route"))
            response.headers.set("Contact", self._layer.here.contact(arrival.reply.transport))
            response.headers.set("Allow", ALLOW)
        for name, value in fields:
            response.headers.add(name, value)
        if sdp:
            response.headers.set("Content-Type", ACCEPT)
            response.body = encoded(sdp)
        asked.transaction.respond(response, now)

    # One small function for each Do

    def _send_ringing(self, given: Given) -> None:
        self._settle(180, given)

    def _send_ok(self, given: Given) -> None:
        self._settle(200, given)

    def _repeat_ok(self, given: Given) -> None:
        assert self._pending
        self._pending.transaction.repeat_success(given.now)

    def _send_refusal(self, given: Given) -> None:
        self._settle(given.status, given)

    def _send_unavailable(self, given: Given) -> None:
        self._settle(480, given)

    def _send_terminated(self, given: Given) -> None:
        self._settle(487, given)

    def _settle(self, status: int, given: Given) -> None:
        """Answer what is pending, with what the user gave."""
        assert self._pending
        self._respond(
            self._pending,
            status,
            given.now,
            reason=given.reason,
            fields=given.fields,
            sdp=given.sdp,
        )

    def _send_retry_later(self, given: Given) -> None:
        seconds = str(sum(self._layer.tokens().encode()) % RETRY_WITHIN)
        assert given.asked
        self._respond(given.asked, 500, given.now, fields=(("Retry-After", seconds),))

    def _send_pending(self, given: Given) -> None:
        assert given.asked
        self._respond(given.asked, 491, given.now)

    def _send_gone(self, given: Given) -> None:
        assert given.asked
        self._respond(given.asked, 481, given.now)

    def _send_bye_ok(self, given: Given) -> None:
        assert given.asked
        self._respond(given.asked, 200, given.now)

    def _send_ack(self, given: Given) -> None:
        assert given.response
        self._acknowledge(self.dialog, given.response)

    def _acknowledge(self, dialog: Dialog, success: Response) -> None:
        ack = dialog.ack(success.cseq.number, self._layer.here)
        hop = dialog.hops()[0]
        ack.headers.set(
            "Via", self._layer.here.via(hop.transport, self._layer.clients.mint_branch())
        )
        self._acks[dialog.remote_tag] = Send(ack.encode(), hop)
        self._layer.outbox.append(self._acks[dialog.remote_tag])

    def _send_cancel(self, given: Given) -> None:
        assert self._invite
        self._invite.cancel(given.now)

    def _send_bye(self, given: Given) -> None:
        self._hang_up_dialog(self.dialog, self, given.now)

    def _hang_up_dialog(self, dialog: Dialog, user: Session | None, now: float) -> None:
        bye = dialog.request("BYE", self._layer.here)
        self._layer.clients.send(bye, dialog.hops(), user, now)

    def _tell_progress(self, given: Given) -> None:
        assert given.response
        self._layer.report(Progressed(self.id, given.response.status, given.sdp))

    def _tell_answer(self, given: Given) -> None:
        assert given.source
        self._layer.report(Answered(self.id, given.sdp, (given.source.host, given.source.port)))

    def _tell_confirmed(self, given: Given) -> None:
        self._pending = None
        self._layer.report(Confirmed(self.id, given.sdp))

    def _tell_offer(self, given: Given) -> None:
        self._pending = given.asked
        self._layer.report(Reoffered(self.id, given.sdp))


def encoded(sdp: SessionDescription) -> bytes:
    return str(sdp).encode("utf-8", "surrogateescape")


def _readable(message: Message) -> SessionDescription | None:
    """The SDP of a message that cannot be refused; None also when it cannot be read."""
    try:
        return description_in(message)
    except PeerError:
        return None


_CAUSES: Final = {
    Do.END_LOCAL: Cause.LOCAL,
    Do.END_REMOTE_BYE: Cause.REMOTE_BYE,
    Do.END_CANCELLED: Cause.CANCELLED,
    Do.END_REFUSED: Cause.REFUSED,
    Do.END_TIMEOUT: Cause.TIMEOUT,
    Do.END_TRANSPORT: Cause.TRANSPORT,
}

_PERFORM: Final[dict[Do, Callable[[Session, Given], None]]] = {
    Do.SEND_RINGING: Session._send_ringing,
    Do.SEND_OK: Session._send_ok,
    Do.REPEAT_OK: Session._repeat_ok,
    Do.SEND_REFUSAL: Session._send_refusal,
    Do.SEND_UNAVAILABLE: Session._send_unavailable,
    Do.SEND_TERMINATED: Session._send_terminated,
    Do.SEND_RETRY_LATER: Session._send_retry_later,
    Do.SEND_PENDING: Session._send_pending,
    Do.SEND_GONE: Session._send_gone,
    Do.SEND_BYE_OK: Session._send_bye_ok,
    Do.SEND_ACK: Session._send_ack,
    Do.SEND_CANCEL: Session._send_cancel,
    Do.SEND_BYE: Session._send_bye,
    Do.TELL_PROGRESS: Session._tell_progress,
    Do.TELL_ANSWER: Session._tell_answer,
    Do.TELL_CONFIRMED: Session._tell_confirmed,
    Do.TELL_OFFER: Session._tell_offer,
}
