"""The trunks at work: whose call comes in, who has room for one more, what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import structlog

from config import Trunk
from engine.call_limit import CallLimit
from engine.inbound import translated
from sip import (
    InviteReceived,
    SessionId,
    SipTransport,
    TrunkAddress,
    TrunkDown,
    TrunkRegistered,
    TrunkUnregistered,
    TrunkUp,
    Unlocated,
)
from sip.flow import Flow

TrunkEvent = TrunkRegistered | TrunkUnregistered | TrunkUp | TrunkDown

FAREWELL_SECONDS = 2.0
"""Registrars may take so long to forget us at the stop."""
log = structlog.get_logger("engine.trunks")


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk at this moment. `is_registered` is None for one that does not register."""

    name: str
    is_up: bool
    is_registered: bool | None
    calls: int


class Trunks:
    """Calls in both directions count against a trunk's limits until their session has ended."""

    def __init__(self, trunks: Iterable[Trunk], sip: SipTransport) -> None:
        self._trunks, self._sip = {trunk.name: trunk for trunk in trunks}, sip
        self._limits = {
            trunk.name: CallLimit(trunk.max_calls, trunk.calls_per_second)
            for trunk in self._trunks.values()
        }
        self._sources = {trunk.name: _sources(trunk) for trunk in self._trunks.values()}
        self._taken: dict[SessionId, str] = {}
        self._loop = asyncio.get_running_loop()
        self._closed = asyncio.Event()
        self._closed.set()

    def open(self) -> None:
        """Register, and begin to ask who is there."""
        self._closed.clear()
        self._sip.open_trunks(self._trunks.values())

    async def close(self) -> None:
        """Take our registrations back, as far as that can be done in a moment."""
        if self._closed.is_set():
            return
        self._sip.close_trunks()
        if self._sip.trunks_closed:
            self._closed.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._closed.wait()

    def status(self) -> list[TrunkState]:
        return [self._state(name) for name in self._trunks]

    def unusable(self) -> set[str]:
        """Trunks that are down, not registered, or full."""
        now = self._loop.time()
        return {
            name
            for name, limit in self._limits.items()
            if not self._sip.trunk_status(name).is_usable or not limit.has_room(now)
        }

    def on_event(self, event: TrunkEvent) -> None:
        match event:
            case TrunkRegistered():
                log.info("trunk registered", trunk=event.trunk, seconds=event.seconds)
            case TrunkUp():
                log.info("trunk up", trunk=event.trunk)
            case TrunkUnregistered():
                cause, status = event.cause.name, event.status
                log.warning("trunk not registered", trunk=event.trunk, cause=cause, status=status)
                if self._sip.trunks_closed:
                    self._closed.set()
            case TrunkDown():
                cause, status = event.cause.name, event.status
                log.warning("trunk down", trunk=event.trunk, cause=cause, status=status)

    def brought(self, invite: InviteReceived) -> bool:
        """Whether a call came by a trunk."""
        return self._of(invite) is not None

    def translated(self, invite: InviteReceived) -> InviteReceived:
        """What came by a trunk, with its numbers in E.164."""
        trunk = self._of(invite)
        return translated(invite, trunk) if trunk else invite

    def admits(self, invite: InviteReceived) -> bool:
        """Take a place on the trunk a call came by; False when there is none left."""
        trunk = self._of(invite)
        return trunk is None or self.take(trunk, invite.session)

    def take(self, trunk: Trunk, session: SessionId) -> bool:
        """A place for this session until it has ended; False when there is none left."""
        limit, now = self._limits[trunk.name], self._loop.time()
        if not limit.has_room(now):
            log.warning("trunk full", trunk=trunk.name, calls=limit.calls)
            return False
        limit.take(now)
        self._taken[session] = trunk.name
        return True

    def ended(self, session: SessionId) -> None:
        if name := self._taken.pop(session, None):
            self._limits[name].give()

    def _of(self, invite: InviteReceived) -> Trunk | None:
        """Whose call this is, by where it came from; a proven user's is nobody's."""
        if invite.username is not None:
            return None
        source = ip_address(invite.source[0])
        for trunk in self._trunks.values():
            if any(source in network for network in self._sources[trunk.name]):
                return trunk
        return None

    def _state(self, name: str) -> TrunkState:
        status = self._sip.trunk_status(name)
        return TrunkState(name, status.is_up, status.is_registered, self._limits[name].calls)


def trusted_networks(trunks: Iterable[Trunk]) -> tuple[IPv4Network | IPv6Network, ...]:
    """From where P-Asserted-Identity is believed because a trunk is."""
    trusted = (trunk for trunk in trunks if trunk.asserted_identity == "trust")
    return tuple(network for trunk in trusted for network in _sources(trunk))


def _sources(trunk: Trunk) -> tuple[IPv4Network | IPv6Network, ...]:
    """Without networks of its own, a trunk sends from the IP address we send to, if it is one."""
    if trunk.sources:
        return trunk.sources
    with suppress(Unlocated):
        hops = TrunkAddress.of(trunk).hops()
        return tuple(ip_network(hop.host) for hop in hops if isinstance(hop, Flow))
    return ()
