"""Offer and answer for one audio stream, RFC 3264.

The codec is the first of the peer's list that we have, whether that list offers or answers.
Our answer names that one codec and telephone-event, under the offerer's numbers, so nobody changes
codec in mid-call. Every other m-line is refused with port 0 and keeps its place. RTP/AVP is spoken,
and RTP/SAVP where keys may be told (`sdes`); an address that is a name, multicast, or of another IP
version than ours does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from sip.errors import PeerError
from sip.sdes import PLAIN, Sdes, Srtp, SrtpAgreement, without_keys
from sip.sdp import Attribute, Codec, MediaDescription, Origin, SessionDescription

PTIME: Final = 20  # ms of audio in a packet: ours always, theirs unless they say otherwise
NOWHERE: Final = "0.0.0.0"  # in a description without a stream
MAX_PTIME: Final = 999  # ms; more than a description may ask for
TELEPHONE_EVENT: Final = "telephone-event"
TELEPHONE_EVENT_RATE: Final = 8000  # Hz, RFC 4733 §2.4
TELEPHONE_EVENTS: Final = "0-15"  # 0 to 9, *, #, A to D

RTCP_MUX: Final = "rtcp-mux"
RTCP_TYPES: Final = range(64, 96)  # payload types that look like RTCP

SENDS: Final = ("sendrecv", "sendonly")
RECEIVES: Final = ("sendrecv", "recvonly")


@dataclass(frozen=True, slots=True)
class RemoteMedia:
    """What was agreed, seen from our side.

    `codec.payload_type` and `telephone_event` are the numbers we send; the `receive_` ones arrive.
    `codec.parameters` are theirs: what they want of what we send.
    `address` is 0.0.0.0 (or ::) only when the peer never named another; we do not send then.
    """

    address: str
    port: int
    codec: Codec
    receive_payload_type: int
    telephone_event: int | None
    receive_telephone_event: int | None
    direction: str  # ours: what we may do
    ptime: int  # ms they want in a packet, and never more than they take
    protocol: str = PLAIN
    srtp: SrtpAgreement | None = None  # None: RTP as it is
    rtcp_mux: bool = False  # RTCP goes by the RTP ports of both sides


class Negotiation:
    """Our side of one audio stream, from the first offer to the last.

    `remote` is what holds now, None before the first agreement; a failed exchange leaves it alone.
    """

    def __init__(
        self,
        address: str,
        port: int,
        codecs: Sequence[Codec],
        session_id: int,
        telephone_event: int | None = 101,
        sdes: Sdes | None = None,
        *,
        rtcp_mux: bool = False,
    ) -> None:
        """Without `sdes` there is no SRTP; `rtcp_mux` is offered if so, and always accepted."""
        self.remote: RemoteMedia | None = None
        self._port, self._ip_version = port, ip_address(address).version
        self._formats = list(codecs)
        self._sdes, self._mux = sdes or Sdes(Srtp.NEVER), rtcp_mux
        if telephone_event is not None:
            self._formats.append(_events_as(telephone_event))
        self._sent = SessionDescription(Origin("-", session_id, 0, address), address)
        self._line = 0  # which m-line is ours
        self._wanted = "sendrecv"  # our own wish, as far as it is agreed
        self._offered: str | None = None  # the wish in our offer, when the last one was ours

    def offer(self, direction: str = "sendrecv") -> SessionDescription:
        """Offer every codec of ours; `direction` is our wish until the next agreed offer.

        RFC 3264 §8: m-lines keep their place, and a number keeps the codec it once had.
        """
        self._offered = direction
        lines = [_refused(line) for line in self._sent.media]
        protocol = self.remote.protocol if self.remote else self._sdes.protocol
        muxed = self._mux or (self.remote is not None and self.remote.rtcp_mux)
        extras = [*self._sdes.offered(), *_mux_lines(muxed)]
        stream = self._stream(self._offerable(), direction, protocol, extras)
        lines[self._line : self._line + 1] = [stream]
        return self._describe(lines)

    def answer(self, offer: SessionDescription) -> SessionDescription:
        """Answer the first m-line that fits. Raises PeerError(488) when none does.

        In a running session an offer that switches every stream off is agreed to.
        """
        if len(offer.media) < len(self._sent.media):
            raise PeerError("The offer has lost a media line", status=488)  # RFC 3264 §8
        lines = [_refused(line) for line in offer.media]
        if self.remote and lines and not any(line.port for line in offer.media):
            self.remote = replace(self.remote, direction="inactive")
        else:
            self._line, self.remote = self._choose(offer)
            lines[self._line] = self._agreed(self.remote)
        self._offered = None
        return self._describe(lines)

    def accept(self, answer: SessionDescription) -> None:
        """Take the answer to our last offer. Raises PeerError(488) when it does not fit that.

        May be called again for the same offer: a 183 shows what the 200 repeats, and forks differ.
        """
        assert self._offered is not None, "accept() without an offer"
        if len(answer.media) != len(self._sent.media):
            raise PeerError("The answer has other media lines than the offer", status=488)
        sent, line = self._sent.media[self._line], answer.media[self._line]
        srtp = self._sdes.settle(line.values("crypto"))
        remote = self._agree(answer, line, sent.codecs(), self._offered, srtp)
        if remote is None:
            raise PeerError("The answer takes no audio stream", status=488)
        muxed = remote.rtcp_mux and _muxes(sent)
        self.remote, self._wanted = replace(remote, rtcp_mux=muxed), self._offered

    def forget_keys(self) -> None:
        """Our last offer went without them, and none are told in this session."""
        self._sdes, self._sent = Sdes(Srtp.NEVER), without_keys(self._sent)

    def _choose(self, offer: SessionDescription) -> tuple[int, RemoteMedia]:
        for index, line in enumerate(offer.media):
            srtp = self._sdes.choose(line.values("crypto"))
            if remote := self._agree(offer, line, self._formats, self._wanted, srtp):
                # RFC 3264 §6.1: an answer uses the offerer's numbers, so both ways are alike.
                return index, replace(
                    remote,
                    receive_payload_type=remote.codec.payload_type,
                    receive_telephone_event=remote.telephone_event,
                )
        if any(self._is_foreign(offer.address_of(line)) for line in offer.media):
            raise PeerError(f"Only IPv{self._ip_version} media fits", status=488)
        raise PeerError("No audio stream fits", status=488)

    def _agree(
        self,
        theirs: SessionDescription,
        line: MediaDescription,
        ours: Sequence[Codec],
        wanted: str,
        srtp: SrtpAgreement | None,
    ) -> RemoteMedia | None:
        """What `line` and `ours` have in common; None when that is not a stream."""
        address = self._usable(theirs.address_of(line))
        pairs = [(codec, twin) for codec in line.codecs() if (twin := _twin(codec, ours))]
        speech = [pair for pair in pairs if not _is_event(pair[0])]
        events = [pair for pair in pairs if _is_event(pair[0])]
        allowed = self._sdes.allows(line.protocol, srtp)
        fits = line.kind == "audio" and allowed and line.port > 0
        if address is None or not speech or not fits:
            return None
        held = address.is_unspecified  # RFC 2543 §B.5, still sent
        send, receive = speech[0]
        return RemoteMedia(
            address=self.remote.address if held and self.remote else str(address),
            port=line.port,
            codec=replace(send, name=receive.name),
            receive_payload_type=receive.payload_type,
            telephone_event=events[0][0].payload_type if events else None,
            receive_telephone_event=events[0][1].payload_type if events else None,
            direction=_common(wanted, theirs.direction_of(line), held),
            ptime=min(line.ptime or PTIME, line.maxptime or MAX_PTIME),
            protocol=line.protocol,
            srtp=srtp,
            rtcp_mux=_muxes(line),
        )

    def _is_foreign(self, address: str | None) -> bool:
        """Whether it is one of the other IP version."""
        try:
            return ip_address(address or "").version != self._ip_version
        except ValueError:
            return False

    def _our(self, codec: Codec) -> Codec:
        """It under that number, and what we say of it."""
        twin = _twin(codec, self._formats)
        assert twin, "agreed on what we never had"
        return replace(twin, payload_type=codec.payload_type)

    def _usable(self, address: str | None) -> IPv4Address | IPv6Address | None:
        """An address RTP of ours can be sent to; 0.0.0.0 passes, as it means hold."""
        try:
            parsed = ip_address(address or "")
        except ValueError:
            return None
        if isinstance(parsed, IPv4Address):
            odd = parsed.is_reserved  # broadcast
        else:
            odd = parsed.ipv4_mapped is not None or parsed.scope_id is not None
        unfit = parsed.version != self._ip_version or parsed.is_multicast or odd
        return None if unfit else parsed

    def _offerable(self) -> list[Codec]:
        """Our codecs, those described before first and under those numbers; events come last."""
        lines = self._sent.media[self._line : self._line + 1]
        kept = [codec for line in lines for codec in line.codecs() if _twin(codec, self._formats)]
        taken = {codec.payload_type for codec in kept}
        added = [codec for codec in self._formats if not _twin(codec, kept)]
        offered = kept + [codec for codec in added if codec.payload_type not in taken]
        return sorted(offered, key=_is_event)

    def _agreed(self, remote: RemoteMedia) -> MediaDescription:
        """Our line in an answer."""
        keys = [remote.srtp.ours.attribute] if remote.srtp else []
        formats = [self._our(remote.codec), *_events(remote)]
        extras = [*keys, *_mux_lines(remote.rtcp_mux)]
        return self._stream(formats, remote.direction, remote.protocol, extras)

    def _stream(
        self,
        formats: Sequence[Codec],
        direction: str,
        protocol: str,
        extras: Sequence[Attribute],
    ) -> MediaDescription:
        return MediaDescription(
            "audio",
            self._port,
            protocol,
            tuple(str(codec.payload_type) for codec in formats),
            attributes=(
                *(codec.rtpmap for codec in formats),
                *(line for codec in formats for line in codec.fmtp),
                ("ptime", str(PTIME)),
                *extras,
                (direction, ""),
            ),
        )

    def _describe(self, lines: Sequence[MediaDescription]) -> SessionDescription:
        """Our description with these m-lines: one version on exactly when something changed."""
        if tuple(lines) != self._sent.media:
            was = self._sent.origin
            origin = Origin(was.username, was.session_id, was.version + 1, was.address)
            self._sent = SessionDescription(origin, self._sent.address, tuple(lines))
        return self._sent


def decline(offer: SessionDescription) -> SessionDescription:
    """The answer that takes no stream, where an offer may not be left without one: RFC 3264 §6."""
    origin = Origin("-", offer.origin.session_id, 0, NOWHERE)
    return SessionDescription(origin, NOWHERE, tuple(_refused(line) for line in offer.media))


def ip_version(description: SessionDescription) -> int | None:
    """4 or 6: where its first audio stream goes; None when it has none, or goes by a name."""
    audio = (line for line in description.media if line.kind == "audio" and line.port)
    try:
        return ip_address(description.address_of(next(audio)) or "").version
    except (StopIteration, ValueError):
        return None


def _muxes(line: MediaDescription) -> bool:
    """RFC 5761 §4: RTP and RTCP are told apart where no type of RTP is 64 to 95."""
    taken = any(codec.payload_type in RTCP_TYPES for codec in line.codecs())
    return bool(line.values(RTCP_MUX)) and not taken


def _mux_lines(muxed: bool) -> list[Attribute]:
    return [(RTCP_MUX, "")] if muxed else []


def _refused(line: MediaDescription) -> MediaDescription:
    return replace(line, port=0, address=None, attributes=())


def _twin(codec: Codec, among: Sequence[Codec]) -> Codec | None:
    return next((other for other in among if other.same_encoding(codec)), None)


def _is_event(codec: Codec) -> bool:
    return codec.name.lower() == TELEPHONE_EVENT


def _events(remote: RemoteMedia) -> list[Codec]:
    number = remote.receive_telephone_event
    return [] if number is None else [_events_as(number)]


def _events_as(number: int) -> Codec:
    return Codec(TELEPHONE_EVENT, TELEPHONE_EVENT_RATE, number, parameters=TELEPHONE_EVENTS)


def _common(wanted: str, theirs: str, held: bool) -> str:
    """What we may do: what we wish, as far as they take the other end of it. RFC 3264 §6.1."""
    send = wanted in SENDS and theirs in RECEIVES and not held
    receive = wanted in RECEIVES and theirs in SENDS
    if send and receive:
        return "sendrecv"
    if send:
        return "sendonly"
    return "recvonly" if receive else "inactive"
