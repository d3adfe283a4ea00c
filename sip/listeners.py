"""The sockets we listen on: bound all at once, or none."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

from config.listeners import listening
from config.settings import SipSettings
from sip.flow import UDP, Place

BIND_ATTEMPTS: Final = 16  # to find a free port for UDP that TCP can have too
LOST_SECONDS: Final = 32.0  # what a peer has not acknowledged by then never reached it: RFC 5482

Bound = tuple[Place, socket.socket]


def bind(settings: SipSettings) -> list[Bound]:
    """Every listener of the settings, in the order of `Here.places`. Raises OSError."""
    bound = _pair(settings.host, settings.port, settings.dscp)
    try:
        for text in settings.listeners:
            bound.append(_bound(Place(*listening(text)), settings.dscp))
    except OSError:
        close(bound)
        raise
    return bound


def close(bound: Sequence[Bound]) -> None:
    for _, each in bound:
        each.close()


def opened(host: str, kind: socket.SocketKind, dscp: int) -> socket.socket:
    """A socket of the IP version of an address, whose packets are marked (RFC 4594 §3)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ours = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    if family == socket.AF_INET6:
        ours.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        ours.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    else:
        ours.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
    if kind == socket.SOCK_STREAM:  # connections that are accepted inherit it all
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(LOST_SECONDS * 1000))
    return ours


def _pair(host: str, port: int, dscp: int) -> list[Bound]:
    """UDP and TCP on one port, any that is free for port 0."""
    for attempt in range(BIND_ATTEMPTS):
        udp = _bound(Place("UDP", host, port), dscp)
        try:
            return [udp, _bound(Place("TCP", host, udp[0].port), dscp)]
        except OSError:
            udp[1].close()
            if port or attempt == BIND_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _bound(place: Place, dscp: int) -> Bound:
    kind = socket.SOCK_DGRAM if place.transport == UDP else socket.SOCK_STREAM
    ours = opened(place.host, kind, dscp)
    try:
        if kind == socket.SOCK_STREAM:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ours.bind((place.host, place.port))
    except OSError:
        ours.close()
        raise
    return Place(place.transport, place.host, ours.getsockname()[1]), ours
