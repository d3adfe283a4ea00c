"""What is fed, and what must hold of each: a PeerError is an answer, anything else a fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from sip.authorization import Authorization
from sip.digest import Account, answerable, parse_digest
from sip.errors import PeerError
from sip.flow import flow_to
from sip.gruu import instance_in
from sip.headers import CSeq, Headers, NameAddr, Via
from sip.identity import diversions_in, history_in
from sip.message import Framer, Request, Response, parse
from sip.next_hop import hop_to
from sip.offer_answer import Negotiation
from sip.reason import Reason, reasons_in
from sip.referral import Replaces
from sip.sdes import Sdes, Srtp
from sip.sdp import Codec, SessionDescription
from sip.uri import Uri, request_uri
from sip.verifier import Verifier
from tests.fuzz.conversation import Conversation
from tests.fuzz.dice import Dice
from tests.fuzz.mutation import mutate
from tests.fuzz.seeds import DESCRIPTIONS, DIGESTS, FIELDS, MESSAGES
from tests.fuzz.steps import STEPS

HA1: Final = {"MD5": "0" * 32, "SHA-256": "0" * 64}
LISTS: Final = ("Contact", "Diversion", "History-Info", "Reason")
CODECS: Final = (Codec("PCMU", 8000, 0), Codec("PCMA", 8000, 8))


@dataclass(frozen=True, slots=True)
class Target:
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def message(data: bytes) -> None:
    """What is read can be written, and then reads the same."""
    try:
        read = parse(data)
    except PeerError as error:
        assert "\r" not in error.reason
        return
    again = parse(read.encode())
    again.headers.set("Content-Length", *read.headers.lines("Content-Length"))
    assert again == read
    for look in (lambda: read.vias, lambda: read.contact, lambda: read.max_forwards):
        with suppress(PeerError):
            look()


def stream(data: bytes) -> None:
    """A stream is cut alike however it arrives."""
    assert _cut(data, len(data) or 1) == _cut(data, 7)


def _cut(data: bytes, size: int) -> list[bytes]:
    framer, pieces = Framer(), []
    with suppress(PeerError):
        for at in range(0, len(data), size):
            for piece in framer.feed(data[at : at + size]):
                pieces.append(piece)  # noqa: PERF402  what came before an error counts
    return pieces


def description(data: bytes) -> None:
    """What is read can be written, and then reads the same; any offer gets an answer or 488."""
    with suppress(PeerError):
        read = SessionDescription.parse(data)
        assert SessionDescription.parse(read.encode()) == read
        for media in read.media:
            _ = media.codecs(), media.ptime, read.direction_of(media), read.address_of(media)
        sdes = Sdes(Srtp.OFFERED, bytes)
        negotiation = Negotiation("10.0.0.1", 20000, CODECS, 1, sdes=sdes)
        answer = negotiation.answer(read)
        assert len(answer.media) == len(read.media)
        SessionDescription.parse(answer.encode())


def digest(data: bytes) -> None:
    text = _line(data)
    for read in (parse_digest, answerable):
        with suppress(PeerError):
            read(text)
    request = Request("REGISTER", "sip:h", Headers([("CSeq", "1 REGISTER")]))
    challenged = Response(401, "", Headers([("WWW-Authenticate", text)]))
    login = Account("anna", HA1)
    Authorization({"earshot": login}, lambda: "c").answer(request, challenged, 2)
    request.headers.set("Authorization", text)
    with suppress(PeerError):
        assert Verifier("earshot", {"anna": login}, b"s").verify(request, 1.0).username is None


def value(data: bytes) -> None:
    """Each kind of value prints as something that reads the same."""
    text = _line(data)
    for kind in (Via, CSeq, NameAddr, Uri):
        with suppress(PeerError):
            read = kind.parse(text)
            assert kind.parse(str(read)) == read, str(read)
    for look in (Replaces.parse, request_uri, flow_to, hop_to, instance_in, Reason.parse):
        with suppress(PeerError):
            look(text)
    headers = Headers([(name, text) for name in LISTS])
    with suppress(PeerError):
        assert all(headers.all("Contact"))
    _ = diversions_in(headers), history_in(headers), reasons_in(headers)


def _line(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").replace("\r", " ").replace("\n", " ")


def endpoint(data: bytes) -> None:
    Conversation().run(data, STEPS)


TARGETS: Final = {
    "message": Target(message, MESSAGES),
    "stream": Target(stream, MESSAGES),
    "description": Target(description, DESCRIPTIONS),
    "digest": Target(digest, DIGESTS),
    "value": Target(value, FIELDS),
    "endpoint": Target(endpoint, (bytes(range(0, 240, 7)), bytes(200))),
}


def damaged(data: bytes, random: Random) -> bytes:
    return mutate(data, Dice(random.randbytes(64)))


def generated(name: str, random: Random) -> bytes:
    """An input for a target; a conversation is told by any octets."""
    if name == "endpoint":
        return random.randbytes(random.randint(1, 500))
    return damaged(random.choice(TARGETS[name].seeds), random)
