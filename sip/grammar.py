"""The pieces of RFC 3261 §25.1 the other values are made of: lists, quotes, hosts, parameters.

Everything here takes time linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import Final, Self, TypeVar, overload

from sip.errors import PeerError

T = TypeVar("T")

LWS: Final = " \t"
TOKEN: Final = r"[A-Za-z0-9\-.!%*_+`'~]+"
MAX_HOST: Final = 255  # octets of a name, RFC 1035 §2.3.4
MAX_PORT: Final = 65535

_MARKS = re.compile(r'\\.|["<>,;]', re.DOTALL)
_CLOSERS = {'"': '"', "<": ">"}
_QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?:[ \t]*:[ \t]*([0-9]{1,5}))?")
_THREE_COLONS = re.compile(r":::(?=[0-9]{1,3}\.)")  # as RFC 3261 had it by mistake: RFC 5118 §4.10
_PARAM = re.compile(
    r"""[ \t]*;[ \t]*([A-Za-z0-9\-.!%*_+`'~\[\]/:&$]+)"""
    r"""(?:[ \t]*=[ \t]*([^\s"<>;,]+|"[^"\\]*(?:\\.[^"\\]*)*"))?""",
    re.DOTALL,
)
_PLAIN_PARAMS = re.compile(  # without spaces and quotes, as nearly all are
    r"""(?:;[A-Za-z0-9\-.!%*_+`'~\[\]/:&$]+(?:=[^\s"<>;,]+)?)*"""
)
_IS_TOKEN = re.compile(TOKEN)


def is_token(text: str) -> bool:
    return _IS_TOKEN.fullmatch(text) is not None


def split_outside(text: str, separator: str) -> list[str]:
    """Cut at each `separator` ("," or ";") outside quoted strings and <>; pieces are stripped."""
    if '"' not in text and "<" not in text:
        return [piece.strip(LWS) for piece in text.split(separator)]
    pieces: list[str] = []
    start, closer = 0, ""
    for mark in _MARKS.finditer(text):
        found = mark.group()
        if closer:
            closer = "" if found == closer else closer
        elif found == separator:
            pieces.append(text[start : mark.start()].strip(LWS))
            start = mark.end()
        else:
            closer = _CLOSERS.get(found, "")
    if closer:
        raise PeerError("Unclosed quote or bracket")
    return [*pieces, text[start:].strip(LWS)]


def quote(text: str) -> str:
    """`text` as a quoted-string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """What a quoted-string says; anything else is returned as it is."""
    quoted = _QUOTED.fullmatch(text)
    return _unescape(quoted[1]) if quoted else text


def leading_quoted(text: str) -> tuple[str, str]:
    """The quoted-string `text` begins with, unquoted, and what follows it."""
    quoted = _QUOTED.match(text)
    if quoted is None:
        raise PeerError("Unclosed quote")
    return _unescape(quoted[1]), text[quoted.end() :]


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def parse_host_port(text: str) -> tuple[str, int | None]:
    """`host[:port]`; an IPv6 reference loses its brackets. A name is not looked up."""
    parts = _HOST_PORT.fullmatch(text)
    if parts is None or len(text) > MAX_HOST + 8:
        raise PeerError("Broken host or port")
    port = int(parts[3]) if parts[3] else None
    if port is not None and port > MAX_PORT:
        raise PeerError("Port out of range")
    if parts[1] is None:
        return parts[2], port
    address = _THREE_COLONS.sub("::", parts[1])
    try:
        IPv6Address(address)
    except AddressValueError as error:
        raise PeerError("Broken IPv6 address") from error
    return address, port


def format_host_port(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


class Params(Mapping[str, str]):
    """`;name=value;flag`: immutable, in order, names of any case, "" the value of a flag.

    Values are kept as written, quotes included. Of a repeated name the first counts.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {name.lower(): value for name, value in values.items()} if values else {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "" or `;name=value...`; spaces may stand around ";" and "="."""
        params = cls()
        if not text:
            return params
        if _PLAIN_PARAMS.fullmatch(text):
            for piece in text.split(";")[1:]:
                name, _, value = piece.partition("=")
                params._values.setdefault(name.lower(), value)
            return params
        position, end = 0, len(text.rstrip(LWS))
        while position < end:
            param = _PARAM.match(text, position, end)
            if param is None:
                raise PeerError("Broken parameters")
            params._values.setdefault(param[1].lower(), param[2] or "")
            position = param.end()
        return params

    def with_param(self, name: str, value: str = "") -> Self:
        return self.with_params({name.lower(): value})

    def with_params(self, values: Mapping[str, str]) -> Self:
        """Names are lower case."""
        twin = type(self)()
        twin._values = {**self._values, **values}
        return twin

    def apart(self, name: str) -> tuple[str, Self]:
        """The value of one, "" when it is absent, and the others; the name is lower case."""
        value = self._values.get(name)
        return ("", self) if value is None else (value, self.without(name))

    def without(self, name: str) -> Self:
        twin = type(self)()
        twin._values = self._values.copy()
        twin._values.pop(name.lower(), None)
        return twin

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: str | T) -> str | T: ...
    def get(self, name: str, /, default: object = None) -> object:
        return self._values.get(name.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Params({self._values!r})"

    def __str__(self) -> str:
        pairs = self._values.items()
        return "".join([f";{key}={value}" if value else f";{key}" for key, value in pairs])


NO_PARAMS: Final = Params()
