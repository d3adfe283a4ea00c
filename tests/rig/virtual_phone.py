"""A small SIP phone for one call at a time, without a socket; parsers are shared, machines are not.

Its body is whatever SDP text the caller gives: the media is somebody else's business.
"""

from __future__ import annotations

from itertools import count
from typing import TypeVar

from sip.actions import Action, Report, Send
from sip.digest import credentials
from sip.errors import PeerError
from sip.flow import UDP, Flow
from sip.grammar import format_host_port
from sip.headers import Headers, NameAddr
from sip.message import Request, Response, parse, response_to
from tests.rig.call_events import (
    Acknowledged,
    Called,
    Finished,
    HungUp,
    Notified,
    Progress,
    ReferAsked,
    Reinvited,
    audio,
)
from tests.rig.resends import Resends
from tests.rig.virtual_dialog import Asked, Dialog

__all__ = [
    "Acknowledged",
    "Address",
    "Called",
    "Dialog",
    "Fields",
    "Finished",
    "HungUp",
    "Notified",
    "Progress",
    "ReferAsked",
    "Reinvited",
    "VirtualPhone",
    "audio",
]

Address = tuple[str, int]
Fields = tuple[tuple[str, str], ...]
Message = TypeVar("Message", Request, Response)
MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


class VirtualPhone:
    """Methods return actions, as those of `Endpoint` do; events are the classes above."""

    def __init__(
        self, username: str, password: str, server: Address, address: Address = ("127.0.0.1", 5070)
    ) -> None:
        self.username, self.server, self.address = username, server, address
        self.call: Dialog | None = None
        self.late_answer = ""
        """What the ACK says when a call of ours left the offer to the other side."""
        self._password = password
        self._ids = count(1)
        self._own_uri = f"sip:{username}@{_authority(server)}"
        self._registration = self._dialog(self._own_uri)
        self._theirs: Request | None = None  # the INVITE that rings
        self._ours: Asked | None = None  # the INVITE without a final response
        self._unwanted = False  # hung up before it was up
        self._asked: dict[str, Asked] = {}  # by branch and method
        self._replied: dict[tuple[str, str], bytes] = {}  # by branch and method
        self._resends = Resends()  # by branch and method, our own 2xx by ""
        self._sdp = ""  # ours, as given last
        self._out: list[Action] = []

    @property
    def deadline(self) -> float:
        return self._resends.deadline

    def tick(self, now: float) -> list[Action]:
        due, given_up = self._resends.tick(now)
        for data in due:
            self._send(data)
        if "" in given_up:
            self._end("TIMEOUT")
        return self._drain()

    def undelivered(self, send: Send, now: float) -> list[Action]:
        return []

    # What its user does

    def register(self, now: float, expires: int = 3600, contact: str | None = None) -> list[Action]:
        request = self._request("REGISTER", self._registration)
        request.headers.set("Contact", contact or self._contact())
        request.headers.set("Expires", str(expires))
        self._ask(request, self._registration, now)
        return self._drain()

    def invite(self, number: str, sdp: str, now: float, fields: Fields = ()) -> list[Action]:
        """Call a number, or a URI without its "sip:"; "" as `sdp` leaves the offer to them."""
        uri = number if "@" in number else f"{number}@{_authority(self.server)}"
        self.call = self._dialog(f"sip:{uri}")
        self._unwanted = False
        return self.reinvite(sdp, now, fields)

    def reinvite(self, sdp: str, now: float, fields: Fields = ()) -> list[Action]:
        assert self.call
        self._sdp = sdp
        request = _with_body(self._request("INVITE", self.call), sdp)
        for name, value in fields:
            request.headers.set(name, value)
        self._ours = self._ask(request, self.call, now)
        return self._drain()

    def refer(self, refer_to: str, now: float) -> list[Action]:
        """Ask for a transfer to this URI, in the call that is up."""
        assert self.call
        request = self._request("REFER", self.call)
        request.headers.set("Refer-To", f"<{refer_to}>")
        self._ask(request, self.call, now)
        return self._drain()

    def notify(self, status: int, now: float) -> list[Action]:
        """Say how far the call is that we were asked to make."""
        assert self.call
        request = self._request("NOTIFY", self.call)
        request.headers.set("Event", "refer")
        request.headers.set("Subscription-State", "terminated" if status >= 200 else "active")
        request.headers.set("Content-Type", "message/sipfrag")
        request.body = f"SIP/2.0 {status} So".encode()
        self._ask(request, self.call, now)
        return self._drain()

    def update(self, sdp: str, now: float, fields: Fields = ()) -> list[Action]:
        assert self.call
        request = _with_body(self._request("UPDATE", self.call), sdp)
        for name, value in fields:
            request.headers.set(name, value)
        self._ask(request, self.call, now)
        return self._drain()

    def press(self, digit: str, now: float) -> list[Action]:
        assert self.call
        self._ask(self.call.info(digit, self._contact()), self.call, now)
        return self._drain()

    def ring(self, status: int = 180, sdp: str = "") -> list[Action]:
        assert self._theirs
        self._reply(self._theirs, status, sdp)
        return self._drain()

    def answer(self, sdp: str, now: float) -> list[Action]:
        assert self._theirs
        self._sdp = sdp
        self._agree(self._theirs, sdp, now)
        self._theirs = None
        return self._drain()

    def reject(self, status: int, contact: str = "") -> list[Action]:
        """`contact`, with its <>, is who is to be called instead."""
        assert self._theirs
        self._reply(self._theirs, status, contact=contact)
        self.call = self._theirs = None
        return self._drain()

    def hang_up(self, now: float, fields: Fields = ()) -> list[Action]:
        """BYE with these fields, or before the call is up CANCEL, as soon as one may be sent."""
        assert self.call and not self._theirs
        if self._ours and self.call.remote.tag is None:
            self._unwanted = True
            self._cancel(self._ours, now)
        else:
            bye = self._request("BYE", self.call)
            for name, value in fields:
                bye.headers.set(name, value)
            self._ask(bye, self.call, now)
            self.call = None
        return self._drain()

    # What comes in

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        try:
            message = parse(data)
        except PeerError:
            return []
        if isinstance(message, Response):
            self._on_response(message, now)
        elif message.method == "ACK":
            self._on_ack(message)
        elif (message.via.branch, message.method) in self._replied:
            self._send(self._replied[message.via.branch, message.method])
        else:
            self._on_request(message, now)
        return self._drain()

    def _on_request(self, request: Request, now: float) -> None:
        of_call = self.call is not None and self.call.call_id == request.call_id
        match request.method:
            case "INVITE" if self.call is None:
                self._on_invite(request)
            case "INVITE" if of_call and not self._theirs:
                self._agree(request, _answer_to(request.body.decode(), self._sdp), now)
                self._report(Reinvited(request.body.decode()))
            case "INVITE":
                self._reply(request, 486)
            case "NOTIFY" if of_call:
                self._reply(request, 200)
                state = request.headers.get("Subscription-State") or ""
                self._report(Notified(state, request.body.decode()))
            case "REFER" if of_call:
                self._reply(request, 202)
                self._report(ReferAsked(request.headers.get("Refer-To") or ""))
            case "CANCEL" if of_call and self._theirs:
                self._reply(request, 200)
                self._reply(self._theirs, 487)
                self._end("CANCEL", request.headers.get("Reason"))
            case "BYE" if of_call:
                self._reply(request, 200)
                self._end("BYE", request.headers.get("Reason"))
            case "OPTIONS":
                self._reply(request, 200)
            case _:
                self._reply(request, 481)

    def _on_invite(self, invite: Request) -> None:
        assert invite.contact
        local = invite.to.with_tag(f"{self.username}-{self.address[0]}-{next(self._ids)}")
        self.call = Dialog(invite.call_id, local, invite.from_, invite.contact.uri)
        self._theirs = invite
        self._reply(invite, 100)
        self._report(Called(invite.body.decode(), invite))

    def _on_ack(self, ack: Request) -> None:
        if self._resends.stop(""):
            self._report(Acknowledged(ack.body.decode()))

    def _on_response(self, response: Response, now: float) -> None:
        branch, method = response.via.branch, response.cseq.method
        asked = self._asked.get(branch + method)
        if asked is None:
            return
        if method == "INVITE" or response.status >= 200:
            self._resends.stop(branch + method)
        if response.status < 200:
            self._on_provisional(asked, response, now)
            return
        if method == "INVITE":
            self._acknowledge(asked, response)
        if not asked.finished:
            asked.finished = True
            if not self._answered_challenge(asked, response, now):
                self._finish(asked, response, now)

    def _on_provisional(self, asked: Asked, response: Response, now: float) -> None:
        asked.provisional = True
        if self._unwanted and asked is self._ours:
            self._cancel(asked, now)
        if response.status > 100:
            self._report(Progress(response.status, response.body.decode(), response.to.tag))

    def _finish(self, asked: Asked, response: Response, now: float) -> None:
        if asked is self._ours:
            self._ours = None
            is_first = asked.request.to.tag is None
            if self._unwanted and response.status < 300:  # it crossed our CANCEL
                self._ask(self._request("BYE", asked.dialog), asked.dialog, now)
            if self._unwanted or (is_first and response.status >= 300):
                self.call = None
        body = response.body.decode()
        self._report(Finished(asked.request.method, response.status, body, response))

    def _answered_challenge(self, asked: Asked, response: Response, now: float) -> bool:
        """Send the same request under a new number, once, with what a 401 asked for."""
        request = asked.request
        if response.status != 401 or "Authorization" in request.headers:
            return False
        asked.dialog.cseq += 1
        again = Request(request.method, request.uri, request.headers.copy(), request.body)
        again.headers.set("CSeq", f"{asked.dialog.cseq} {request.method}")
        again.headers.set(
            "Authorization",
            credentials(
                response.headers.lines("WWW-Authenticate"),
                self.username,
                self._password,
                request.method,
                request.uri,
                cnonce=f"{self.username}{next(self._ids)}",
            ),
        )
        new = self._ask(again, asked.dialog, now)
        if asked is self._ours:
            self._ours = new
        return True

    def _acknowledge(self, asked: Asked, response: Response) -> None:
        """Each time it comes. The ACK of a 2xx is a request of its own and goes to the Contact."""
        request, dialog = asked.request, asked.dialog
        ack = Request("ACK", request.uri, Headers())
        ack.headers.set("Via", request.headers.get("Via") or "")
        if response.status < 300:
            dialog.remote = response.to
            dialog.target = response.contact.uri if response.contact else dialog.target
            ack.uri = dialog.target
            ack.headers.set("Via", self._via())
        for name in ("From", "To", "Call-ID"):
            ack.headers.set(name, response.headers.get(name) or "")
        ack.headers.set("CSeq", f"{request.cseq.number} ACK")
        late = response.status < 300 and not request.body
        self._send((_with_body(ack, self.late_answer) if late else ack).encode())

    def _end(self, by: str, reason: str | None = None) -> None:
        self.call = self._theirs = self._ours = None
        self._resends.stop("")
        self._report(HungUp(by, reason))

    # How it says things

    def _ask(self, request: Request, dialog: Dialog, now: float) -> Asked:
        request.headers.set("Via", self._via())
        return self._ask_by(request, dialog, now)

    def _ask_by(self, request: Request, dialog: Dialog, now: float) -> Asked:
        key = request.via.branch + request.method
        asked = self._asked[key] = Asked(request, dialog)
        data = request.encode()
        self._send(data)
        self._resends.start(key, data, now)
        return asked

    def _cancel(self, asked: Asked, now: float) -> None:
        if not asked.provisional:
            return
        cancel = Request("CANCEL", asked.request.uri, Headers())
        for name in ("Via", "From", "To", "Call-ID"):
            cancel.headers.set(name, asked.request.headers.get(name) or "")
        cancel.headers.set("CSeq", f"{asked.request.cseq.number} CANCEL")
        self._ask_by(cancel, asked.dialog, now)

    def _request(self, method: str, dialog: Dialog) -> Request:
        return dialog.request(method, self._contact())

    def _agree(self, invite: Request, sdp: str, now: float) -> None:
        """200, until its ACK comes."""
        self._resends.start("", self._reply(invite, 200, sdp), now)

    def _reply(self, request: Request, status: int, body: str = "", contact: str = "") -> bytes:
        tag = self.call.local.tag if self.call else f"{self.username}-0"
        response = response_to(request, status, to_tag=tag)
        response.headers.set("Contact", contact or self._contact())
        data = _with_body(response, body).encode()
        self._replied[request.via.branch, request.method] = data
        self._send(data)
        return data

    def _dialog(self, remote: str) -> Dialog:
        number = next(self._ids)
        local = NameAddr("", self._own_uri).with_tag(f"{self.username}-{number}")
        call_id = f"{number}-{self.username}@{_authority(self.address)}"
        return Dialog(call_id, local, NameAddr("", remote), remote)

    def _contact(self) -> str:
        return f"<sip:{self.username}@{_authority(self.address)}>"

    def _via(self) -> str:
        branch = f"z9hG4bK{self.username}{next(self._ids)}"
        return f"SIP/2.0/UDP {_authority(self.address)};rport;branch={branch}"

    def _send(self, data: bytes) -> None:
        self._out.append(Send(data, Flow(UDP, *self.server)))

    def _report(self, event: object) -> None:
        self._out.append(Report(event))  # type: ignore[arg-type]

    def _drain(self) -> list[Action]:
        actions, self._out = self._out, []
        return actions


def _authority(address: Address) -> str:
    return format_host_port(*address)


def _with_body(message: Message, sdp: str) -> Message:
    if sdp:
        message.headers.set("Content-Type", "application/sdp")
        message.body = sdp.encode()
    return message


def _answer_to(offer: str, sdp: str) -> str:
    """Our description as the answer to this offer: what is held there is held here."""
    for theirs, ours in MIRRORED.items():
        if f"a={theirs}" in offer:
            return sdp.replace("a=sendrecv", f"a={ours}")
    return sdp
