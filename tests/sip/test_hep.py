from __future__ import annotations

from struct import unpack

import pytest

from sip.flow import TCP, UDP, Flow
from sip.hep import packet
from sip.trace import Captured

INVITE = (
    b"INVITE sip:a SIP/2.0\r\nCall-ID: one@two\r\n"
    b'Authorization: Digest response="5ec7e7"\r\nContent-Length: 0\r\n\r\n'
)


def chunks(data: bytes) -> dict[int, bytes]:
    """Read by the description of the protocol, not by our code."""
    assert data[:4] == b"HEP3"
    (length,) = unpack("!H", data[4:6])
    assert length == len(data)
    found, position = {}, 6
    while position < length:
        vendor, kind, size = unpack("!HHH", data[position : position + 6])
        assert vendor == 0 and size >= 6 and kind not in found
        found[kind] = data[position + 6 : position + size]
        position += size
    assert position == length
    return found


def captured(host: str = "10.0.0.2", transport: str = UDP, *, sent: bool = False) -> Captured:
    local = ("10.0.0.1" if "." in host else "fd00::1", 5060)
    return Captured(1_700_000_000.25, sent, Flow(transport, host, 5070), local, INVITE)


def test_a_received_message_is_packed() -> None:
    data = packet(captured(), 2001, b"key")
    assert data
    assert {k: v for k, v in chunks(data).items() if k != 15} == {
        1: b"\x02",
        2: b"\x11",
        3: bytes([10, 0, 0, 2]),
        4: bytes([10, 0, 0, 1]),
        7: (5070).to_bytes(2),
        8: (5060).to_bytes(2),
        9: (1_700_000_000).to_bytes(4),
        10: (250_000).to_bytes(4),
        11: b"\x01",
        12: (2001).to_bytes(4),
        14: b"key",
        17: b"one@two",
    }


def test_secrets_stay_here() -> None:
    data = packet(captured(), 1)
    assert data
    payload = chunks(data)[15]
    assert payload == INVITE.replace(b"5ec7e7", b"***")
    assert 14 not in chunks(data)


def test_a_sent_message_goes_the_other_way() -> None:
    data = packet(captured(sent=True), 1)
    assert data
    found = chunks(data)
    assert (found[3], found[4]) == (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    assert (found[7], found[8]) == ((5060).to_bytes(2), (5070).to_bytes(2))


@pytest.mark.parametrize(("transport", "protocol"), [(UDP, 17), (TCP, 6)])
def test_ipv6_and_streams_are_told(transport: str, protocol: int) -> None:
    data = packet(captured("fd00::2", transport), 1)
    assert data
    found = chunks(data)
    assert (found[1], found[2]) == (b"\x0a", bytes([protocol]))
    assert (found[5][-1], found[6][-1], len(found[5])) == (2, 1, 16)


def test_what_does_not_fit_is_cut_and_what_is_no_message_is_not_sent() -> None:
    flow, local = Flow(TCP, "10.0.0.2", 1), ("10.0.0.1", 5060)
    long = packet(Captured(0.0, False, flow, local, INVITE + b"x" * 200_000), 1)
    assert long and len(long) == 65_507 and len(chunks(long)[15]) > 65_000
    assert packet(Captured(0.0, False, flow, local, b"\r\n\r\n"), 1) is None


def test_an_address_of_ours_that_is_not_chosen_yet_is_none() -> None:
    seen = Captured(0.0, True, Flow(TCP, "fd00::2", 5070), ("10.0.0.1", 5060), INVITE)
    data = packet(seen, 1)
    assert data
    found = chunks(data)
    assert (found[5], found[6][-1]) == (bytes(16), 2)
