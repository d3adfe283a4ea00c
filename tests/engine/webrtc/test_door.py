"""Who is behind the door: told by signed checks, and by where we sent something."""

from __future__ import annotations

import socket

import pytest
from aioice import stun

from engine.webrtc import door as module
from engine.webrtc.door import Door
from tests.engine.webrtc.browser import HOST
from tests.rig.patience import until

PASSWORD = "x" * 22
DTLS = b"\x16\xfe\xfd" + bytes(20)
RTP = b"\x80\x00" + bytes(20)


def check(name: str, password: str = PASSWORD) -> bytes:
    """An ICE check for the peer of this name."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{name}:theirs"
    message.add_message_integrity(password.encode())
    return bytes(message)


@pytest.fixture
def received() -> list[bytes]:
    return []


async def test_a_signed_check_says_whose_the_address_is(door: Door, received: list[bytes]) -> None:
    door.admit("here", PASSWORD, lambda data, address: received.append(data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browser:
        browser.connect(door.address)
        for data in (DTLS, RTP, check("here"), DTLS, RTP):
            browser.send(data)
        await until(lambda: len(received) == 2 and door.strangers == 3)
    assert received == [check_of(received), DTLS]


def check_of(received: list[bytes]) -> bytes:
    assert stun.parse_message(received[0]).attributes["USERNAME"] == "here:theirs"
    return received[0]


@pytest.mark.parametrize(
    "data",
    [check("here", "another password than that one"), check("there"), b"\x00\x01", b"", DTLS],
    ids=["another password", "another name", "cut short", "nothing", "no check"],
)
async def test_what_nobody_signed_is_for_nobody(
    door: Door, received: list[bytes], data: bytes
) -> None:
    door.admit("here", PASSWORD, lambda data, address: received.append(data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(data, door.address)
        await until(lambda: door.strangers == 1)
    assert not received


async def test_what_comes_back_is_for_who_sent_until_it_leaves(
    door: Door, received: list[bytes]
) -> None:
    door.admit("here", PASSWORD, lambda data, address: received.append(data))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browser:
        browser.bind((HOST, 0))
        browser.setblocking(False)
        door.send("here", b"check", browser.getsockname())
        await until(lambda: readable(browser))
        browser.sendto(DTLS, door.address)
        await until(lambda: received)
        door.dismiss("here")
        browser.sendto(DTLS, door.address)
        await until(lambda: door.strangers == 1)
    assert received == [DTLS]


def readable(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except BlockingIOError:
        return b""


async def test_only_so_many_addresses_are_remembered(
    door: Door, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ADDRESSES", 2)
    door.admit("here", PASSWORD, lambda data, address: received.append(data))
    for number in range(3):
        door.datagram_received(check("here"), (HOST, 1000 + number))
    received.clear()
    for number in range(3):
        door.datagram_received(DTLS, (HOST, 1000 + number))
    assert (len(received), door.strangers) == (2, 1)
