"""Two channels in memory, and the certificates they are made with."""

from __future__ import annotations

import os
import ssl
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from config.settings import TlsSettings
from sip.errors import PeerError
from sip.tls import Certificates, Channel
from tests.sip.authority import Authority, Issued


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def settings(authority: Authority, issued: Issued, **others: Any) -> TlsSettings:
    return TlsSettings(
        certificate=issued.certificate,
        private_key=issued.private_key,
        ca_file=authority.ca_file,
        **others,
    )


def shake_hands(server: Channel, client: Channel) -> None:
    """Carry octets to and fro until nobody has any. Raises PeerError."""
    client.greet()
    while (there := client.pending()) or (back := server.pending()):
        if there:
            assert server.receive(there) == b""
        elif back:
            assert client.receive(back) == b""


def pair(server: Certificates, client: Certificates, domain: str = "here") -> tuple[Channel, ...]:
    channels = Channel(server.server), Channel(client.client, domain)
    shake_hands(*channels)
    return channels


def test_what_one_end_writes_the_other_reads(authority: Authority) -> None:
    certificates = Certificates(settings(authority, authority.issue("here.example")))
    server, client = pair(certificates, certificates, "here.example")
    assert server.established and client.established
    client.write(b"INVITE" * 10_000)
    octets = client.pending()
    assert server.receive(octets[:7]) == b""
    assert server.receive(octets[7:]) == b"INVITE" * 10_000
    assert client.peer["subjectAltName"] == (("DNS", "here.example"),)
    assert server.peer == {}  # a client is not asked
    server.close()
    assert client.receive(server.pending()) == b"" and client.ended


def test_a_client_shows_its_certificate_where_it_is_asked(authority: Authority) -> None:
    asked = settings(authority, authority.issue("a.example"), client_certificates="required")
    shown = authority.issue("client.example")
    with_its_own = settings(
        authority,
        authority.issue("b.example"),
        client_certificate=shown.certificate,
        client_private_key=shown.private_key,
    )
    for other, name in ((asked, "a.example"), (with_its_own, "client.example")):
        server, _ = pair(Certificates(asked), Certificates(other))
        assert server.peer["subjectAltName"] == (("DNS", name),)


@pytest.mark.parametrize("wish", ["required", "optional"])
def test_a_client_certificate_of_a_stranger_is_refused(
    authority: Authority, tmp_path: Path, wish: str
) -> None:
    ours = settings(authority, authority.issue("a.example"), client_certificates=wish)
    stranger = Authority(tmp_path, "stranger").issue("a.example")
    theirs = TlsSettings(
        certificate=stranger.certificate,
        private_key=stranger.private_key,
        ca_file=authority.ca_file,
    )
    with pytest.raises(PeerError, match="TLS failed"):
        pair(Certificates(ours), Certificates(theirs))


def test_a_client_without_a_certificate_is_refused_only_where_one_is_required(
    authority: Authority,
) -> None:
    nobody = Certificates(TlsSettings(ca_file=authority.ca_file))
    for wish, passes in (("ignored", True), ("optional", True), ("required", False)):
        ours = settings(authority, authority.issue("a.example"), client_certificates=wish)
        if passes:
            pair(Certificates(ours), nobody)
        else:
            with pytest.raises(PeerError):
                pair(Certificates(ours), nobody)


def test_a_server_that_nobody_vouches_for_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    theirs = Certificates(settings(stranger, stranger.issue("a.example")))
    with pytest.raises(PeerError, match="CERTIFICATE_VERIFY_FAILED"):
        pair(theirs, Certificates(settings(authority, authority.issue("b.example"))))


@pytest.mark.parametrize("octets", [b"INVITE sip:x SIP/2.0\r\n\r\n", bytes(100), b"\x16\x03\x01"])
def test_what_is_no_tls_is_refused_or_waited_for(authority: Authority, octets: bytes) -> None:
    server = Channel(Certificates(settings(authority, authority.issue("a.example"))).server)
    try:
        assert server.receive(octets) == b"" and len(octets) < 5
    except PeerError as error:
        assert "TLS failed" in error.reason


def test_tls_before_1_2_is_not_spoken(authority: Authority) -> None:
    certificates = Certificates(settings(authority, authority.issue("a.example")))
    for context in (certificates.server, certificates.client):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_new_certificate_is_used_once_its_file_has_changed(authority: Authority) -> None:
    ours = settings(authority, authority.issue("old.example", file="ours"))
    certificates = Certificates(ours)
    assert not certificates.refresh()
    authority.issue("new.example", file="ours")
    assert certificates.refresh()
    _, client = pair(certificates, certificates)
    assert client.peer["subjectAltName"] == (("DNS", "new.example"),)


def test_files_that_make_no_sense_change_nothing_until_they_do(authority: Authority) -> None:
    issued = authority.issue("old.example", file="ours")
    certificates = Certificates(settings(authority, issued))
    issued.certificate.write_text("half a file")
    assert not certificates.refresh() and not certificates.reload()
    os.remove(issued.certificate)
    assert not certificates.refresh()
    pair(certificates, certificates)
    authority.issue("new.example", file="ours")
    assert certificates.refresh()


def test_certificates_that_cannot_be_read_at_the_start_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Certificates(TlsSettings(certificate=tmp_path / "absent.pem"))


def test_a_connection_reserves_little_of_our_memory(authority: Authority) -> None:
    certificates = Certificates(settings(authority, authority.issue("a.example")))
    kept = [pair(certificates, certificates)]
    tracemalloc.start()
    kept += [pair(certificates, certificates) for _ in range(20)]
    octets, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert octets / 40 < 8 * 1024  # the streams of asyncio take 256 kB
