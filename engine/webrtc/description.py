"""The offer of a browser, and our answer to it (RFC 8829), by aiortc's reader and writer of SDP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import randbits

from aiortc import RTCDtlsParameters, RTCIceCandidate, RTCIceParameters, RTCRtpCodecParameters
from aiortc.sdp import GroupDescription, MediaDescription, SessionDescription

from mixer import CODECS

MOST_OCTETS = 64_000
"""Of an offer; those of browsers with audio alone have 3,000."""

PROFILE = "UDP/TLS/RTP/SAVPF"  # RFC 5764 §8 and RFC 4585
TELEPHONE_EVENT = "telephone-event"
EVENTS_PER_SECOND = 8000  # clock rate of the telephone events that we take
OPUS = {"minptime": 10, "useinbandfec": 1, "stereo": 0, "maxaveragebitrate": 32000}
"""What we say of Opus, RFC 7587 §6.1."""
ANSWERS = {"recvonly": "sendonly", "sendonly": "recvonly", "inactive": "inactive"}
"""The direction of our answer by that of the offer; else both ways."""


class OfferRefused(Exception):
    """The offer cannot be taken; the text says why, for whoever made it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a browser offered, as far as it was agreed on."""

    session: list[str]
    """User name and number of the session: those of a connection, RFC 8829 §5.2.1."""
    group: list[GroupDescription]
    media: MediaDescription
    ice: RTCIceParameters
    dtls: RTCDtlsParameters
    codec: RTCRtpCodecParameters
    codec_name: str
    """As the media core calls it."""
    telephone_event: RTCRtpCodecParameters | None

    @property
    def direction(self) -> str:
        return self.media.direction or "sendrecv"

    @property
    def payload_type(self) -> int:
        assert self.codec.payloadType is not None, "it was read from SDP"
        return self.codec.payloadType

    def open_candidates(self) -> list[RTCIceCandidate]:
        """Without TCP, and without those that hide their address."""
        return [
            one
            for one in self.media.ice_candidates
            if one.protocol.lower() == "udp" and not one.ip.endswith(".local")
        ]

    def is_of_the_session_of(self, other: Offer) -> bool:
        """The same connection and keys, and spoken as before."""
        ours, theirs = (
            (one.session, one.dtls.fingerprints, one.codec_name, one.payload_type, one.direction)
            for one in (self, other)
        )
        return ours == theirs


def read(sdp: str, codecs: Sequence[str]) -> Offer:
    """The first of `codecs` that the browser speaks is agreed on. Raises OfferRefused."""
    if len(sdp) > MOST_OCTETS:
        raise OfferRefused(f"An offer has at most {MOST_OCTETS} octets")
    try:
        session = SessionDescription.parse(sdp)
    except Exception as error:  # its reader asserts, indexes and converts what it is given
        raise OfferRefused("This is no session description") from error
    if [(one.kind, one.profile) for one in session.media] != [("audio", PROFILE)]:
        raise OfferRefused(f"An offer has one audio section, {PROFILE}, and nothing else")
    media = session.media[0]
    ice, dtls = media.ice, media.dtls
    if not (ice and ice.usernameFragment and ice.password and media.rtcp_mux):
        raise OfferRefused("An offer has a=ice-ufrag, a=ice-pwd and a=rtcp-mux")
    if not (dtls and dtls.fingerprints):
        raise OfferRefused("An offer has a=fingerprint and a=setup")
    name, codec = _agreed(media, codecs)
    origin = (session.origin or "").split()[:2]
    return Offer(origin, session.group, media, ice, dtls, codec, name, _telephone_event(media))


def answer(offer: Offer, ours: MediaDescription) -> str:
    """`ours` has candidates, ICE and DTLS parameters already."""
    ours.direction = ANSWERS.get(offer.media.direction or "", "sendrecv")
    ours.rtp.muxId = offer.media.rtp.muxId
    ours.rtcp_mux, ours.rtcp_port = True, 9
    if offer.codec_name == "opus":
        offer.codec.parameters = dict(OPUS)
    spoken = [offer.codec, *([offer.telephone_event] if offer.telephone_event else [])]
    for each in spoken:
        each.rtcpFeedback = []
    ours.rtp.codecs = spoken
    ours.fmt = [each.payloadType for each in spoken]
    session = SessionDescription()
    session.origin = f"- {randbits(62)} 2 IN IP4 {ours.host}"
    session.group, session.type, session.media = offer.group, "answer", [ours]
    return str(session)


def _agreed(media: MediaDescription, codecs: Sequence[str]) -> tuple[str, RTCRtpCodecParameters]:
    theirs = {_ours(one): one for one in reversed(media.rtp.codecs)}
    for name in codecs:
        if name in theirs:
            return name, theirs[name]
    raise OfferRefused(f"None of {', '.join(codecs)} is in the offer")


def _ours(codec: RTCRtpCodecParameters) -> str | None:
    name = codec.mimeType.partition("/")[2].lower()
    rows = (row.name for row in CODECS if row.clock_rate == codec.clockRate)
    return next((row for row in rows if row.lower() == name), None)


def _telephone_event(media: MediaDescription) -> RTCRtpCodecParameters | None:
    """Those on the clock of our own; Chromium offers them on that of Opus too."""
    return next(
        (
            one
            for one in media.rtp.codecs
            if one.mimeType.lower() == f"audio/{TELEPHONE_EVENT}"
            and one.clockRate == EVENTS_PER_SECOND
        ),
        None,
    )
