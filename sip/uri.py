"""SIP and SIPS URIs (RFC 3261 §19.1), and tel URIs (RFC 3966) as far as a dialled number goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sip.errors import PeerError
from sip.grammar import NO_PARAMS, Params, format_host_port, parse_host_port

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_ILLEGAL = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_VISUAL = re.compile(r"[-.()]")

_USER_SAFE = "-_.!~*'()&=+$,;?/"
_PASSWORD_SAFE = "-_.!~*'()&=+$,"
_HEADER_SAFE = "-_.!~*'()[]/?:+$"
_NEVER_IGNORED: Final = ("transport", "user", "ttl", "method", "maddr")


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI by its parts. `user`, `password` and `headers` are unescaped, `host` has no brackets.

    A tel URI has its number as `user` and no host.
    """

    scheme: str
    user: str | None
    host: str
    port: int | None = None
    params: Params = NO_PARAMS
    headers: tuple[tuple[str, str], ...] = ()
    password: str | None = None

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Self:
        """Raises PeerError: 416 for a scheme that is not sip, sips or tel, else 400."""
        split = _SCHEME.fullmatch(text)
        if split is None or _ILLEGAL.search(text) or _BROKEN_ESCAPE.search(text):
            raise PeerError("Broken URI")
        scheme, rest = split[1].lower(), split[2]
        if scheme == "tel":
            number, mark, params = rest.partition(";")
            if not number:
                raise PeerError("Empty number in a URI")
            return cls("tel", _unescape(number), "", params=Params.parse(mark + params))
        if scheme not in ("sip", "sips"):
            raise PeerError("Unsupported URI Scheme", status=416)
        userinfo, at, rest = rest.partition("@") if "@" in rest else ("", "", rest)
        if at and not userinfo:
            raise PeerError("Empty user in a URI")
        user, colon, password = userinfo.partition(":")
        rest, _, query = rest.partition("?")
        host_port, mark, params = rest.partition(";")
        host, port = parse_host_port(host_port)
        return cls(
            scheme,
            _unescape(user) if at else None,
            host,
            port,
            Params.parse(mark + params),
            _parse_headers(query),
            _unescape(password) if colon else None,
        )

    @staticmethod
    def scheme_of(text: str) -> str:
        """In lower case, of any URI; "" when it has none."""
        return text.partition(":")[0].lower() if _SCHEME.fullmatch(text) else ""

    def matches(self, other: Uri) -> bool:
        """Whether both name the same resource: RFC 3261 §19.1.4, or RFC 3966 §4 for tel.

        A reserved character counts as equal to its own escape, which the RFC leaves apart.
        """
        return self._identity() == other._identity() and _params_agree(self.params, other.params)

    def _identity(self) -> tuple[object, ...]:
        """The components that must be equal; the order of headers does not count."""
        if self.scheme == "tel":
            return self.scheme, _VISUAL.sub("", self.user or "").lower()
        host = IPv6Address(self.host).compressed if ":" in self.host else self.host.lower()
        headers = sorted((name.lower(), value) for name, value in self.headers)
        return self.scheme, self.user, self.password, host, self.port, headers

    def __str__(self) -> str:
        if self.scheme == "tel":
            return f"tel:{_escape(self.user or '', _USER_SAFE)}{self.params}"
        user = "" if self.user is None else _escape(self.user, _USER_SAFE)
        password = "" if self.password is None else ":" + _escape(self.password, _PASSWORD_SAFE)
        at = "" if self.user is None else "@"
        host_port = format_host_port(self.host, self.port)
        return f"{self.scheme}:{user}{password}{at}{host_port}{self.params}{self._query()}"

    def _query(self) -> str:
        pairs = [
            f"{_escape(name, _HEADER_SAFE)}={_escape(value, _HEADER_SAFE)}"
            for name, value in self.headers
        ]
        return "?" + "&".join(pairs) if pairs else ""


def request_uri(text: str) -> str:
    """A Contact as a Request-URI may be: without headers and method, RFC 3261 §19.1.1.

    Nothing else is changed, as the peer compares it with what it said. Raises PeerError.
    """
    uri = Uri.parse(text)
    if not uri.headers and "method" not in uri.params:
        return text
    return str(replace(uri, headers=(), params=uri.params.without("method")))


def _params_agree(one: Params, two: Params) -> bool:
    if any((name in one) != (name in two) for name in _NEVER_IGNORED):
        return False
    shared = one.keys() & two.keys()
    return all(_unescape(one[name]).lower() == _unescape(two[name]).lower() for name in shared)


def _parse_headers(query: str) -> tuple[tuple[str, str], ...]:
    pairs = [pair.partition("=") for pair in query.split("&")] if query else []
    if not all(name and equals for name, equals, _ in pairs):
        raise PeerError("Broken headers in a URI")
    return tuple((_unescape(name), _unescape(value)) for name, _, value in pairs)


def _unescape(text: str) -> str:
    raw = unquote_to_bytes(text.encode("utf-8", "surrogateescape")) if "%" in text else None
    return text if raw is None else raw.decode("utf-8", "surrogateescape")


def _escape(text: str, safe: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogateescape"), safe)
