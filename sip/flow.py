"""Where messages come from and go to, and what we write about ourselves into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, NamedTuple

from sip.errors import PeerError
from sip.grammar import format_host_port, parse_host_port
from sip.headers import NameAddr, Via
from sip.uri import Uri

UDP: Final = "UDP"
TCP: Final = "TCP"
TLS: Final = "TLS"
TRANSPORTS: Final = (UDP, TCP, TLS)
DEFAULT_PORT: Final = 5060  # RFC 3261 §19.1.2
DEFAULT_TLS_PORT: Final = 5061
WILDCARDS: Final = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}
"""And addresses of nobody (RFC 5737, RFC 3849): their way is that to the whole world."""


class Flow(NamedTuple):
    """One way to one peer (RFC 5626 §2): UDP to an address, or a connection.

    `connection` is the driver's number of an open connection; None means "any to this address, a
    new one if need be". `host` is always an IP address, never a name. `listener` is the number of
    our own end among the places of `Here`; None where that is still to be chosen. `domain` is whom
    the certificate of a peer that we connect to must name (RFC 5922 §4), "" for its address.
    `local` is the address of ours that the peer speaks to, where the listener has many of them.
    """

    transport: str
    host: str
    port: int
    connection: int | None = None
    listener: int | None = None
    domain: str = ""
    local: str = ""

    @property
    def reliable(self) -> bool:
        return self.transport != UDP

    @property
    def ip_version(self) -> int:
        return ip_address(self.host).version

    def from_end(self, listener: int | None, local: str = "") -> Flow:
        """The same from this end of ours; every request takes it, and `replace` costs thrice."""
        return Flow(
            self.transport, self.host, self.port, self.connection, listener, self.domain, local
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where we listen. `host` is an IP address, 0.0.0.0 or :: for all of this machine's."""

    transport: str
    host: str
    port: int

    def takes(self, flow: Flow) -> bool:
        """Whether it speaks the transport and the IP version of a flow."""
        return self.transport == flow.transport and (":" in self.host) == (":" in flow.host)


class Here:
    """Our own places: what Via and Contact say depends on who is spoken to.

    There are always UDP and TCP on `host` and `port`. `source_to` tells which address of ours
    packets to a peer's address leave from; a place that listens on all addresses needs it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        more: Sequence[Place] = (),
        source_to: Callable[[str], str] | None = None,
    ) -> None:
        self.places = (Place(UDP, host, port), Place(TCP, host, port), *more)
        self._source_to = source_to or (lambda peer: host)
        self._authorities = [format_host_port(place.host, place.port) for place in self.places]
        self._fit: dict[tuple[str, bool], list[int]] = {}  # by transport and IP version

    @property
    def is_manifold(self) -> bool:
        """Whether routes decide which address of ours a peer is told."""
        kinds = [(place.transport, ":" in place.host) for place in self.places]
        return len(set(kinds)) < len(kinds) or any(each.host in WILDCARDS for each in self.places)

    def speaks(self, flow: Flow) -> bool:
        return any(place.takes(flow) for place in self.places)

    def bound(self, flow: Flow) -> Flow:
        """The same with our own end chosen: the one that the route to the peer leads through."""
        if flow.listener is not None:
            return flow
        return flow.from_end(self._number(flow), flow.local)

    def _number(self, flow: Flow) -> int:
        """Of the place a flow is to go by."""
        kind = flow.transport, ":" in flow.host
        fit = self._fit.get(kind)
        if fit is None:
            fit = [number for number, place in enumerate(self.places) if place.takes(flow)] or [0]
            self._fit[kind] = fit
        if len(fit) > 1:
            source = self._source_to(flow.host)
            return min(fit, key=lambda number: _nearness(self.places[number], source))
        return fit[0]

    def still(self, flow: Flow) -> Flow:
        """A flow of before a restart: its end of ours is to be chosen anew when that is gone."""
        number = flow.listener
        if number is None or (number < len(self.places) and self.places[number].takes(flow)):
            return flow
        return flow._replace(listener=None)

    def authority(self, flow: Flow | None) -> str:
        """`host:port` that a peer reaches us at, by the transport and IP version of `flow`.

        None stands for a peer that has yet to be located: the first place.
        """
        number = 0
        if flow is not None:
            number = self._number(flow) if flow.listener is None else flow.listener
        place = self.places[number]
        if place.host not in WILDCARDS:
            return self._authorities[number]
        local = flow.local if flow else ""
        peer = flow.host if flow else WILDCARDS[place.host]
        return format_host_port(local or self._source_to(peer), place.port)

    def via(self, flow: Flow, branch: str) -> str:
        alias = ";alias" if flow.transport == TLS else ""  # RFC 5923 §7.2: it is ours as well
        return f"SIP/2.0/{flow.transport} {self.authority(flow)}{alias};rport;branch={branch}"

    def contact(self, flow: Flow | None, *, secure: bool = False) -> str:
        """The value of Contact; a `sips:` one where the dialog began with one, §12.1.1."""
        if secure:
            return f"<sips:{self.authority(flow)}>"
        suffix = (
            "" if flow is None or flow.transport == UDP else f";transport={flow.transport.lower()}"
        )
        return f"<sip:{self.authority(flow)}{suffix}>"

    def moved(self, contact: str, flow: Flow) -> str:
        """A Contact of ours with the address and transport that fit `flow`, else as it was."""
        return _moved(contact, self.authority(flow), flow.transport)


def _nearness(place: Place, source: str) -> int:
    """The place with just this address comes first, then one with all addresses."""
    return 0 if place.host == source else 1 if place.host in WILDCARDS else 2


@lru_cache(maxsize=1024)
def _moved(contact: str, authority: str, transport: str) -> str:
    address = NameAddr.parse(contact)
    uri = Uri.parse(address.uri)
    host, port = parse_host_port(authority)
    params = uri.params.without("transport")
    if transport != UDP and uri.scheme == "sip":
        params = params.with_param("transport", transport.lower())
    return str(address._replace(uri=str(replace(uri, host=host, port=port, params=params))))


@lru_cache(maxsize=4096)
def flow_to(uri: str) -> Flow | None:
    """Where a URI with an IP address says to send; None for a name, or what is not ours to call."""
    try:
        target = Uri.parse(uri)
        host = str(ip_address(target.host))
    except (PeerError, ValueError):
        return None
    asked = transport_of(target)
    transport = UDP if asked is None else asked
    if transport not in TRANSPORTS or target.port == 0:
        return None
    return Flow(transport, host, target.port or default_port(transport))


def transport_of(uri: Uri) -> str | None:
    """What a URI asks for: TLS for `sips:`, "" for what cannot be; None when it is free."""
    named = uri.params.get("transport")
    if uri.scheme != "sips":
        return None if named is None else named.upper()
    return TLS if named is None or named.upper() in (TCP, TLS) else ""


def default_port(transport: str) -> int:
    return DEFAULT_TLS_PORT if transport == TLS else DEFAULT_PORT


def received_from(via: Via, flow: Flow) -> Via:
    """The top Via with what we saw of its sender: RFC 3261 §18.2.1 and RFC 3581 §4."""
    if "rport" in via.params:
        return via.with_params(rport=str(flow.port), received=flow.host)
    return via if _same_host(via.host, flow.host) else via.with_params(received=flow.host)


def reply_to(via: Via, flow: Flow) -> Flow:
    """Where the response goes: the same connection, or the packet's source (RFC 3581 §4).

    Without rport the port is that of the Via; maddr is ignored, or anyone could aim us at others.
    """
    if flow.reliable or "rport" in via.params:
        return flow
    port = via.port or DEFAULT_PORT
    return flow if port == flow.port else flow._replace(port=port)


def reopened(via: Via, flow: Flow) -> Flow | None:
    """Where the response goes when its connection is gone: RFC 3261 §18.2.2.

    Over TLS, who is there must be whom the Via names (RFC 3263 §5). None without a connection.
    """
    if not flow.reliable:
        return None
    port = via.port or default_port(flow.transport)
    return flow._replace(port=port, connection=None, domain=via.host)


def behind_nat(via: Via, flow: Flow) -> bool:
    """Whether the sender does not know its own address, so that its Contact cannot be believed."""
    if not _same_host(via.host, flow.host):
        return True  # on a connection the port of a client says nothing
    return not flow.reliable and (via.port or DEFAULT_PORT) != flow.port


def _same_host(written: str, seen: str) -> bool:
    """An IPv6 address has many spellings: RFC 5118 §4.3."""
    if written == seen or ":" not in written:
        return written == seen
    return ip_address(written) == ip_address(seen)
