"""Requests and responses: parse with limits, serialise, cut a byte stream (RFC 3261 §7, §18.3).

Via, CSeq, From, To, Call-ID and Content-Length are checked when a message is parsed; every other
field when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from sip.errors import PeerError, UsageError
from sip.grammar import LWS, TOKEN, split_outside
from sip.headers import CACHED, CSeq, Headers, NameAddr, Via

MAX_HEAD: Final = 64 * 1024  # octets before the empty line
MAX_BODY: Final = 256 * 1024
MAX_LINE: Final = 8 * 1024  # characters of the start line, and of one field, unfolded
MAX_FIELDS: Final = 256
MAX_VIAS: Final = 64
DEFAULT_MAX_FORWARDS: Final = 70  # RFC 3261 §8.1.1.6
PING: Final = b"\r\n\r\n"
"""A keep-alive on a stream, RFC 5626 §4.4.1."""
PONG: Final = b"\r\n"
"""Its answer."""

REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}

_LENGTH = "Content-Length"
_REQUEST_LINE = re.compile(
    rf"({TOKEN}) ([A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]+) (?i:SIP)/([0-9]+\.[0-9]+)"
)
_STATUS_LINE = re.compile(r"(?i:SIP)/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*))?")
_SIP_HOP = re.compile(rf"SIP[ \t]*/[ \t]*{TOKEN}[ \t]*/[ \t]*{TOKEN}[ \t]+[^ \t;,]", re.IGNORECASE)
_FOLD = re.compile(r"\r\n[ \t]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_STREAM_LENGTH = re.compile(
    rb"^(?:content-length|l)[ \t]*:(?:[ \t]|\r\n[ \t])*([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)


class Message:
    """What requests and responses share. A property raises PeerError when its field is broken."""

    __slots__ = ()

    headers: Headers
    body: bytes

    @property
    def via(self) -> Via:
        """The topmost Via; setting it leaves those below as they are."""
        return self.headers.read("Via", _top_via, first=True)

    @via.setter
    def via(self, via: Via) -> None:
        self.headers.set("Via", str(via), *self.headers.all("Via")[1:])

    @property
    def vias(self) -> list[Via]:
        return [Via.parse(value) for value in self.headers.all("Via")]

    @property
    def cseq(self) -> CSeq:
        return self.headers.read("CSeq", CSeq.parse)

    @property
    def call_id(self) -> str:
        return self.headers.read("Call-ID", str)

    @property
    def from_(self) -> NameAddr:
        return self.headers.read("From", NameAddr.parse)

    @property
    def to(self) -> NameAddr:
        return self.headers.read("To", NameAddr.parse)

    @property
    def contact(self) -> NameAddr | None:
        """The first Contact; None when there is none."""
        values = self.headers.all("Contact")
        return NameAddr.parse(values[0]) if values else None

    @property
    def max_forwards(self) -> int:
        """Hops left; RFC 3261 §20.22. A message without the field counts as a fresh one."""
        if "Max-Forwards" not in self.headers:
            return DEFAULT_MAX_FORWARDS
        return self.headers.read("Max-Forwards", _hops)

    @property
    def content_type(self) -> str | None:
        """`type/subtype` in lower case, without parameters; None when absent."""
        value = self.headers.get("Content-Type")
        return None if value is None else value.partition(";")[0].strip(LWS).lower()

    def _encode(self, start_line: str) -> bytes:
        if "\r" in start_line or "\n" in start_line:
            raise UsageError("A start line must not contain a line break")
        lines = [start_line]
        for name, values in self.headers.by_name():
            if len(values) == 1 and name != _LENGTH:  # as nearly all
                lines.append(f"{name}: {values[0]}")
            elif name != _LENGTH:
                lines += [f"{name}: {value}" for value in values]
        lines.append(f"{_LENGTH}: {len(self.body)}\r\n\r\n")
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body


@dataclass(slots=True)
class Request(Message):
    """`uri` is the Request-URI as it came or as it shall go out."""

    method: str
    uri: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def encode(self) -> bytes:
        """The octets to send; Content-Length is always ours."""
        return self._encode(f"{self.method} {self.uri} SIP/2.0")


@dataclass(slots=True)
class Response(Message):
    status: int
    reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def encode(self) -> bytes:
        """The octets to send; Content-Length is always ours."""
        return self._encode(f"SIP/2.0 {self.status} {self.reason}")


class Malformed(PeerError):
    """A request that breaks the grammar; `request` is what could be read of it.

    None when it names no hop of SIP, or comes after too many: then nothing can be answered.
    """

    def __init__(self, reason: str, status: int, request: Request | None) -> None:
        super().__init__(reason, status)
        self.request = request


def response_to(
    request: Request, status: int, reason: str = "", to_tag: str | None = None
) -> Response:
    """A response with the fields that RFC 3261 §8.2.6 copies, as they were written.

    `to_tag` is added unless To has one already; a 100 never gets one of ours.
    """
    headers = Headers()
    headers.take(request.headers, "Via", "From", "To", "Call-ID", "CSeq")
    if status == 100:
        headers.take(request.headers, "Timestamp")
    elif to_tag is not None and request.to.tag is None:
        headers.set("To", f"{headers.get('To')};tag={to_tag}")
    return Response(status, reason or REASONS.get(status, ""), headers)


def parse(data: bytes) -> Request | Response:
    """One datagram, or one message cut from a stream by `Framer`.

    Raises Malformed for a request; plain PeerError for a response, which nobody answers.
    """
    head, empty_line, rest = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    start_line, _, block = _unfold(head.decode("utf-8", "surrogateescape")).partition("\r\n")
    headers, problem = _read_fields(block)
    if not empty_line:
        problem = PeerError("No empty line after the headers")
    elif len(start_line) > MAX_LINE:
        problem = PeerError(REASONS[414], status=414)
    if start_line[:4].upper() == "SIP/":
        response = Response(*_read_status_line(start_line[:MAX_LINE]), headers)
        _finish(response, rest, problem)
        return response
    request, line_problem = _read_request_line(start_line, headers)
    try:
        _finish(request, rest, line_problem or problem)
    except PeerError as error:
        answerable = request if _is_answerable(request) else None
        raise Malformed(error.reason, error.status, answerable) from error
    return request


def _unfold(head: str) -> str:
    return _FOLD.sub(" ", head) if "\r\n " in head or "\r\n\t" in head else head


def _read_fields(block: str) -> tuple[Headers, PeerError | None]:
    """Every field that can be read, and the first reason why one could not."""
    lines = block.split("\r\n") if block else []
    headers, problem = Headers.read_lines(lines[:MAX_FIELDS], MAX_LINE)
    if len(lines) > MAX_FIELDS:
        problem = "Too many header fields"
    return headers, PeerError(problem) if problem else None


@lru_cache(maxsize=CACHED)
def _read_status_line(line: str) -> tuple[int, str]:
    """Status and reason."""
    parts = _STATUS_LINE.fullmatch(line)
    if parts is None:
        raise PeerError("Broken status line")
    return int(parts[1]), parts[2] or ""


def _read_request_line(line: str, headers: Headers) -> tuple[Request, PeerError | None]:
    """The request, its URI "" when that cannot be told, and what is wrong with the line."""
    parts = _REQUEST_LINE.fullmatch(line)
    if parts is None:
        return Request(line.partition(" ")[0], "", headers), PeerError("Broken request line")
    problem = None if parts[3] == "2.0" else PeerError(REASONS[505], status=505)
    return Request(parts[1], parts[2], headers), problem


def _finish(message: Request | Response, rest: bytes, problem: PeerError | None) -> None:
    """Check what must hold before anything can be done with a message, and give it its body."""
    if problem:
        raise problem
    _check_identity(message)
    if isinstance(message, Request) and message.cseq.method != message.method:
        raise PeerError("Numbered as another method")
    message.body = _read_body(message, rest)


def _check_identity(message: Message) -> None:
    """Read the fields that tie a message to its transaction and dialog, for their errors."""
    lines = message.headers.lines("Via")
    if (len(lines) > 1 or "," in "".join(lines)) and len(message.headers.all("Via")) > MAX_VIAS:
        raise PeerError("Too many Via values")
    _ = message.via, message.from_, message.to, message.call_id, message.cseq


def _is_answerable(request: Request) -> bool:
    lines = request.headers.lines("Via")
    hops = sum(1 + line.count(",") for line in lines)
    return 0 < hops <= MAX_VIAS and _SIP_HOP.match(lines[0]) is not None


def _read_body(message: Message, rest: bytes) -> bytes:
    """Without Content-Length a body goes to the end, RFC 3261 §18.3."""
    if _LENGTH not in message.headers:
        return rest
    length = message.headers.read(_LENGTH, _body_length)
    if length > len(rest):
        raise PeerError("Body shorter than Content-Length")
    return rest[:length]


def _number(text: str, limit: int) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > limit:
        raise PeerError("Number out of range")
    return int(text)


def _hops(text: str) -> int:
    return _number(text, 255)


@lru_cache(maxsize=CACHED)
def _body_length(text: str) -> int:
    return _number(text, MAX_BODY)


def _top_via(line: str) -> Via:
    return Via.parse(split_outside(line, ",")[0] if "," in line else line)


class Framer:
    """Cuts a byte stream into messages, RFC 3261 §18.3. Once it has raised, the stream is lost."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # octets known to hold no end of headers
        self._length = 0  # octets of the message at the front; 0 until its headers are complete

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun that is not complete."""
        return not PING.startswith(self._buffer)

    def take_pong(self) -> bool:
        """Drop a CRLF that stands alone, as the answer to a ping does; whether there was one."""
        if self._buffer != PONG:
            return False
        self._buffer.clear()
        return True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Each complete message, or PING, in order. Raises PeerError when one cannot be framed."""
        self._buffer += data
        return self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        while (length := self._front()) is not None:
            piece = bytes(self._buffer[:length])
            del self._buffer[:length]
            self._searched = self._length = 0
            yield piece

    def _front(self) -> int | None:
        """Octets of the complete piece at the front of the buffer; None when there is none yet."""
        if not self._length:
            if self._buffer.startswith(PING):
                return len(PING)
            if self._buffer.startswith(b"\r\n") and not PING.startswith(self._buffer):
                del self._buffer[:2]
            self._length = self._measure()
        return self._length if 0 < self._length <= len(self._buffer) else None

    def _measure(self) -> int:
        """Octets of the message at the front, 0 while its headers are incomplete."""
        end = self._buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if max(end, len(self._buffer) if end < 0 else 0) > MAX_HEAD:
            raise PeerError("Headers too long", status=513)
        if end < 0:
            self._searched = len(self._buffer)
            return 0
        lengths = _STREAM_LENGTH.findall(self._buffer, 0, end)
        if len(lengths) != 1:
            raise PeerError("A message on a stream needs one Content-Length")
        return end + 4 + _number(lengths[0].decode("latin-1").rstrip(LWS), MAX_BODY)
