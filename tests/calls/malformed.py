"""Datagrams that no phone should send: SIP, RTP and RTCP, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.rig.virtual_phone import audio
from tests.sip import torture

METHODS = ("INVITE", "REGISTER", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "REFER", "X")
RTP_VERSION = 0x80
SENDER_REPORT, GOODBYE = 200, 203


def sip(count: int, seed: int = 1) -> Iterator[bytes]:
    """Torture first, then `count` sound requests that were damaged on their way."""
    for table in (torture.VALID, torture.ANSWERABLE, torture.NAMELESS, torture.UNANSWERABLE):
        yield from table.values()
    yield from torture.BROKEN_RESPONSES.values()
    dice = random.Random(seed)
    for number in range(count):
        message = request(dice.choice(METHODS), number)
        for _ in range(dice.randint(1, 4)):
            message = damaged(message, dice)
        yield message


def request(method: str, number: int) -> bytes:
    """In order as it is; a call to an unknown number, so that no damage can make it a good one."""
    body = audio(4000) if method in ("INVITE", "UPDATE") else ""
    lines = [
        f"{method} sip:nobody@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK-damaged-{number}",
        "Max-Forwards: 70",
        f"From: <sip:agent1@127.0.0.1>;tag=damaged-{number}",
        "To: <sip:nobody@127.0.0.1>" + (";tag=x" if method in ("BYE", "UPDATE") else ""),
        f"Call-ID: damaged-{number}",
        f"CSeq: 1 {method}",
        "Contact: <sip:agent1@127.0.0.1:9>",
        'Authorization: Digest username="agent1", realm="earshot", nonce="0", uri="sip:x",'
        ' response="0", qop=auth, nc=00000001, cnonce="0"',
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def damaged(message: bytes, dice: random.Random) -> bytes:
    """Cut, doubled, filled with noise, or one of its octets exchanged."""
    start = dice.randrange(len(message) + 1)
    end = min(len(message), start + dice.randint(1, 40))
    match dice.randrange(5):
        case 0:
            middle = b""
        case 1:
            middle = message[start:end] * dice.choice((2, 3, 200))
        case 2:
            middle = dice.randbytes(end - start)
        case 3:
            middle = dice.choice(
                (b"\r\n", b"\r\n\r\n", b"\x00", b",", b'"', b"<", b";", b"999999999")
            )
        case _:
            return message[:start]
    return message[:start] + middle + message[end:]


def rtp(count: int, seed: int = 1) -> Iterator[bytes]:
    """None is a packet of RFC 3550: too short, of another version, or with false lengths."""
    dice = random.Random(seed)
    for _ in range(count):
        head = bytes([dice.choice((RTP_VERSION, RTP_VERSION | 0x0F)), 0]) + dice.randbytes(10)
        noise = dice.randbytes(160)
        match dice.randrange(6):
            case 0:
                yield head[: dice.randrange(12)]
            case 1:
                yield bytes([dice.choice((0x00, 0x40, 0xC0))]) + head[1:] + noise
            case 2:
                yield b"\x8f" + head[1:] + noise[:40]  # fifteen CSRCs need 60 octets
            case 3:
                yield b"\x90" + head[1:] + b"\0\0\xff\xff" + noise  # an extension of 256 KB
            case 4:
                yield b"\xa0" + head[1:] + noise + bytes([dice.choice((0, 255))])  # padding
            case _:
                yield b"\x80" + head[1:]  # nothing to hear


def rtcp(count: int, seed: int = 1) -> Iterator[bytes]:
    """Reports whose length is a lie, goodbyes of everybody, and noise."""
    dice = random.Random(seed)
    for _ in range(count):
        kind = dice.choice((SENDER_REPORT, SENDER_REPORT + 1, SENDER_REPORT + 2, GOODBYE, 255))
        words = dice.choice((0, 1, 6, 65535))
        head = bytes([RTP_VERSION | dice.randrange(32), kind]) + words.to_bytes(2, "big")
        yield (head + dice.randbytes(dice.choice((0, 3, 4, 24, 60))))[: dice.choice((2, 4, 1400))]
