"""Ports that share one UDP port, as those of browsers do: the kernel tells them apart."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from mixer import Mixer, NoFreePort, Port, Route
from tests.mixer.phone import HOST, Phone, talk
from tests.mixer.waiting import until
from tests.rig.tones import dominant_frequency, tone

STUN = b"\x00\x01" + bytes(18)
DTLS = b"\x16\xfe\xfd" + bytes(30)


@dataclass
class Door:
    """The UDP port, and the socket of whoever speaks with those that have no port yet."""

    sock: socket.socket

    @property
    def number(self) -> int:
        number: int = self.sock.getsockname()[1]
        return number

    def let_in(self, mixer: Mixer, phone: Phone) -> tuple[Port, socket.socket]:
        """A port for the phone, and the socket where all that is no RTP of it arrives."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.settimeout(5)
        port = mixer.open_shared(self.number, theirs)
        mixer.set_remote(port, replace(phone.remote(), rtcp_mux=True))
        phone.target = self.number
        return port, ours


@pytest.fixture
def door() -> Iterator[Door]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((HOST, 0))
        sock.settimeout(5)
        yield Door(sock)


def test_two_browsers_on_one_port_hear_each_other_and_nobody_else(
    mixer: Mixer, phone: Callable[..., Phone], door: Door
) -> None:
    one, other, stranger = phone(), phone(), phone()
    (port, aside), (other_port, other_aside) = (door.let_in(mixer, each) for each in (one, other))
    mixer.route("call", {Route(port, other_port), Route(other_port, port)})
    stranger.target = door.number
    talk([(one, tone(440, 0.6)), (other, tone(1000, 0.6)), (stranger, tone(1500, 0.6))])
    assert dominant_frequency(other.samples()[1600:]) == pytest.approx(440, abs=10)
    assert dominant_frequency(one.samples()[1600:]) == pytest.approx(1000, abs=10)
    assert not stranger.hear()
    for each in (port, other_port):
        assert mixer.stats(each).received >= 29 and mixer.stats(each).strangers == 0
    for ours in (aside, other_aside):
        ours.close()


def test_what_is_no_rtp_goes_to_whoever_does_ice_and_dtls(
    mixer: Mixer, phone: Callable[..., Phone], door: Door
) -> None:
    known, stranger = phone(), phone()
    port, aside = door.let_in(mixer, known)
    known.send(tone(440, 0.02))
    until(lambda: mixer.stats(port).received == 1, mixer)
    with aside:
        for data in (STUN, DTLS):
            known.sock.sendto(data, (HOST, door.number))
            assert aside.recv(2048) == data
        stranger.sock.sendto(STUN, (HOST, door.number))
        assert door.sock.recv(2048) == STUN
    assert mixer.stats(port).malformed == 0


def test_who_moves_is_heard_from_its_new_place(
    mixer: Mixer, phone: Callable[..., Phone], door: Door
) -> None:
    before, after = phone(), phone()
    port, aside = door.let_in(mixer, before)
    mixer.set_remote(port, replace(after.remote(), rtcp_mux=True))
    after.target = door.number
    after.send(tone(440, 0.02))
    until(lambda: mixer.stats(port).received == 1, mixer)
    before.send(tone(440, 0.02))
    assert door.sock.recv(2048), "it is a stranger now"
    assert mixer.stats(port).received == 1
    aside.close()


def test_with_its_port_the_way_to_ice_and_dtls_ends(
    mixer: Mixer, phone: Callable[..., Phone], door: Door
) -> None:
    port, aside = door.let_in(mixer, phone())
    mixer.close_port(port)
    with aside:
        until(lambda: not reaches(aside), mixer)


def reaches(sock: socket.socket) -> bool:
    try:
        return sock.send(b"anybody?") > 0
    except ConnectionRefusedError:
        return False


@pytest.mark.parametrize(
    "change",
    [{"rtcp_mux": False}, {"learn_from": HOST}, {"rtp_port": 0}, {"address": "::1"}],
)
def test_a_peer_that_is_not_known_for_sure_is_refused(
    mixer: Mixer, phone: Callable[..., Phone], door: Door, change: dict[str, object]
) -> None:
    known = phone()
    port, aside = door.let_in(mixer, known)
    with aside, pytest.raises(ValueError, match="out of range"):
        mixer.set_remote(port, replace(known.remote(), **{"rtcp_mux": True, **change}))  # type: ignore[arg-type]


def test_a_port_that_others_have_alone_cannot_be_shared(
    mixer: Mixer, phone: Callable[..., Phone]
) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, 0))
        port = mixer.open_shared(taken.getsockname()[1], theirs)
        with pytest.raises(NoFreePort):
            mixer.set_remote(port, replace(phone().remote(), rtcp_mux=True))
