"""The driver: sockets and the clock for `Endpoint`. The only part of SIP that knows asyncio."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Final

from config.listeners import address
from config.settings import SipSettings, TlsSettings
from config.trunks import Trunk
from sip import listeners
from sip.actions import Action, Alias, Report, Resolve, Send
from sip.authorization import NO_LOGINS, Logins
from sip.census import Limits
from sip.datagrams import Datagrams
from sip.digest import Account
from sip.endpoint import Endpoint
from sip.events import Event, SessionId
from sip.exchange import Fields
from sip.flood import Flood
from sip.flow import UDP, Flow, Here, Place
from sip.identity import Caller
from sip.kept_binding import KeptBinding
from sip.locate import Question
from sip.reason import Reason
from sip.resolver import PORT, Resolver
from sip.sdp import SessionDescription
from sip.sources import Sources
from sip.tcp import Connections
from sip.tls import Certificates
from sip.trace import Captured, Observer
from sip.transaction import TIMEOUT
from sip.trunks import TrunkStatus

MAX_HALF_OPEN: Final = 100  # connections that have brought no message yet
TICK_SECONDS: Final = 0.02  # between two wakes by the timer: what is due by then is done together

log = logging.getLogger(__name__)


class SipTransport:
    """The listeners, an `Endpoint`, and one timer.

    `on_event` may call back at once; what it asks for is done after what came before. Each message
    is shown to `observers`, in both directions and before anything is done about it.
    """

    def __init__(
        self,
        settings: SipSettings,
        accounts: Mapping[str, Account],
        on_event: Callable[[Event], None],
        tls: TlsSettings | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        """Raises OSError when the certificates cannot be read."""
        self.host = settings.host
        self.port = settings.port
        """As bound, once started."""
        self.authority = ""
        """Where phones reach us, `host:port` of the first listener, once started."""
        self.places: tuple[Place, ...] = ()
        """Every listener as bound, once started."""
        self.failures = 0
        """Messages and timers that hit a bug of ours."""
        self._settings, self._accounts, self._on_event = settings, accounts, on_event
        self._certificates = Certificates(tls) if tls and tls.certificate else None
        self._observers = tuple(observers)
        self._connections = Connections(
            _limits(settings),
            self._certificates,
            self._receive,
            self._undelivered,
            self._closed,
            lambda: self.endpoint.registered_connections(),
            settings.dscp,
        )
        self._flood = Flood.limited_by(settings)
        self._datagrams: dict[int, Datagrams] = {}
        self._resolver = Resolver([_name_server(text) for text in settings.dns_servers])
        self._sources = Sources()
        self._lookups: set[asyncio.Task[None]] = set()
        self._actions: deque[Action] = deque()
        self._performing = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for, self._woken_at = inf, -inf
        self._endpoint: Endpoint | None = None

    @property
    def flood_dropped(self) -> int:
        """Messages thrown away unread, since there were too many or a scanner sent them."""
        return self._flood.dropped

    @property
    def endpoint(self) -> Endpoint:
        assert self._endpoint, "start() comes first"
        return self._endpoint

    async def start(self) -> None:
        """Bind every listener. Raises OSError."""
        bound = listeners.bind(self._settings)
        self.places = tuple(place for place, _ in bound)
        self.port = self.places[0].port
        here = Here(self.host, self.port, self.places[2:], self._sources.to)
        self.authority = here.authority(None)
        if here.is_manifold:
            self._sources.watch()
        self._endpoint = Endpoint(self._settings, self._accounts, here)
        for number, (place, ours) in enumerate(bound):
            if place.transport == UDP:
                self._datagrams[number] = Datagrams(
                    ours, place, number, self._receive, self.endpoint.overload
                )
            else:
                await self._connections.listen(ours, place, number)

    async def stop(self) -> None:
        """Close everything at once; who wants to say goodbye hangs up first."""
        if self._timer:
            self._timer.cancel()
        for datagrams in self._datagrams.values():
            datagrams.close()
        self._datagrams.clear()
        for lookup in self._lookups:
            lookup.cancel()
        await asyncio.gather(*self._lookups, return_exceptions=True)
        await self._connections.close()
        await self._sources.close()

    def reload_certificates(self) -> bool:
        """Read them anew now; a change of their files is noticed anyway, at the next connection.

        False when they are unusable: then the old ones stay.
        """
        if self._certificates is None:
            log.info("there are no certificates to be read again")
            return False
        return self._certificates.reload()

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
    ) -> SessionId:
        """Call the phones of a registered user. Raises NotRegistered, SessionsFull, SessionGone."""
        session, actions = self.endpoint.invite(
            username,
            device,
            caller=caller,
            offer=offer,
            extra_headers=extra_headers,
            logins=logins,
            identity=identity,
            replaces=replaces,
            on_behalf_of=on_behalf_of,
            now=self._now(),
        )
        self._perform(actions)
        return session

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
    ) -> SessionId:
        """Call any URI. Raises Unlocated, SessionsFull, PeerError."""
        session, actions = self.endpoint.invite_uri(
            uri,
            from_uri=from_uri,
            from_display=from_display,
            offer=offer,
            routes=routes,
            extra_headers=extra_headers,
            logins=logins,
            patience=patience,
            on_behalf_of=on_behalf_of,
            now=self._now(),
        )
        self._perform(actions)
        return session

    def ring(self, session: SessionId) -> None:
        self._perform(self.endpoint.ring(session, self._now()))

    def progress(
        self, session: SessionId, status: int = 183, sdp: SessionDescription | None = None
    ) -> None:
        self._perform(self.endpoint.progress(session, status, sdp, now=self._now()))

    def answer(self, session: SessionId, sdp: SessionDescription) -> None:
        self._perform(self.endpoint.answer(session, sdp, self._now()))

    def reject(self, session: SessionId, status: int, reason: str = "") -> None:
        self._perform(self.endpoint.reject(session, status, reason, now=self._now()))

    def challenge(self, session: SessionId) -> None:
        self._perform(self.endpoint.challenge(session, self._now()))

    def hang_up(self, session: SessionId, reason: Reason | None = None) -> None:
        self._perform(self.endpoint.hang_up(session, self._now(), reason))

    def accept_reoffer(self, session: SessionId, sdp: SessionDescription) -> None:
        self._perform(self.endpoint.accept_reoffer(session, sdp, self._now()))

    def reject_reoffer(self, session: SessionId, status: int) -> None:
        self._perform(self.endpoint.reject_reoffer(session, status, self._now()))

    def reoffer(
        self, session: SessionId, sdp: SessionDescription, *, by_update: bool = False
    ) -> None:
        self._perform(self.endpoint.reoffer(session, sdp, self._now(), by_update=by_update))

    def accept_refer(self, session: SessionId) -> None:
        self._perform(self.endpoint.accept_refer(session, self._now()))

    def reject_refer(self, session: SessionId, status: int) -> None:
        self._perform(self.endpoint.reject_refer(session, status, self._now()))

    def notify_refer(self, session: SessionId, status: int) -> None:
        self._perform(self.endpoint.notify_refer(session, status, self._now()))

    def refer(self, session: SessionId, target: str, replaces: SessionId | None = None) -> None:
        """Have the peer call somebody else. Raises PeerError when `target` cannot be called."""
        self._perform(self.endpoint.refer(session, target, replaces, now=self._now()))

    def call_id(self, session: SessionId) -> str | None:
        """None when it is over."""
        return self.endpoint.call_id(session)

    def is_registered(self, username: str) -> bool:
        return self.endpoint.is_registered(username)

    def flows_to(self, username: str, device: str = "") -> tuple[Flow, ...]:
        """How each of these phones is reached. Raises NotRegistered."""
        return self.endpoint.flows_to(username, device)

    def open_trunks(self, trunks: Iterable[Trunk]) -> None:
        """Register where they want it, and ask each at intervals whether it is there."""
        self._perform(self.endpoint.open_trunks(trunks, self._now()))

    def close_trunks(self) -> None:
        """Take our registrations back; `trunks_closed` tells when that is done."""
        self._perform(self.endpoint.close_trunks(self._now()))

    @property
    def trunks_closed(self) -> bool:
        return self.endpoint.trunks_closed

    def trunk_status(self, name: str) -> TrunkStatus:
        return self.endpoint.trunk_status(name)

    def changed_bindings(self) -> dict[str, tuple[KeptBinding, ...]]:
        return self.endpoint.changed_bindings(self._now())

    def restore_bindings(self, kept: Iterable[KeptBinding]) -> int:
        """How many of them hold."""
        actions = self.endpoint.restore_bindings(kept, self._now())
        self._perform(actions)
        return sum(1 for action in actions if isinstance(action, Report))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _receive(self, data: bytes, flow: Flow) -> None:
        now = self._now()
        if not self._flood.admits(data, flow.host, now):
            return
        try:
            if self._observers:
                self._observe(data, flow, sent=False)
            self._perform(self.endpoint.receive(data, flow, now))
        except Exception:
            self._failed()

    def _failed(self) -> None:
        """What hits a bug of ours costs one message or one timer, not the reader or the clock."""
        self.failures += 1
        if self.failures.bit_count() == 1:  # the 1st, 2nd, 4th, 8th, ...
            log.exception("a message or a timer failed, number %d", self.failures)

    def _closed(self, flow: Flow) -> None:
        self._perform(self.endpoint.connection_closed(flow, self._now()))

    def _undelivered(self, send: Send) -> None:
        self._perform(self.endpoint.undelivered(send, self._now()))

    def _perform(self, actions: Iterable[Action]) -> None:
        """Carry out in order; what an event asks for joins the end of the queue."""
        self._actions.extend(actions)
        if self._performing:
            return
        self._performing = True
        try:
            while self._actions:
                self._carry_out(self._actions.popleft())
        finally:
            self._performing = False
        self._arm()

    def _carry_out(self, action: Action) -> None:
        match action:
            case Send():
                if self._observers:
                    self._observe(action.data, action.flow, sent=True)
                if action.flow.transport == UDP:
                    self._send_datagram(action)
                else:
                    self._connections.send(action)
            case Report():
                try:
                    self._on_event(action.event)
                except Exception:
                    log.exception("the user of SIP failed at %s", action.event)
            case Resolve():
                lookup = asyncio.get_running_loop().create_task(self._look_up(action.question))
                self._lookups.add(lookup)
                lookup.add_done_callback(self._lookups.discard)
            case Alias():
                self._connections.alias(action.flow, action.port)

    def _observe(self, data: bytes, flow: Flow, *, sent: bool) -> None:
        ours = self.places[flow.listener or 0]
        captured = Captured(time.time(), sent, flow, (ours.host, ours.port), data)
        for observer in self._observers:
            observer(captured)

    def _send_datagram(self, send: Send) -> None:
        datagrams = self._datagrams.get(send.flow.listener or 0)
        if datagrams and not datagrams.send(send.data, send.flow):
            self._undelivered(send)

    async def _look_up(self, question: Question) -> None:
        answer = await self._resolver.answer(question)
        self._perform(self.endpoint.resolved(question, answer, self._now()))

    def _arm(self) -> None:
        """Keep the timer at or before the endpoint's deadline; early is harmless.

        A deadline that follows the last one closely waits for its tick: under load there are
        thousands in a second.
        """
        due = max(self.endpoint.deadline, self._woken_at + TICK_SECONDS)
        if due >= self._armed_for or not self._datagrams:
            return
        if self._timer:
            self._timer.cancel()
        self._armed_for = due
        self._timer = asyncio.get_running_loop().call_at(due, self._wake, due)

    def _wake(self, due: float) -> None:
        self._timer, self._armed_for = None, inf
        try:
            now = self._woken_at = max(due, self._now())  # the loop may wake a hair early
            self.endpoint.overload.came_late(now - due, now)
            self._perform(self.endpoint.tick(now))
        except Exception:
            self._failed()
        self._arm()


def _limits(settings: SipSettings) -> Limits:
    return Limits(
        settings.max_tcp_connections,
        settings.max_tcp_connections_per_source,
        MAX_HALF_OPEN,
        settings.tcp_idle_seconds,
    )


def _name_server(text: str) -> tuple[str, int]:
    host, port = address(text)
    return host, PORT if port is None else port
