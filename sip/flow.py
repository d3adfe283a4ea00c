"""Where messages come from and go to, and what we write about ourselves into them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from sip.errors import PeerError
from sip.grammar import format_host_port
from sip.headers import Via
from sip.uri import Uri

UDP: Final = "UDP"
TCP: Final = "TCP"
DEFAULT_PORT: Final = 5060  # RFC 3261 §19.1.2


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to one peer (RFC 5626 §2): UDP to an address, or a TCP connection.

    `connection` is the driver's number of an open connection; None means "any to this address, a
    new one if need be". `host` is always an IP address, never a name.
    """

    transport: str
    host: str
    port: int
    connection: int | None = None

    @property
    def reliable(self) -> bool:
        return self.transport != UDP


@dataclass(frozen=True, slots=True)
class Here:
    """Our own address, the same port for UDP and TCP."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        return format_host_port(self.host, self.port)

    def via(self, transport: str, branch: str) -> str:
        return f"SIP/2.0/{transport} {self.authority};rport;branch={branch}"

    def contact(self, transport: str) -> str:
        suffix = "" if transport == UDP else ";transport=tcp"
        return f"<sip:{self.authority}{suffix}>"


@lru_cache(maxsize=4096)
def flow_to(uri: str) -> Flow | None:
    """Where a URI says to send; None when that takes DNS (RFC 3263) or TLS, which we do not do."""
    try:
        target = Uri.parse(uri)
        host = str(ip_address(target.host))
    except (PeerError, ValueError):
        return None
    transport = target.params.get("transport", UDP).upper()
    if target.scheme != "sip" or transport not in (UDP, TCP) or target.port == 0:
        return None
    return Flow(transport, host, target.port or DEFAULT_PORT)


def received_from(via: Via, flow: Flow) -> Via:
    """The top Via with what we saw of its sender: RFC 3261 §18.2.1 and RFC 3581 §4."""
    wants_rport = "rport" in via.params
    if wants_rport:
        via = via.with_param("rport", str(flow.port))
    if wants_rport or via.host != flow.host:
        via = via.with_param("received", flow.host)
    return via


def reply_to(via: Via, flow: Flow) -> Flow:
    """Where the response goes: the same connection, or the packet's source (RFC 3581 §4).

    Without rport the port is that of the Via; maddr is ignored, or anyone could aim us at others.
    """
    if flow.reliable or "rport" in via.params:
        return flow
    return Flow(UDP, flow.host, via.port or DEFAULT_PORT)


def behind_nat(via: Via, flow: Flow) -> bool:
    """Whether the sender does not know its own address, so that its Contact cannot be believed."""
    if flow.reliable:  # the port of a client's connection says nothing
        return via.host != flow.host
    return (via.host, via.port or DEFAULT_PORT) != (flow.host, flow.port)
