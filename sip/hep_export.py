"""Sends what is captured to a HEP3 capture server, by UDP; what cannot be sent is lost and counted.

It must never hold up a call, so nothing is kept for later.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address

from config.trace import TraceSettings
from sip.hep import packet
from sip.trace import Captured


class HepExport:
    """An observer of `SipTransport`."""

    def __init__(self, settings: TraceSettings) -> None:
        """`settings` name a server."""
        assert settings.hep_host, "no capture server"
        family = socket.AF_INET6 if ip_address(settings.hep_host).version == 6 else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._server = settings.hep_host, settings.hep_port
        self._capture_id = settings.hep_capture_id
        key = settings.hep_key
        self._key = key.get_secret_value().encode() if key else b""
        self.lost = 0

    def __call__(self, captured: Captured) -> None:
        data = packet(captured, self._capture_id, self._key)
        if data is None:
            return
        try:
            self._socket.sendto(data, self._server)
        except OSError:  # full, or ICMP said that nobody listens
            self.lost += 1

    def close(self) -> None:
        self._socket.close()
