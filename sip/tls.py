"""TLS without a socket: octets of the wire in, octets of SIP out, and the certificates for it.

A channel holds what TLS itself needs and no buffers besides: the streams of asyncio would reserve
256 kB for each connection.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Final

from config.settings import TlsSettings
from sip.certificate import Certificate
from sip.errors import PeerError

PIECE: Final = 16 * 1024  # octets of a TLS record

log = logging.getLogger(__name__)


class Channel:
    """One end of a TLS connection."""

    __slots__ = ("_incoming", "_outgoing", "_tls", "ended", "established")

    def __init__(self, context: ssl.SSLContext, domain: str | None = None) -> None:
        """The client's end names the `domain` it wants; the server's has none."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=domain is None, server_hostname=domain
        )
        self.established = False
        self.ended = False
        """The other end has said goodbye."""

    @property
    def peer(self) -> Certificate:
        """The verified certificate of the other end; empty without one."""
        return self._tls.getpeercert() or {}

    def receive(self, data: bytes) -> bytes:
        """What the octets say, b"" while shaking hands. Raises PeerError."""
        self._incoming.write(data)
        try:
            if not self.established:
                self._tls.do_handshake()
                self.established = True
            return self._read()
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLError as error:
            raise PeerError(f"TLS failed: {error.reason}") from error

    def write(self, data: bytes) -> None:
        """Encrypt; `pending` has it then."""
        self._tls.write(data)

    def pending(self) -> bytes:
        """Octets for the wire."""
        return self._outgoing.read()

    def greet(self) -> None:
        """The client speaks first."""
        self.receive(b"")

    def close(self) -> None:
        """Say goodbye; `pending` has it then."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass  # the other end has not said it yet: nobody waits for that

    def _read(self) -> bytes:
        said = bytearray()
        try:
            while piece := self._tls.read(PIECE):
                said += piece
            self.ended = True
        except ssl.SSLZeroReturnError:
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        return bytes(said)


class Certificates:
    """The contexts for both roles, made anew when a file has changed. Raises OSError at first."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._stamp = self._look()
        self.server, self.client = self._server(), self._client()

    def refresh(self) -> bool:
        """Read the files again if one has changed; keeps what there was when they are unusable."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        return self.reload()

    def reload(self) -> bool:
        self._stamp = self._look()
        try:
            server, client = self._server(), self._client()
        except OSError as error:  # ssl.SSLError is one
            log.error("the certificates cannot be read, the old ones stay: %s", error)
            return False
        self.server, self.client = server, client
        log.info("the certificates were read again")
        return True

    def _server(self) -> ssl.SSLContext:
        context = _context(ssl.PROTOCOL_TLS_SERVER)
        wish = self._settings.client_certificates
        context.verify_mode = {
            "ignored": ssl.CERT_NONE,
            "optional": ssl.CERT_OPTIONAL,
            "required": ssl.CERT_REQUIRED,
        }[wish]
        if wish != "ignored":
            self._trust(context, ssl.Purpose.CLIENT_AUTH)
        if self._settings.certificate:
            context.load_cert_chain(self._settings.certificate, self._settings.private_key)
        return context

    def _client(self) -> ssl.SSLContext:
        context = _context(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # RFC 5922 has rules of its own: `certificate.is_for`
        self._trust(context, ssl.Purpose.SERVER_AUTH)
        settings = self._settings
        if settings.client_certificate:
            context.load_cert_chain(settings.client_certificate, settings.client_private_key)
        elif settings.certificate:
            context.load_cert_chain(settings.certificate, settings.private_key)
        return context

    def _trust(self, context: ssl.SSLContext, purpose: ssl.Purpose) -> None:
        if self._settings.ca_file:
            context.load_verify_locations(self._settings.ca_file)
        else:
            context.load_default_certs(purpose)

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        settings = self._settings
        files = (settings.certificate, settings.private_key, settings.ca_file)
        ours = (settings.client_certificate, settings.client_private_key)
        return tuple(_stamp(file) for file in (*files, *ours))


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    """What changes when a file is written anew or replaced; None when it is not there."""
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
