"""What a rig phone knows of one dialog, and the requests it sends in it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sip.headers import Headers, NameAddr
from sip.message import Request


@dataclass(slots=True)
class Dialog:
    call_id: str
    local: NameAddr
    remote: NameAddr
    target: str
    cseq: int = 0

    @property
    def replaces(self) -> str:
        """How the other side is told which of its dialogs is meant: a value of Replaces."""
        return f"{self.call_id};to-tag={self.remote.tag};from-tag={self.local.tag}"

    @property
    def query(self) -> str:
        """The same, escaped for a Refer-To."""
        return quote(self.replaces, safe="")

    def request(self, method: str, contact: str) -> Request:
        """The next one; it has no Via yet."""
        self.cseq += 1
        headers = Headers()
        headers.set("Via")
        headers.set("From", str(self.local))
        headers.set("To", str(self.remote))
        headers.set("Call-ID", self.call_id)
        headers.set("CSeq", f"{self.cseq} {method}")
        headers.set("Contact", contact)
        headers.set("Max-Forwards", "70")
        return Request(method, self.target, headers)

    def info(self, digit: str, contact: str) -> Request:
        """A key that is pressed."""
        request = self.request("INFO", contact)
        request.headers.set("Content-Type", "application/dtmf-relay")
        request.body = f"Signal={digit}\r\nDuration=160\r\n".encode()
        return request


@dataclass(slots=True)
class Asked:
    """A request of ours, and whether its final response came."""

    request: Request
    dialog: Dialog
    provisional: bool = False
    finished: bool = False
