from __future__ import annotations

import socket

from config import TraceSettings
from sip.flow import UDP, Flow
from sip.hep_export import HepExport
from sip.trace import Captured

MESSAGE = b"OPTIONS sip:a SIP/2.0\r\nCall-ID: one\r\n\r\n"
SEEN = Captured(0.0, False, Flow(UDP, "10.0.0.2", 5060), ("10.0.0.1", 5060), MESSAGE)


def test_messages_reach_the_capture_server() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(2.0)
        settings = TraceSettings(
            hep_host="127.0.0.1", hep_port=server.getsockname()[1], hep_key="sesame"
        )
        export = HepExport(settings)
        export(SEEN)
        data = server.recv(65535)
        export.close()
    assert data.startswith(b"HEP3") and MESSAGE in data and b"sesame" in data
    assert export.lost == 0


def test_a_server_that_is_not_there_costs_no_call() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    export = HepExport(TraceSettings(hep_host="127.0.0.1", hep_port=port))
    for _ in range(20):
        export(SEEN)
    export(Captured(0.0, False, SEEN.flow, SEEN.local, b"\r\n\r\n"))
    export.close()
