"""Dialogs, RFC 3261 §12: the tags, the two CSeq counters, the route set and the remote target."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from sip.arrival import Arrival
from sip.errors import PeerError
from sip.flow import TLS, Flow, Here
from sip.headers import Headers, NameAddr
from sip.message import DEFAULT_MAX_FORWARDS, Message, Request, Response
from sip.next_hop import Hop, hop_to, is_secure
from sip.session_identifier import SessionIdentifier
from sip.uri import Uri, request_uri

UNKNOWN = SessionIdentifier.minted()


@dataclass(slots=True)
class Dialog:
    """One side's view. `local` and `remote` are From and To as written, our tag in `local`.

    `remote_tag` is "" while our INVITE has no 2xx, and for a peer of RFC 2543.
    `flow` is the way the peer's last request came, None while only its name is known. A peer
    `behind_nat` is only reached by it.
    """

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    target: str
    flow: Flow | None
    behind_nat: bool
    routes: tuple[str, ...] = ()
    local_cseq: int = 0
    remote_cseq: int = 0
    allows: frozenset[str] = frozenset()  # methods the peer says it takes
    identifier: SessionIdentifier = UNKNOWN

    @classmethod
    def from_invite(cls, arrival: Arrival, local_tag: str) -> Dialog:
        """The server's side, §12.1.1. Raises PeerError when Contact or Record-Route is unusable.

        One that must be secure and did not come so is turned away: RFC 5630 §4.
        """
        invite = arrival.request
        dialog = cls(
            invite.call_id,
            f"{invite.headers.get('To')};tag={local_tag}",
            local_tag,
            invite.headers.get("From") or "",
            arrival.from_.tag or "",
            _target_of(invite, arrival.from_ if arrival.is_rfc2543 else None),
            arrival.flow,
            arrival.behind_nat,
            routes=_routes_of(invite),
            remote_cseq=arrival.cseq,
            allows=_methods(invite.headers.lines("Allow")),
            identifier=SessionIdentifier.minted(invite.call_id, local_tag).heard(invite),
        )
        if dialog.secure and arrival.flow.transport != TLS:
            raise PeerError("SIPS Not Allowed", status=480)
        return dialog

    def established_by(
        self, response: Response, source: Flow | None = None, early: Dialog | None = None
    ) -> Dialog:
        """The client's side, §12.1.2, from what it was when the INVITE went out.

        It goes on with the counters and the way of what it was before this response, if `early`.

        A connection it came by is kept to: its Contact may have an address that no certificate
        names. A 2xx that says no usable way back still makes a dialog: it must be acknowledged.
        """
        try:
            target, routes = _target_of(response), _routes_of(response)[::-1]
        except PeerError:
            target, routes = self.target, ()
        before, counted = early or self, early.remote_cseq if early else 0
        return Dialog(  # each call comes here twice, and `replace` costs five times as much
            self.call_id,
            self.local,
            self.local_tag,
            remote=response.headers.get("To") or "",
            remote_tag=response.to.tag or "",
            target=target,
            flow=source if source and source.reliable else before.flow or source,
            behind_nat=self.behind_nat,
            routes=routes,
            local_cseq=before.local_cseq,
            remote_cseq=counted,  # those our INVITE has seen may be another fork's
            allows=_methods(response.headers.lines("Allow")) or before.allows,
            identifier=self.identifier.heard(response),
        )

    def met_by(self, arrival: Arrival) -> Dialog:
        """The same with a peer whose request comes before the response that makes the dialog."""
        return replace(
            self,
            remote=arrival.request.headers.get("From") or "",
            remote_tag=arrival.from_.tag or "",
            remote_cseq=0,
        )

    def refreshed_by(self, response: Response) -> None:
        """The 2xx to a re-INVITE of ours may name a new target, §12.2.1.2; a broken one is not."""
        self.identifier = self.identifier.heard(response)
        with suppress(PeerError):
            self.target = _target_of(response)

    def check(self, arrival: Arrival) -> None:
        """Raises PeerError for a request that is not the next one of this dialog: §12.2.2."""
        if self.remote_tag and arrival.from_.tag != self.remote_tag:
            raise PeerError("No such dialog", status=481)
        if arrival.cseq <= self.remote_cseq:
            raise PeerError("Out of order", status=500)

    def follow(self, arrival: Arrival) -> None:
        """Take over what a request tells: its number, its way, and a new target."""
        self.remote_cseq, self.flow = arrival.cseq, arrival.flow
        request = arrival.request
        self.identifier = self.identifier.heard(request)
        if request.method in ("INVITE", "UPDATE") and "Contact" in request.headers:
            self.target = _target_of(request)

    def request(self, method: str, here: Here) -> Request:
        """The next request in this dialog, §12.2.1.1; its Via is the transaction's."""
        self.local_cseq += 1
        return self._build(method, self.local_cseq, here)

    def ack(self, cseq: int, here: Here) -> Request:
        """The ACK of a 2xx to the INVITE with this number: §13.2.2.4."""
        return self._build("ACK", cseq, here)

    @property
    def secure(self) -> bool:
        """Whether it goes over TLS on every hop: §12.1.1 and §12.1.2, told by the next one."""
        return _is_sips(self._next_uri())

    def hops(self) -> tuple[Hop, ...]:
        """Where to send, first choice first; TLS only where the dialog is secure.

        A connection is used while it stands. Otherwise it is the first route, else the target,
        unless the peer is behind NAT, or calls itself by a GRUU (RFC 5627), whose host is that of
        its registrar: then only the way it came.
        """
        return _hops(self.flow, self._next_uri(), self.behind_nat, bool(self.routes))

    def _next_uri(self) -> str:
        return NameAddr.parse(self.routes[0]).uri if self.routes else self.target

    def _build(self, method: str, cseq: int, here: Here) -> Request:
        uri, routes = self._route()
        headers = Headers()
        headers.set("Via", "")  # keeps its place at the top
        if routes:
            headers.set("Route", *routes)
        headers.put(
            {
                "From": self.local,
                "To": self.remote,
                "Call-ID": self.call_id,
                "CSeq": f"{cseq} {method}",
                "Contact": here.contact(self.flow, secure=self.secure),
                "Max-Forwards": str(DEFAULT_MAX_FORWARDS),
                "Session-ID": str(self.identifier),
            }
        )
        return Request(method, uri, headers)

    def _route(self) -> tuple[str, tuple[str, ...]]:
        """Request-URI and Route; a strict router wants itself as the former: §12.2.1.1."""
        if not self.routes:
            return self.target, ()
        first = NameAddr.parse(self.routes[0]).uri
        if "lr" in Uri.parse(first).params:
            return self.target, self.routes
        return first, (*self.routes[1:], f"<{self.target}>")


@lru_cache(maxsize=4096)
def _hops(flow: Flow | None, uri: str, behind_nat: bool, routed: bool) -> tuple[Hop, ...]:
    """Asked several times in each call, always with the same answer. `uri` is the next one."""
    by_flow = behind_nat or (not routed and "gr" in Uri.parse(uri).params)
    direct = None if flow and by_flow else _along(flow, hop_to(uri))
    choices = (flow, direct) if flow and flow.reliable else (direct, flow)
    unique = dict.fromkeys(hop for hop in choices if hop)
    return tuple(hop for hop in unique if is_secure(hop) or not _is_sips(uri))


def _is_sips(uri: str) -> bool:
    return uri[:5].lower() == "sips:"


def _along(flow: Flow | None, hop: Hop | None) -> Hop | None:
    """With our end of the flow, which the peer knows, where it can be kept."""
    if flow is None or not isinstance(hop, Flow) or hop.transport != flow.transport:
        return hop
    same_version = (":" in hop.host) == (":" in flow.host)
    return hop.from_end(flow.listener, flow.local) if same_version else hop


@lru_cache(maxsize=1024)
def _methods(lines: tuple[str, ...]) -> frozenset[str]:
    """What the lines of an Allow name: phones of one make say the same, and share one set."""
    return frozenset(Headers(("Allow", line) for line in lines).all("Allow"))


def _target_of(message: Message, default: NameAddr | None = None) -> str:
    """The Contact; `default` stands in for a missing one: RFC 2543 did not ask for it."""
    contact = message.contact or default
    if contact is None:
        raise PeerError("Missing Contact")
    return request_uri(contact.uri)


def _routes_of(message: Message) -> tuple[str, ...]:
    """Record-Route in its order; each is checked now, for when we are the ones who send."""
    routes = tuple(message.headers.all("Record-Route"))
    for route in routes:
        Uri.parse(NameAddr.parse(route).uri)
    return routes
