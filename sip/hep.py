"""HEP3, the Homer Encapsulation Protocol: a captured message as one datagram for a capture server.

A datagram is `HEP3`, its length (16 bit), and chunks: vendor 0, type, length, value.
"""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack
from typing import Final

from sip.flow import UDP
from sip.trace import Captured, call_id_of, masked

MAX_PACKET: Final = 65_507  # octets of a UDP datagram over IPv4; what does not fit is cut off
CHUNK: Final = 6  # octets before the value
IP_UDP, IP_TCP = 17, 6  # protocol numbers; TLS runs over the latter
SIP: Final = 1  # type of the payload
FAMILIES: Final = {4: 2, 6: 10}  # AF_INET and AF_INET6, by IP version
ADDRESSES: Final = {4: (3, 4), 6: (5, 6)}  # types of the chunks of source and destination
NOWHERE: Final = {4: "0.0.0.0", 6: "::"}


def packet(captured: Captured, capture_id: int, key: bytes = b"") -> bytes | None:
    """The datagram, secrets masked, Call-ID as correlation id; None for what is no message."""
    call_id = call_id_of(captured.data)
    if call_id is None:
        return None
    microseconds = round(captured.at * 1_000_000)
    chunks = [
        *_addresses(captured),
        _chunk(9, pack("!I", microseconds // 1_000_000)),
        _chunk(10, pack("!I", microseconds % 1_000_000)),
        _chunk(11, bytes([SIP])),
        _chunk(12, pack("!I", capture_id)),
        *([_chunk(14, key)] if key else []),
        _chunk(17, call_id.encode()[:256]),
    ]
    room = MAX_PACKET - CHUNK - len(b"HEP3") - 2 - sum(map(len, chunks))
    chunks.append(_chunk(15, masked(captured.data)[:room]))
    body = b"".join(chunks)
    return b"HEP3" + pack("!H", len(body) + 6) + body


def _addresses(captured: Captured) -> list[bytes]:
    """From whom to whom, by what."""
    peer, local = (captured.flow.host, captured.flow.port), captured.local
    version = ip_address(peer[0]).version
    if ip_address(local[0]).version != version:  # the listener is still to be chosen
        local = NOWHERE[version], local[1]
    (source, source_port), (target, target_port) = (local, peer) if captured.sent else (peer, local)
    protocol = IP_UDP if captured.flow.transport == UDP else IP_TCP
    of_source, of_target = ADDRESSES[version]
    return [
        _chunk(1, bytes([FAMILIES[version]])),
        _chunk(2, bytes([protocol])),
        _chunk(of_source, ip_address(source).packed),
        _chunk(of_target, ip_address(target).packed),
        _chunk(7, pack("!H", source_port)),
        _chunk(8, pack("!H", target_port)),
    ]


def _chunk(kind: int, value: bytes) -> bytes:
    return pack("!HHH", 0, kind, CHUNK + len(value)) + value
