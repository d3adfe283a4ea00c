"""Where a request goes first: RFC 3261 §8.1.2, and §12.2.1.1 inside of dialogs.

An IP address is a `Flow` at once. A name is a `Destination`, which `Locator` turns into flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sip.errors import PeerError
from sip.flow import TLS, TRANSPORTS, Flow, flow_to, transport_of
from sip.headers import NameAddr
from sip.message import Request
from sip.uri import Uri

MAX_LABEL: Final = 63  # octets, RFC 1035 §2.3.4


@dataclass(frozen=True, slots=True)
class Destination:
    """What a URI says that has a name for a host: the input of RFC 3263 §4.

    `transport` and `port` are None where the URI leaves them open; a `secure` one takes TLS only.
    """

    host: str
    port: int | None = None
    transport: str | None = None
    secure: bool = False


Hop = Flow | Destination


def hop_to(uri: str) -> Hop | None:
    """Where a URI leads; None for one that leads nowhere we could send."""
    flow = flow_to(uri)
    if flow:
        return flow
    try:
        target = Uri.parse(uri)
    except PeerError:
        return None
    transport = transport_of(target)
    if transport not in (None, *TRANSPORTS) or target.port == 0 or not _is_name(target.host):
        return None
    asked = transport if "transport" in target.params else None
    return Destination(target.host.lower(), target.port, asked, target.scheme == "sips")


def is_secure(hop: Hop) -> bool:
    """Whether it goes over TLS and nothing else."""
    if isinstance(hop, Flow):
        return hop.transport == TLS
    return hop.secure or hop.transport == TLS


def first_hop(request: Request) -> Hop | None:
    """The first Route, or the Request-URI where there is none."""
    routes = request.headers.all("Route")
    try:
        return hop_to(NameAddr.parse(routes[0]).uri if routes else request.uri)
    except PeerError:
        return None


def _is_name(host: str) -> bool:
    """Whether DNS can be asked for it; what is only digits and dots would be a broken address."""
    labels = host.rstrip(".").split(".")
    fit = all(0 < len(label) <= MAX_LABEL for label in labels)
    return fit and not labels[-1].isdecimal()
