"""The whole of SIP without a socket: datagrams, timers and wishes in, actions out.

Nothing that comes from the network raises here. Times are seconds on one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from config.settings import SipSettings
from config.trunks import Trunk
from sip.actions import Action, Alias, Send
from sip.authentication import Authentication
from sip.authorization import NO_LOGINS, Logins
from sip.binding import Binding
from sip.callee import Callee
from sip.digest import Account
from sip.errors import PeerError
from sip.events import ReferProgressed, SessionId
from sip.exchange import Fields
from sip.flow import TLS, Flow, Here, default_port
from sip.headers import NameAddr
from sip.identity import Caller, TrustedSources
from sip.kept_binding import KeptBinding
from sip.locate import Answer, Question
from sip.message import Malformed, Request, parse
from sip.outside import by_way_of
from sip.overload import Overload
from sip.phone_calls import PhoneCall, PhoneCalls
from sip.phone_watch import PhoneWatches
from sip.reason import Reason
from sip.registrar import Registrar
from sip.replaces import Replaces
from sip.sdp import SessionDescription
from sip.sessions import Sessions
from sip.tokens import Tokens
from sip.transaction import TIMEOUT
from sip.transaction_layer import TransactionLayer
from sip.transfer import refer_fields
from sip.trunks import Trunks, TrunkStatus
from sip.uas import UserAgentServer


class Endpoint:
    """A user agent for many calls, and the registrar of its phones.

    A session that is over, or was never there, is left alone: its `Ended` is on the way.
    `tokens` mints every id: unique, at most 64 letters, digits, "-" or "_", and not to be guessed.
    """

    def __init__(
        self,
        settings: SipSettings,
        accounts: Mapping[str, Account],
        here: Here,
        tokens: Callable[[], str] | None = None,
    ) -> None:
        tokens = tokens or Tokens()
        secret = "".join(tokens() for _ in range(4)).encode()
        preloaded = by_way_of(settings.outbound_proxies)
        self._layer = TransactionLayer(here, tokens, settings.max_transactions, preloaded)
        self._sessions = Sessions(self._layer, settings.max_sessions)
        self._registrar = self._make_registrar(settings)
        trusted = TrustedSources(settings.trusted_sources)
        self._phones = PhoneCalls(self._sessions, self._registrar, trusted, here)
        self._authentication = Authentication.of(
            settings, accounts, secret, tokens, self._layer.report
        )
        self.overload = Overload(settings.overload_seconds)
        """The driver tells it what it sees of queues and delays."""
        self._uas = UserAgentServer(
            self._layer,
            self._sessions,
            self._registrar,
            self._authentication,
            secret,
            trusted,
            self.overload,
        )
        self._accounts = accounts
        self._trunks = Trunks(self._layer)
        self._max_message_bytes = settings.max_message_bytes
        self.malformed = 0
        """Messages that broke the grammar, answered or not."""

    def _make_registrar(self, settings: SipSettings) -> Registrar:
        phones = PhoneWatches(
            self._layer,
            settings.keepalive_seconds,
            lambda way, now: self._registrar.gone(*way, now),
        )
        return Registrar(
            self._layer.timers,
            self._layer.report,
            settings.max_registration_seconds,
            self._layer.draw,
            phones.held,
        )

    @property
    def deadline(self) -> float:
        """When tick() is next due; inf when never."""
        return self._layer.timers.deadline

    @property
    def transactions_open(self) -> int:
        return self._layer.open

    @property
    def guessers_blocked(self) -> int:
        """Addresses and user names blocked so far for wrong passwords."""
        return self._authentication.blocked

    @property
    def sessions_open(self) -> int:
        return len(self._sessions)

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        """One message that came by `flow`: a datagram, or cut from a stream by `Framer`."""
        if data.strip(b"\r\n\0 "):  # else it keeps a NAT binding alive
            self._read(data, flow, now)
        return self._layer.drain()

    def tick(self, now: float) -> list[Action]:
        self._layer.tick(now)
        return self._layer.drain()

    def undelivered(self, send: Send, now: float) -> list[Action]:
        """`send` did not reach the wire."""
        self._layer.undelivered(send, now)
        return self._layer.drain()

    def resolved(self, question: Question, answer: Answer, now: float) -> list[Action]:
        """What DNS said to a `Resolve`."""
        self._layer.locator.answered(question, answer, now)
        return self._layer.drain()

    def invite(
        self,
        username: str,
        device: str = "",
        *,
        caller: str,
        offer: SessionDescription | None,
        extra_headers: Fields = (),
        logins: Logins = NO_LOGINS,
        identity: Caller | None = None,
        replaces: SessionId | None = None,
        on_behalf_of: SessionId | None = None,
        now: float,
    ) -> tuple[SessionId, list[Action]]:
        """Call a registered user; `caller` is the display name, each extra header comes once.

        All phones of the user ring, or the one with the instance `device`; the first that answers
        has the call, and the events of all are those of one session. Without an `offer` the phone
        makes one: `Answered` or `Progressed` has it.

        `logins` says who we are in each realm that may challenge us; no other is answered.
        `identity` is for whom we call: a private one is told to trusted peers only. The phone is to
        drop `replaces`, another session with it. `on_behalf_of` is the session whose Session-ID
        the call goes on with. Raises NotRegistered, SessionsFull, SessionGone.
        """
        wanted = PhoneCall(
            *(username, device, caller, offer, extra_headers, logins),
            *(identity, replaces, on_behalf_of),
        )
        session = self._phones.call(wanted, now)
        return session.id, self._layer.drain()

    def invite_uri(
        self,
        uri: str,
        *,
        from_uri: str,
        from_display: str = "",
        offer: SessionDescription | None,
        routes: tuple[str, ...] = (),
        extra_headers: Fields = (),
        logins: Logins = NO_LOGINS,
        patience: float = TIMEOUT,
        on_behalf_of: SessionId | None = None,
        now: float,
    ) -> tuple[SessionId, list[Action]]:
        """Call any URI, by way of `routes`, values of Route, else of our outbound proxies.

        `patience`: seconds until a peer that shows no sign of life counts as lost. `on_behalf_of`
        is the session whose Session-ID the call goes on with.
        Raises Unlocated, SessionsFull; PeerError where an address cannot be read.
        """
        routes = routes or self._layer.preloaded
        there = Callee.anywhere(uri, NameAddr(from_display, from_uri), routes)
        behalf = self._sessions.behalf(None, None, on_behalf_of, authority="", trusted=False)
        session = self._sessions.call(there, offer, extra_headers, now, logins, behalf, patience)
        return session.id, self._layer.drain()

    def ring(self, session: SessionId, now: float) -> list[Action]:
        """180 to an incoming call."""
        return self.progress(session, 180, now=now)

    def progress(
        self,
        session: SessionId,
        status: int = 183,
        sdp: SessionDescription | None = None,
        *,
        now: float,
    ) -> list[Action]:
        """A 101-199 to an incoming call; `sdp` for media before the answer.

        It answers the offer of the call, as `answer` then does once more; where there was no offer
        it is ours, if the caller can acknowledge it: `ProgressConfirmed` has its answer.
        """
        assert 100 < status < 200, status
        if found := self._sessions.get(session):
            found.progress(status, sdp, now)
        return self._layer.drain()

    def answer(self, session: SessionId, sdp: SessionDescription, now: float) -> list[Action]:
        """200 to an incoming call, resent until its ACK comes."""
        if found := self._sessions.get(session):
            found.answer(sdp, now)
        return self._layer.drain()

    def reject(
        self, session: SessionId, status: int, reason: str = "", *, now: float
    ) -> list[Action]:
        """A final response of 300 or more to an incoming call."""
        assert status >= 300, status
        if found := self._sessions.get(session):
            found.reject(status, reason, now)
        return self._layer.drain()

    def challenge(self, session: SessionId, now: float) -> list[Action]:
        """401 to an incoming call: no `Ended`; the phone comes back with a new INVITE."""
        if found := self._sessions.get(session):
            found.challenge(self._authentication.challenge(now), now)
        return self._layer.drain()

    def hang_up(self, session: SessionId, now: float, reason: Reason | None = None) -> list[Action]:
        """End a session in whatever state: CANCEL, BYE or 480, as soon as each may be sent."""
        if found := self._sessions.get(session):
            found.hang_up(now, reason)
        return self._layer.drain()

    def accept_reoffer(
        self, session: SessionId, sdp: SessionDescription, now: float
    ) -> list[Action]:
        """Answer an offer of the peer: that of `Reoffered`, of `Progressed` or of `Answered`."""
        if found := self._sessions.get(session):
            found.accept(sdp, now)
        return self._layer.drain()

    def reject_reoffer(self, session: SessionId, status: int, now: float) -> list[Action]:
        """Refuse it; the session goes on as it was. One that has just been answered ends."""
        assert status >= 300, status
        if found := self._sessions.get(session):
            found.decline(status, now)
        return self._layer.drain()

    def reoffer(
        self,
        session: SessionId,
        sdp: SessionDescription,
        now: float,
        *,
        by_update: bool = False,
    ) -> list[Action]:
        """Ask the peer for a change; `Reanswered` says what became of it.

        By re-INVITE, or by UPDATE where that is asked for and the peer allows it; before the call
        is answered always by UPDATE, once there is one early dialog with a description of both
        sides that was acknowledged. Until its end the session goes on as it was, and another
        reoffer is answered 491.
        """
        if found := self._sessions.get(session):
            found.reoffer(sdp, now, by_update=by_update)
        return self._layer.drain()

    def accept_refer(self, session: SessionId, now: float) -> list[Action]:
        """202: we call the target. How that goes is told by notify_refer."""
        if found := self._sessions.get(session):
            found.accept_refer(now)
        return self._layer.drain()

    def reject_refer(self, session: SessionId, status: int, now: float) -> list[Action]:
        assert status >= 300, status
        if found := self._sessions.get(session):
            found.reject_refer(status, now)
        return self._layer.drain()

    def notify_refer(self, session: SessionId, status: int, now: float) -> list[Action]:
        """The status the new call has reached; a final one ends the matter."""
        if found := self._sessions.get(session):
            found.notify_refer(status, now)
        return self._layer.drain()

    def refer(
        self,
        session: SessionId,
        target: str,
        replaces: SessionId | None = None,
        *,
        now: float,
    ) -> list[Action]:
        """Ask the peer to call `target` itself; `ReferProgressed` says how far that is.

        `replaces` is a session of ours whose far end is to be called in its place: attended.
        Raises PeerError when `target` is no URI, or has headers in it.
        """
        found, other = self._sessions.get(session), self._sessions.get(replaces or session)
        if found is None or found.has_ended:
            return []
        if other is None or other.has_ended:
            self._layer.report(ReferProgressed(session, 481, over=True))
        else:
            named = Replaces.of(other.dialog) if replaces else None
            found.refer(refer_fields(target, named, found.dialog.local), now)
        return self._layer.drain()

    def call_id(self, session: SessionId) -> str | None:
        """What ties the messages of a session together; None when it is over."""
        found = self._sessions.get(session)
        return found.dialog.call_id if found else None

    def connection_closed(self, flow: Flow, now: float) -> list[Action]:
        """Phones that only this connection led to are registered no longer."""
        self._registrar.closed(flow, now)
        return self._layer.drain()

    def is_registered(self, username: str) -> bool:
        return self._registrar.is_registered(username)

    def changed_bindings(self, now: float) -> dict[str, tuple[KeptBinding, ...]]:
        """Whose registrations have changed since this was asked last, and what they are now."""
        return {
            username: tuple(KeptBinding.of(username, binding, now) for binding in held)
            for username, held in self._registrar.changed().items()
        }

    def restore_bindings(self, kept: Iterable[KeptBinding], now: float) -> list[Action]:
        """Registrations of before a restart, as far as they hold; `Registered` is reported."""
        found: dict[str, list[Binding]] = {}
        for one in kept:
            binding = one.binding(self._layer.here, now)
            if binding and one.username in self._accounts:
                found.setdefault(one.username, []).append(binding)
        for username, held in found.items():
            if not self._registrar.is_registered(username):
                self._registrar.restore(username, held, now)
        return self._layer.drain()

    def flows_to(self, username: str, device: str = "") -> tuple[Flow, ...]:
        """How each of these phones is reached. Raises NotRegistered."""
        return self._phones.flows(username, device)

    def registered_connections(self) -> set[int]:
        """The numbers of connections that phones are registered by."""
        return self._registrar.connections()

    def open_trunks(self, trunks: Iterable[Trunk], now: float) -> list[Action]:
        """Register where they want it, and ask each at intervals whether it is there."""
        self._trunks.open(trunks, now)
        return self._layer.drain()

    def close_trunks(self, now: float) -> list[Action]:
        """Take our registrations back; `trunks_closed` tells when that is done."""
        self._trunks.close(now)
        return self._layer.drain()

    @property
    def trunks_closed(self) -> bool:
        return self._trunks.closed

    def trunk_status(self, name: str) -> TrunkStatus:
        return self._trunks.status(name)

    def _read(self, data: bytes, flow: Flow, now: float) -> None:
        try:
            if len(data) > self._max_message_bytes:
                raise PeerError("Message Too Large", status=513)
            message = parse(data)
        except PeerError as error:
            self.malformed += 1
            if isinstance(error, Malformed) and error.request:
                self._uas.refuse_malformed(error.request, error, flow)
            return
        if isinstance(message, Request):
            if flow.transport == TLS and "alias" in message.via.params:
                port = message.via.port or default_port(TLS)
                self._layer.outbox.append(Alias(flow, port))
            self._uas.receive(message, flow, now)
        else:
            self._layer.clients.receive(message, flow, now)
