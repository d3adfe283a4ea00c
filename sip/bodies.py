"""The session description among the parts of a body: RFC 5621 with RFC 2046 §5.1, RFC 3261 §20.11.

A part that must be understood and is not is refused with 415; `handling=optional` lets it pass. Of
a multipart/alternative one understood part is enough, and the last one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sip.errors import PeerError
from sip.grammar import LWS, Params, unquote
from sip.message import Message
from sip.refusal import SDP, Refusal

MAX_PARTS: Final = 16  # of one body, however they are nested
MAX_DEPTH: Final = 3  # multiparts within one another
MAX_BOUNDARY: Final = 70  # characters, RFC 2046 §5.1.1

MIXED: Final = "multipart/mixed"
ALTERNATIVE: Final = "multipart/alternative"
SESSION: Final = "session"


@dataclass(frozen=True, slots=True)
class Part:
    """A body, or one of its parts. The fields are as they were written, "" where they are not."""

    type: str
    disposition: str
    encoding: str
    data: bytes

    @property
    def is_session(self) -> bool:
        """Whether it describes the session: what SDP does unless it says otherwise."""
        kind, _ = _value_of(self.disposition)
        identity = self.encoding.lower() in ("", "identity")
        return _value_of(self.type)[0] in ("", SDP) and kind in ("", SESSION) and identity

    @property
    def is_optional(self) -> bool:
        """Whether it may be read over, RFC 3261 §20.11; a broken wish does not allow that."""
        with suppress(PeerError):
            _, params = _value_of(self.disposition)
            return params.get("handling", "").lower() == "optional"
        return False


def session_part(message: Message) -> bytes | None:
    """The octets of the description; None without one. Raises PeerError: 415, or 400."""
    if not message.body:
        return None
    named = message.headers.get
    if named("Content-Type") == SDP and not _is_marked(message):
        return message.body  # as nearly all are
    kind, disposition = named("Content-Type") or "", named("Content-Disposition") or ""
    whole = Part(kind, disposition, named("Content-Encoding") or "", message.body)
    found = _sessions(whole, [MAX_PARTS], MAX_DEPTH)
    if len(found) > 1:
        raise PeerError("More than one session description")
    return found[0] if found else None


def _is_marked(message: Message) -> bool:
    return "Content-Disposition" in message.headers or "Content-Encoding" in message.headers


def _sessions(part: Part, left: list[int], depth: int) -> list[bytes]:
    kind, params = _value_of(part.type)
    if kind in (MIXED, ALTERNATIVE) and not part.encoding:
        if not depth:
            raise PeerError("Multiparts nested too deeply")
        boundary = unquote(params.get("boundary", ""))
        parts = _split(part.data, boundary, left)
        return (_all_of if kind == MIXED else _last_of)(parts, left, depth - 1)
    if part.is_session:
        return [part.data]
    if part.is_optional:
        return []
    raise Refusal(415, "", ("Accept-Encoding", "identity"))


def _all_of(parts: list[Part], left: list[int], depth: int) -> list[bytes]:
    return [found for part in parts for found in _sessions(part, left, depth)]


def _last_of(parts: list[Part], left: list[int], depth: int) -> list[bytes]:
    """The best of the alternatives, RFC 2046 §5.1.4; raises what is wrong with the last of them."""
    problem: PeerError | None = None
    for part in reversed(parts):
        try:
            if found := _sessions(part, left, depth):
                return found
        except PeerError as error:
            problem = problem or error
    if problem:
        raise problem
    return []


def _split(data: bytes, boundary: str, left: list[int]) -> list[Part]:
    """What stands between the delimiter lines; what is before and after them is dropped."""
    if not 0 < len(boundary) <= MAX_BOUNDARY:
        raise PeerError("Broken or missing boundary")
    mark = re.escape(b"\r\n--" + boundary.encode("utf-8", "surrogateescape"))
    pieces = re.split(mark + rb"(--)?[ \t]*(?=\r\n|\Z)", b"\r\n" + data, maxsplit=MAX_PARTS + 2)
    parts: list[Part] = []
    for end, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if end:
            return parts
        if not left[0]:
            raise PeerError("Too many parts in a body")
        left[0] -= 1
        parts.append(_part(piece))
    raise PeerError("A multipart that does not end")


def _part(piece: bytes) -> Part:
    """Its fields end at the first empty line; it may have none."""
    head, _, data = piece.partition(b"\r\n\r\n")
    fields = dict(_fields(head.decode("utf-8", "surrogateescape")))
    return Part(
        fields.get("content-type", "text/plain"),
        fields.get("content-disposition", ""),
        fields.get("content-encoding", ""),
        data,
    )


def _fields(head: str) -> Iterator[tuple[str, str]]:
    """Names in small letters, and values; a folded one is one line."""
    for line in head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n"):
        name, _, value = line.partition(":")
        yield name.strip(LWS).lower(), value.strip(LWS)


def _value_of(field: str) -> tuple[str, Params]:
    """`value;name=...` in small letters, and its parameters. Raises PeerError."""
    value, mark, params = field.partition(";")
    return value.strip(LWS).lower(), Params.parse(mark + params)
