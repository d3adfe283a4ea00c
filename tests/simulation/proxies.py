"""What may stand between two parties and keeps no state: a redirector, and a proxy that forks."""

from __future__ import annotations

from math import inf

from sip.actions import Action, Send
from sip.flow import UDP, Flow
from sip.headers import Via
from sip.message import Request, Response, parse, response_to
from tests.rig.wire import Address


class Silent:
    """Sends nothing by itself."""

    deadline = inf

    def tick(self, now: float) -> list[Action]:
        return []

    def undelivered(self, send: Send, now: float) -> list[Action]:
        raise AssertionError("datagrams only")


class Redirector(Silent):
    """302 to each INVITE."""

    def __init__(self, target: str) -> None:
        self._target = target

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        message = parse(data)
        if not isinstance(message, Request) or message.method != "INVITE":
            return []
        answer = response_to(message, 302, to_tag="elsewhere")
        answer.headers.set("Contact", f"<{self._target}>")
        return [Send(answer.encode(), flow)]


class Fork(Silent):
    """RFC 3261 §16.11: everything goes to all targets, and all responses come back."""

    def __init__(self, address: Address, targets: tuple[Address, ...]) -> None:
        self._authority = f"{address[0]}:{address[1]}"
        self._targets = targets

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        message = parse(data)
        if isinstance(message, Response):
            below = message.headers.all("Via")[1:]
            message.headers.set("Via", *below)
            back = Via.parse(below[0])
            return [Send(message.encode(), Flow(UDP, back.host, back.port or 5060))]
        vias, branch = message.headers.lines("Via"), message.via.branch
        sends: list[Action] = []
        for number, target in enumerate(self._targets):
            own = f"SIP/2.0/UDP {self._authority};branch={branch}-{number}"
            message.headers.set("Via", own, *vias)
            sends.append(Send(message.encode(), Flow(UDP, *target)))
        return sends
