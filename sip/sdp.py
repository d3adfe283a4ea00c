"""Session descriptions, RFC 8866, as far as audio calls use them: lenient in, strict out.

Kept of what a peer sends: origin, name, addresses, media lines and attributes. Times, bandwidth,
keys and contact lines are read over; `str` writes `t=0 0`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

from sip.errors import PeerError

MAX_SDP: Final = 64 * 1024  # octets
MAX_LINES: Final = 1024
MAX_MEDIA: Final = 32
MAX_FORMATS: Final = 64  # of one media line
MAX_ATTRIBUTES: Final = 256  # of the session, and of one media line
MAX_PORT: Final = 65535
MAX_PAYLOAD_TYPE: Final = 127
DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")

_ORIGIN = re.compile(r"(\S+)[ ]+([0-9]{1,20})[ ]+([0-9]{1,20})[ ]+IN[ ]+IP[46][ ]+(\S+)")
_CONNECTION = re.compile(r"IN[ ]+IP[46][ ]+([^\s/]+)(?:/[0-9/]+)?")
_MEDIA = re.compile(r"(\S+)[ ]+([0-9]{1,5})(?:/[0-9]{1,5})?[ ]+(\S+)((?:[ ]+\S+)+)")
_NUMBER = re.compile(r"[0-9]{1,3}")
_RTPMAP = re.compile(r"([0-9]{1,3})[ ]+([^\s/]+)/([0-9]{1,6})(?:/([0-9]{1,2}))?")

Attribute = tuple[str, str]
"""Name and value, "" for a flag."""


@dataclass(frozen=True, slots=True)
class Codec:
    """An audio encoding under the payload type number one side gives it."""

    name: str
    clock_rate: int  # Hz of the RTP timestamp
    payload_type: int
    channels: int = 1
    parameters: str = ""
    """What `a=fmtp` says of it; each side says what itself can or wants."""

    def same_encoding(self, other: Codec) -> bool:
        """Whether both decode alike, whatever their numbers; names compare without case."""
        return (self.name.lower(), self.clock_rate, self.channels) == (
            other.name.lower(),
            other.clock_rate,
            other.channels,
        )

    @property
    def rtpmap(self) -> Attribute:
        channels = f"/{self.channels}" if self.channels != 1 else ""
        return "rtpmap", f"{self.payload_type} {self.name}/{self.clock_rate}{channels}"

    @property
    def fmtp(self) -> tuple[Attribute, ...]:
        """One attribute, or none where there is nothing to say."""
        return (("fmtp", f"{self.payload_type} {self.parameters}"),) if self.parameters else ()

    def parameter(self, name: str) -> str | None:
        """Its value in a list such as `useinbandfec=1; usedtx=0`; None when it is not there."""
        pairs = (part.strip().partition("=") for part in self.parameters.split(";"))
        return next((value.strip() for key, _, value in pairs if key.lower() == name), None)


STATIC: Final = {
    codec.payload_type: codec
    for codec in (
        Codec("PCMU", 8000, 0),
        Codec("GSM", 8000, 3),
        Codec("G723", 8000, 4),
        Codec("DVI4", 8000, 5),
        Codec("DVI4", 16000, 6),
        Codec("LPC", 8000, 7),
        Codec("PCMA", 8000, 8),
        Codec("G722", 8000, 9),
        Codec("L16", 44100, 10, channels=2),
        Codec("L16", 44100, 11),
        Codec("QCELP", 8000, 12),
        Codec("CN", 8000, 13),
        Codec("MPA", 90000, 14),
        Codec("G728", 8000, 15),
        Codec("DVI4", 11025, 16),
        Codec("DVI4", 22050, 17),
        Codec("G729", 8000, 18),
    )
}
"""Audio payload types that need no rtpmap: RFC 3551 §6, table 4."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`o=`: who described the session, and which version of the description this is."""

    username: str
    session_id: int
    version: int
    address: str


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One m-line and what belongs to it. Port 0 means refused or switched off."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    address: str | None = None
    attributes: tuple[Attribute, ...] = ()

    def values(self, name: str) -> list[str]:
        """The values of every attribute called `name`."""
        return [value for key, value in self.attributes if key == name]

    @property
    def direction(self) -> str | None:
        """None when the line leaves it to the session."""
        return _direction(self.attributes)

    @property
    def ptime(self) -> int | None:
        """Milliseconds of audio the describer wants in one packet; None when absent or absurd."""
        return self._milliseconds("ptime")

    @property
    def maxptime(self) -> int | None:
        """The most milliseconds of audio it takes in one packet; None likewise."""
        return self._milliseconds("maxptime")

    def _milliseconds(self, name: str) -> int | None:
        value = next(iter(self.values(name)), "")
        return int(value) if re.fullmatch(r"[1-9][0-9]{0,2}", value) else None

    def codecs(self) -> list[Codec]:
        """What the formats mean, in their order; formats that mean nothing are left out."""
        mapped = {codec.payload_type: codec for codec in self._mapped()}
        said = dict(self._said())
        numbers = dict.fromkeys(int(name) for name in self.formats if _NUMBER.fullmatch(name))
        found = (mapped.get(number) or STATIC.get(number) for number in numbers)
        return [
            replace(codec, parameters=said.get(codec.payload_type, "")) for codec in found if codec
        ]

    def _mapped(self) -> Iterator[Codec]:
        for value in self.values("rtpmap"):
            parts = _RTPMAP.fullmatch(value.strip())
            if parts and int(parts[1]) <= MAX_PAYLOAD_TYPE:
                yield Codec(parts[2], int(parts[3]), int(parts[1]), int(parts[4] or 1))

    def _said(self) -> Iterator[tuple[int, str]]:
        for value in self.values("fmtp"):
            number, _, text = value.strip().partition(" ")
            if _NUMBER.fullmatch(number):
                yield int(number), text.strip()

    def __str__(self) -> str:
        lines = [
            f"m={self.kind} {self.port} {self.protocol} {' '.join(self.formats)}",
            *([] if self.address is None else [f"c={_net(self.address)}"]),
            *_attribute_lines(self.attributes),
        ]
        return "\r\n".join(lines)


@dataclass(frozen=True, slots=True)
class SessionDescription:
    origin: Origin
    address: str | None = None
    media: tuple[MediaDescription, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    name: str = "-"

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a body of type application/sdp. Raises PeerError(400)."""
        if len(data) > MAX_SDP:
            raise PeerError("Session description too long")
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
        session, *streams = _sections(text)
        origin = _ORIGIN.fullmatch(_first(session, "o") or "")
        if origin is None:
            raise PeerError("Broken or missing origin in a session description")
        return cls(
            origin=Origin(origin[1], int(origin[2]), int(origin[3]), origin[4]),
            address=_read_address(session),
            media=tuple(_read_media(stream) for stream in streams),
            attributes=_read_attributes(session),
            name=_first(session, "s") or "-",
        )

    def address_of(self, media: MediaDescription) -> str | None:
        """Where the stream goes: its own c=, else the session's."""
        return self.address if media.address is None else media.address

    def direction_of(self, media: MediaDescription) -> str:
        """Its own attribute, else the session's, else sendrecv: RFC 8866 §6.7."""
        return media.direction or _direction(self.attributes) or "sendrecv"

    def encode(self) -> bytes:
        return str(self).encode("utf-8", "surrogateescape")

    def __str__(self) -> str:
        origin = self.origin
        lines = [
            "v=0",
            f"o={origin.username} {origin.session_id} {origin.version} {_net(origin.address)}",
            f"s={self.name}",
            *([] if self.address is None else [f"c={_net(self.address)}"]),
            "t=0 0",
            *_attribute_lines(self.attributes),
        ]
        return "\r\n".join([*lines, *(str(media) for media in self.media), ""])


Section = dict[str, list[str]]
"""The values of each type of line up to the next m=, types in the order of their first line."""


def _sections(text: str) -> list[Section]:
    """The session's lines, then those of each m-line. Lines end in CRLF or LF; blank ones pass."""
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise PeerError("Too many lines in a session description")
    section: Section = {}
    sections = [section]
    for line in lines:
        kind, equals, value = line.partition("=")
        if not equals and not line.strip():
            continue
        value = value.strip()
        if len(kind) != 1 or not equals or "\r" in value:
            raise PeerError("Broken line in a session description")
        if kind == "m":
            section = {}
            sections.append(section)
        if kind in section:
            section[kind].append(value)
        else:
            section[kind] = [value]
    if next(iter(sections[0]), "") != "v" or _first(sections[0], "v") != "0":
        raise PeerError("A session description must begin with v=0")
    if len(sections) > 1 + MAX_MEDIA:
        raise PeerError("Too many media lines")
    return sections


def _read_media(section: Section) -> MediaDescription:
    parts = _MEDIA.fullmatch(section["m"][0])
    if parts is None or int(parts[2]) > MAX_PORT:
        raise PeerError("Broken media line")
    formats = tuple(parts[4].split())
    if len(formats) > MAX_FORMATS:
        raise PeerError("Too many formats in a media line")
    return MediaDescription(
        kind=parts[1].lower(),
        port=int(parts[2]),
        protocol=parts[3],
        formats=formats,
        address=_read_address(section),
        attributes=_read_attributes(section),
    )


def _read_address(section: Section) -> str | None:
    """The address of the first c=; how long and how wide a multicast reaches is dropped."""
    value = _first(section, "c")
    if value is None:
        return None
    parts = _CONNECTION.fullmatch(value)
    if parts is None:
        raise PeerError("Broken connection line")
    return parts[1]


def _read_attributes(section: Section) -> tuple[Attribute, ...]:
    lines = section.get("a", ())
    if len(lines) > MAX_ATTRIBUTES:
        raise PeerError("Too many attributes")
    pairs = [line.partition(":") for line in lines]
    return tuple([(name.strip(), value.strip()) for name, _, value in pairs if name.strip()])


def _first(section: Section, kind: str) -> str | None:
    values = section.get(kind)
    return values[0] if values else None


def _direction(attributes: tuple[Attribute, ...]) -> str | None:
    return next((name for name, value in attributes if name in DIRECTIONS and not value), None)


def _attribute_lines(attributes: tuple[Attribute, ...]) -> list[str]:
    return [f"a={name}:{value}" if value else f"a={name}" for name, value in attributes]


def _net(address: str) -> str:
    return f"IN {'IP6' if ':' in address else 'IP4'} {address}"
