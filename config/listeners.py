"""Addresses as they are written in settings: `tls:192.0.2.1:5061`, `udp:[2001:db8::1]:5060`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator

TRANSPORTS: Final = ("udp", "tcp", "tls")

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?")


class Listening(NamedTuple):
    transport: str
    """UDP, TCP or TLS."""
    host: str
    port: int


def listening(text: str) -> Listening:
    """A transport and an address to bind. Raises ValueError."""
    transport, colon, rest = text.partition(":")
    if not colon or transport not in TRANSPORTS:
        raise ValueError(
            "udp:, tcp: or tls: and an address with a port, such as tls:192.0.2.1:5061"
        )
    host, port = address(rest)
    if port is None:
        raise ValueError("a port after the address")
    if ip_address(host).is_multicast:
        raise ValueError("an address of this machine, 0.0.0.0 or [::] for all of them")
    return Listening(transport.upper(), host, port)


def address(text: str) -> tuple[str, int | None]:
    """An IP address, IPv6 in brackets, and the port if there is one. Raises ValueError."""
    parts = _ADDRESS.fullmatch(text)
    if parts is None or (parts[3] and int(parts[3]) > 65535):
        raise ValueError("an IP address, IPv6 in brackets, with or without a port")
    host = str(ip_address(parts[1] or parts[2]))
    if (":" in host) != (parts[1] is not None):
        raise ValueError("brackets around an IPv6 address, and only there")
    return host, int(parts[3]) if parts[3] else None


def _checked_listener(text: str) -> str:
    listening(text)
    return text


def _checked_address(text: str) -> str:
    address(text)
    return text


ListenerText = Annotated[str, AfterValidator(_checked_listener)]
AddressText = Annotated[str, AfterValidator(_checked_address)]
