"""The driver: sockets and the clock for `Endpoint`. The only part of SIP that knows asyncio."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Final

from config.settings import SipSettings
from config.trunks import Trunk
from sip.actions import Action, Report, Send
from sip.authorization import NO_LOGINS, Logins
from sip.digest import Account
from sip.endpoint import Endpoint
from sip.events import Event, SessionId
from sip.exchange import Fields
from sip.flow import UDP, Flow
from sip.identity import Caller
from sip.reason import Reason
from sip.sdp import SessionDescription
from sip.tcp import Connections
from sip.transaction import TIMEOUT
from sip.trunks import TrunkStatus

RECEIVE_BUFFER: Final = 4 * 1024 * 1024  # octets; a burst must outlast one busy turn of the loop
DATAGRAMS_PER_WAKE: Final = 64  # then others have their turn
MAX_DATAGRAM: Final = 65535
BIND_ATTEMPTS: Final = 16  # to find a free port for UDP that TCP can have too

log = logging.getLogger(__name__)


class SipTransport:
    """One UDP and one TCP socket on the same port, an `Endpoint`, and one timer.

    `on_event` may call back at once; what it asks for is done after what came before.
    """

    def __init__(
        self,
        settings: SipSettings,
        accounts: Mapping[str, Account],
        on_event: Callable[[Event], None],
    ) -> None:
        self.host = settings.host
        self.port = settings.port
        """As bound, once started."""
        self.failures = 0
        """Messages and timers that hit a bug of ours."""
        self._settings, self._accounts, self._on_event = settings, accounts, on_event
        self._connections = Connections(
            settings.max_tcp_connections, self._receive, self._undelivered
        )
        self._actions: deque[Action] = deque()
        self._performing = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = inf
        self._endpoint: Endpoint | None = None
        self._udp: socket.socket | None = None

    @property
    def endpoint(self) -> Endpoint:
        assert self._endpoint, "start() comes first"
        return self._endpoint

    async def start(self) -> None:
        """Bind both sockets. Raises OSError."""
        self._udp, listener = _bind(self.host, self._settings.port)
        self.port = self._udp.getsockname()[1]
        self._endpoint = Endpoint(self._settings, self._accounts, self.port)
        await self._connections.listen(listener)
        asyncio.get_running_loop().add_reader(self._udp, self._read_datagrams)

    async def stop(self) -> None:
        """Close everything at once; who wants to say goodbye hangs up first."""
        if self._timer:
            self._timer.cancel()
        if self._udp:
            asyncio.get_running_loop().remove_reader(self._udp)
            self._udp.close()
            self._udp = None
        await self._connections.close()

    def invite(
        self,
        username: str,
        *,
        caller: str,
        offer: SessionDescription,
        extra_headers: Fields = (),
        logins: Logins = NO_LOGINS,
        identity: Caller | None = None,
        replaces: SessionId | None = None,
        on_behalf_of: SessionId | None = None,
    ) -> SessionId:
        """Call a registered user. Raises NotRegistered, SessionsFull, SessionGone."""
        session, actions = self.endpoint.invite(
            username,
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
        offer: SessionDescription,
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

    def reoffer(self, session: SessionId, sdp: SessionDescription) -> None:
        self._perform(self.endpoint.reoffer(session, sdp, self._now()))

    def accept_refer(self, session: SessionId) -> None:
        self._perform(self.endpoint.accept_refer(session, self._now()))

    def reject_refer(self, session: SessionId, status: int) -> None:
        self._perform(self.endpoint.reject_refer(session, status, self._now()))

    def notify_refer(self, session: SessionId, status: int) -> None:
        self._perform(self.endpoint.notify_refer(session, status, self._now()))

    def refer(self, session: SessionId, target: str, replaces: SessionId | None = None) -> None:
        """Have the peer call somebody else. Raises PeerError when `target` cannot be called."""
        self._perform(self.endpoint.refer(session, target, replaces, now=self._now()))

    def is_registered(self, username: str) -> bool:
        return self.endpoint.is_registered(username)

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

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _read_datagrams(self) -> None:
        for _ in range(DATAGRAMS_PER_WAKE):
            if self._udp is None:  # an event stopped us
                return
            try:
                data, address = self._udp.recvfrom(MAX_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:  # what ICMP said about an earlier datagram
                log.debug("receiving failed: %s", error)
                continue
            self._receive(data, Flow(UDP, address[0], address[1]))

    def _receive(self, data: bytes, flow: Flow) -> None:
        try:
            self._perform(self.endpoint.receive(data, flow, self._now()))
        except Exception:
            self._failed()

    def _failed(self) -> None:
        """What hits a bug of ours costs one message or one timer, not the reader or the clock."""
        self.failures += 1
        if self.failures.bit_count() == 1:  # the 1st, 2nd, 4th, 8th, ...
            log.exception("a message or a timer failed, number %d", self.failures)

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
            case Report():
                try:
                    self._on_event(action.event)
                except Exception:
                    log.exception("the user of SIP failed at %s", action.event)
            case Send() if action.flow.transport == UDP:
                self._send_datagram(action)
            case Send():
                self._connections.send(action)

    def _send_datagram(self, send: Send) -> None:
        if self._udp is None:
            return
        try:
            self._udp.sendto(send.data, (send.flow.host, send.flow.port))
        except (BlockingIOError, InterruptedError):
            pass  # as good as lost on the way: it will be resent
        except OSError as error:
            log.debug("sending to %s failed: %s", send.flow, error)
            self._undelivered(send)

    def _arm(self) -> None:
        """Keep the timer at or before the endpoint's deadline; early is harmless."""
        due = self.endpoint.deadline
        if due >= self._armed_for or self._udp is None:
            return
        if self._timer:
            self._timer.cancel()
        self._armed_for = due
        self._timer = asyncio.get_running_loop().call_at(due, self._wake, due)

    def _wake(self, due: float) -> None:
        self._timer, self._armed_for = None, inf
        try:
            now = max(due, self._now())  # the loop may wake a hair early
            self._perform(self.endpoint.tick(now))
        except Exception:
            self._failed()
        self._arm()


def _bind(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one port, any that is free for port 0. Raises OSError."""
    for attempt in range(BIND_ATTEMPTS):
        family = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0][0]
        udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        tcp = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            udp.bind((host, port))
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((host, udp.getsockname()[1]))
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()
            if port or attempt == BIND_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
