"""Header fields: the ordered, case-blind `Headers` and the three values every message needs.

RFC 3261 §7.3 (form, folding, lists), §20 (fields), §25.1 (grammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self, TypeVar

from sip.errors import PeerError, UsageError
from sip.grammar import (
    LWS,
    NO_PARAMS,
    TOKEN,
    Params,
    format_host_port,
    is_token,
    leading_quoted,
    parse_host_port,
    quote,
    split_outside,
)

T = TypeVar("T")
Fields = tuple[tuple[str, str], ...]
"""Names and values, as they shall be written."""

CACHED: Final = 1024  # values of a kind, last read: a dialog repeats its own in each message
MAX_CSEQ: Final = 2**31 - 1  # RFC 3261 §8.1.1.5

COMPACT: Final = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
IRREGULAR: Final = {
    name.lower(): name
    for name in (
        *("Call-ID", "CSeq", "MIME-Version", "RAck", "RSeq", "WWW-Authenticate"),
        *("Min-SE", "Session-ID", "SIP-ETag", "SIP-If-Match", "User-to-User"),
    )
}
LISTS: Final = frozenset(
    (
        *("Accept", "Accept-Contact", "Accept-Encoding", "Accept-Language", "Alert-Info", "Allow"),
        *("Allow-Events", "Call-Info", "Contact", "Content-Encoding", "Content-Language"),
        *("Diversion", "Error-Info", "History-Info", "In-Reply-To", "P-Asserted-Identity", "Path"),
        *("P-Preferred-Identity", "Privacy", "Proxy-Require", "Reason", "Record-Route"),
        *("Reject-Contact", "Request-Disposition", "Require", "Route", "Service-Route"),
        *("Supported", "Unsupported", "Via", "Warning"),
    )
)
"""Fields whose grammar is a comma list; in every other field a comma is part of the value."""
TOKEN_LISTS: Final = frozenset(
    ("Allow", "Allow-Events", "Proxy-Require", "Require", "Supported", "Unsupported")
)
"""Lists of bare words: quotes and brackets mean nothing there, so these can always be read."""

_HOP = re.compile(
    rf"[ \t]*SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*({TOKEN})[ \t]+(.+)", re.IGNORECASE | re.DOTALL
)
_BRANCH = re.compile(r"[^\s\"<>;,]+")
_CSEQ = re.compile(rf"([0-9]{{1,10}})[ \t]+({TOKEN})")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]+")
_PLAIN_ADDRESS = re.compile(  # as nearly all are: one match does what is else done in steps
    r"""(?:"([^"\\]*)"[ \t]*)?<([A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+)>((?:;[^\s"]*)?)"""
)
_TORN: Final = "A header value must not contain a line break"
_NEEDS_BRACKETS = re.compile(r"[,?]")  # where a URI holds one of these, §20
_NOT_IN_NAME = re.compile(r"[,;:@<>\"\\]")  # a display name without quotes; wider than token


@lru_cache(maxsize=512)
def canonical(name: str) -> str:
    """The one spelling of a field name: `v` and `VIA` are `Via`."""
    if not is_token(name):
        raise UsageError("A header name must be a token")
    lower = name.lower()
    known = COMPACT.get(lower) or IRREGULAR.get(lower)
    return known or "-".join(part.capitalize() for part in lower.split("-"))


class Headers:
    """Field values by name, names in the order of their first value.

    Equality looks at the order of values of one name, not at the order of names: §7.3.1.
    """

    __slots__ = ("_read", "_values")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, tuple[str, ...]] = {}
        self._read: dict[str, Any] = {}  # what read() found, until the field changes
        for name, value in fields:
            self.add(name, value)

    @classmethod
    def read_lines(cls, lines: Sequence[str], longest: int) -> tuple[Self, str]:
        """Every field that can be read, and why the first of the others could not; else ""."""
        headers, problem = cls(), ""
        fields, text = headers._values, "".join(lines)
        doubtful = len(text) > longest or "\r" in text or "\n" in text  # some line of them is
        for line in lines:
            name, colon, value = line.partition(":")
            try:
                if not colon or (doubtful and len(line) > longest):
                    raise UsageError("Broken or overlong header line")
                if doubtful and ("\r" in value or "\n" in value):
                    raise UsageError(_TORN)
                name = canonical(name.rstrip(LWS))
            except UsageError as error:
                problem = problem or str(error)
                continue
            value = value.strip(LWS)
            fields[name] = (*fields[name], value) if name in fields else (value,)
        return headers, problem

    def get(self, name: str) -> str | None:
        """The first value as written, which may be a comma list; None when absent."""
        values = self._values.get(canonical(name))
        return None if values is None else values[0]

    def lines(self, name: str) -> tuple[str, ...]:
        """Every value as written, one for each header line."""
        return self._values.get(canonical(name), ())

    def all(self, name: str) -> list[str]:
        """Every value that is not empty; comma lists are split where the grammar has a list.

        Raises PeerError when a quote or bracket never ends, but not for a list of words.
        """
        name = canonical(name)
        values = self._values.get(name)
        if not values:
            return []
        if name not in LISTS:
            return list(values)
        if len(values) == 1 and values[0] and "," not in values[0]:
            return [values[0]]
        split = _split_words if name in TOKEN_LISTS else split_outside
        pieces = (split(value, ",") if "," in value else [value] for value in values)
        return [piece for each in pieces for piece in each if piece]

    def read(self, name: str, parse: Callable[[str], T], *, first: bool = False) -> T:
        """The one line of `name` as `parse` takes it, or the first of several; read only once.

        Raises PeerError when the field is missing, repeated or broken.
        """
        value: T | None = self._read.get(name)
        if value is None:
            lines = self._values.get(canonical(name), ("",))
            if len(lines) > 1 and not first:
                raise PeerError(f"Repeated {name}")
            if not lines[0]:
                raise PeerError(f"Missing {name}")
            value = self._read[name] = parse(lines[0])
        return value

    def add(self, name: str, value: str) -> None:
        """Append one value. Raises UsageError when it would break out of its line."""
        name = canonical(name)
        if "\r" in value or "\n" in value:
            raise UsageError(_TORN)
        if self._read:
            self._read.pop(name, None)
        values = self._values.get(name)
        self._values[name] = (value,) if values is None else (*values, value)

    def set(self, name: str, *values: str) -> None:
        """Replace every value of `name`, at its place; without a value the field goes away."""
        name = canonical(name)
        if self._read:
            self._read.pop(name, None)
        for value in values:
            if "\r" in value or "\n" in value:
                raise UsageError(_TORN)
        if values:
            self._values[name] = values
        else:
            self._values.pop(name, None)

    def put(self, fields: Mapping[str, str]) -> None:
        """`set` for several at once, one value each; names are spelled as `canonical` does."""
        text = "".join(fields.values())
        if "\r" in text or "\n" in text:
            raise UsageError(_TORN)
        for name, value in fields.items():
            self._values[name] = (value,)
            if self._read:
                self._read.pop(name, None)

    def take(self, other: Headers, *names: str) -> None:
        """Have the same lines as `other` for each of these names."""
        for name in map(canonical, names):
            if self._read:
                self._read.pop(name, None)
            if values := other._values.get(name):
                self._values[name] = values
            else:
                self._values.pop(name, None)

    def remove(self, name: str) -> None:
        self.set(name)

    def items(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, values in self._values.items() for value in values)

    def by_name(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Each name once, with its values as written."""
        return self._values.items()

    def copy(self) -> Headers:
        twin = Headers()
        twin._values = self._values.copy()
        twin._read = self._read.copy()
        return twin

    def __contains__(self, name: str) -> bool:
        return canonical(name) in self._values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Headers({list(self.items())!r})"


@lru_cache(maxsize=CACHED)
def _hop(text: str) -> tuple[str, str, int | None]:
    """Transport, host and port at the start of a Via, which are those of all that a peer sends."""
    hop = _HOP.fullmatch(text)
    if hop is None:
        raise PeerError("Broken Via")
    return hop[1].upper(), *parse_host_port(hop[2].strip(LWS))


def _branch_apart(text: str) -> tuple[str, Params]:
    """The branch, which no two requests share, and the other parameters, which nearly all do."""
    before, found, after = text.partition(";branch=")
    branch, mark, rest = after.partition(";")
    if found and _BRANCH.fullmatch(branch) and '"' not in text:
        others = _params(before + mark + rest)
        if "branch" not in others:
            return branch, others
    return Params.parse(text).apart("branch")


_params = lru_cache(maxsize=CACHED)(Params.parse)


def _split_words(text: str, separator: str) -> list[str]:
    return [piece.strip(LWS) for piece in text.split(separator)]


class Via(NamedTuple):
    """One hop, RFC 3261 §20.42. `transport` is upper case, `host` without brackets.

    `branch` is "" when absent and is not repeated in `params`.
    """

    transport: str
    host: str
    port: int | None
    branch: str = ""
    params: Params = NO_PARAMS

    @classmethod
    def parse(cls, text: str) -> Self:
        hop, mark, rest = text.partition(";")
        transport, host, port = _hop(hop)
        branch, others = _branch_apart(mark + rest)
        return cls(transport, host, port, branch, others)

    @property
    def sent_by(self) -> str:
        """`host[:port]` as a key: RFC 3261 §17.2.3."""
        return format_host_port(self.host.lower(), self.port)

    def with_params(self, **values: str) -> Self:
        """A copy with parameters set."""
        params = self.params.with_params(values)
        return type(self)(self.transport, self.host, self.port, self.branch, params)

    def __str__(self) -> str:
        branch = f";branch={self.branch}" if self.branch else ""
        sent_by = format_host_port(self.host, self.port)
        return f"SIP/2.0/{self.transport} {sent_by}{branch}{self.params}"


class CSeq(NamedTuple):
    number: int
    method: str

    @classmethod
    @lru_cache(maxsize=CACHED)
    def parse(cls, text: str) -> Self:
        parts = _CSEQ.fullmatch(text)
        if parts is None or int(parts[1]) > MAX_CSEQ:
            raise PeerError("Broken sequence number")
        return cls(int(parts[1]), parts[2])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


class NameAddr(NamedTuple):
    """`"display" <uri>;params`, RFC 3261 §20.10. `display` is unquoted, `uri` is raw text.

    Parameters after a URI without <> belong to the header, not to the URI.
    """

    display: str
    uri: str
    params: Params = NO_PARAMS

    @classmethod
    @lru_cache(maxsize=CACHED)
    def parse(cls, text: str) -> Self:
        if plain := _PLAIN_ADDRESS.fullmatch(text):
            return cls(plain[1] or "", plain[2], Params.parse(plain[3]))
        display, uri, rest = _split_name_addr(text)
        if not _URI.fullmatch(uri):
            raise PeerError("Broken address")
        return cls(display, uri, Params.parse(rest))

    @property
    def tag(self) -> str | None:
        return self.params.get("tag")

    def with_tag(self, tag: str) -> Self:
        return self._replace(params=self.params.with_param("tag", tag))

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{self.params}"


def _split_name_addr(text: str) -> tuple[str, str, str]:
    """Display name, URI, and the parameters with their leading ";"."""
    if text.startswith('"'):
        display, text = leading_quoted(text)
        text = text.lstrip(LWS)
        if not text.startswith("<"):
            raise PeerError("Broken address")
        before = ""
    else:
        before, bracket, rest = text.partition("<")
        if not bracket:
            uri, mark, params = text.partition(";")
            if _NEEDS_BRACKETS.search(uri):
                raise PeerError("Broken address")
            return "", uri.rstrip(LWS), mark + params
        display, text = before.rstrip(LWS), bracket + rest
    if _NOT_IN_NAME.search(before):
        raise PeerError("Broken display name")
    uri, closed, params = text[1:].partition(">")
    if not closed:
        raise PeerError("Unclosed bracket")
    return display, uri, params.lstrip(LWS)
