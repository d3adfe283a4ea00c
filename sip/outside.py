"""Requests of ours outside of any dialog, RFC 3261 §8.1: OPTIONS, REGISTER, MESSAGE."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sip.authorization import FIELDS, NO_LOGINS, Authorization, Logins
from sip.errors import UsageError
from sip.events import Cause
from sip.exchange import Fields
from sip.flow import Flow
from sip.headers import Headers, NameAddr
from sip.message import DEFAULT_MAX_FORWARDS, Request, Response
from sip.next_hop import Hop, hop_to
from sip.transaction import TIMEOUT
from sip.transaction_layer import TransactionLayer
from sip.uri import Uri

Heard = Response | Cause
"""A final response; without one TIMEOUT or TRANSPORT says why not."""
OnEnd = Callable[[Heard, float], None]
"""What became of a request, and when."""


class Unlocated(UsageError):
    """A URI that leads nowhere we could send."""


def reason(heard: Heard) -> tuple[Cause, int | None]:
    """Why a request was not successful, as events say it: a cause, and the status if any."""
    return (heard, None) if isinstance(heard, Cause) else (Cause.REFUSED, heard.status)


def hops_to(uri: str) -> tuple[Hop, ...]:
    """Where a request with this next hop is sent. Raises Unlocated."""
    hop = hop_to(uri)
    if hop is None:
        raise Unlocated(f"{uri} is no sip: or sips: URI that could be called")
    return (hop,)


def by_way_of(proxies: Iterable[str]) -> tuple[str, ...]:
    """The values of Route that lead by these URIs, as loose routes: RFC 3261 §8.1.2, §19.1.1."""
    return tuple(f"<{uri}>" if "lr" in Uri.parse(uri).params else f"<{uri};lr>" for uri in proxies)


class Series:
    """Requests from one party to another under one Call-ID, each with the next CSeq.

    Registrations of one client want to be such a series (§10.2). `logins` says who we are in each
    realm that may challenge us; no other is answered.
    """

    def __init__(
        self,
        layer: TransactionLayer,
        from_: NameAddr,
        to: NameAddr,
        logins: Logins = NO_LOGINS,
    ) -> None:
        self.layer = layer
        self._from, self._to = str(from_.with_tag(layer.tokens())), str(to)
        self._call_id, self._cseq = layer.tokens(), 0
        self._authorization = Authorization(logins, layer.tokens)

    def send(
        self,
        method: str,
        uri: str,
        hops: tuple[Hop, ...],
        on_end: OnEnd,
        now: float,
        *,
        routes: tuple[str, ...] = (),
        fields: Fields = (),
        body: bytes = b"",
        patience: float = TIMEOUT,
    ) -> None:
        """Send by the first of `hops` that works; `on_end` is called once, with what came of it.

        `routes` are values of Route, and `patience` is the seconds each try waits for an answer.
        """
        request = Request(method, uri, self._headers(method, routes, fields), body)
        _Errand(self, hops, on_end, patience).send(request, now)

    def corrected(self, request: Request, response: Response) -> Request | None:
        """`request` as a 401 or 407 wants it; None when that may not, or need not, be."""
        if response.status not in FIELDS:
            return None
        again = self._authorization.answer(request, response, self._cseq + 1)
        if again:
            self._cseq += 1
        return again

    def _headers(self, method: str, routes: tuple[str, ...], fields: Fields) -> Headers:
        self._cseq += 1
        headers = Headers()
        headers.set("Via")  # keeps its place at the top
        headers.set("Route", *routes)
        headers.set("From", self._from)
        headers.set("To", self._to)
        headers.set("Call-ID", self._call_id)
        headers.set("CSeq", f"{self._cseq} {method}")
        headers.set("Max-Forwards", str(DEFAULT_MAX_FORWARDS))
        for name, value in fields:
            headers.set(name, value)
        return headers


class _Errand:
    """One request of a series, until it has its final response or is given up."""

    __slots__ = ("_hops", "_on_end", "_patience", "_series")

    def __init__(
        self, series: Series, hops: tuple[Hop, ...], on_end: OnEnd, patience: float
    ) -> None:
        self._series, self._hops = series, hops
        self._on_end, self._patience = on_end, patience

    def send(self, request: Request, now: float) -> None:
        self._series.layer.clients.send(request, self._hops, self, now, self._patience)

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        if again := self._series.corrected(request, response):
            self.send(again, now)
        else:
            self._on_end(response, now)

    def unanswered(self, request: Request, now: float) -> None:
        self._on_end(Cause.TIMEOUT, now)

    def unreachable(self, request: Request, now: float) -> None:
        self._on_end(Cause.TRANSPORT, now)
