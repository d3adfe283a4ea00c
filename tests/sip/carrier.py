"""A trunk's far end that does what a test tells it, and a layer of ours that talks to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.trunks import Trunk
from sip.actions import Report, Resolve, Send
from sip.events import Event
from sip.flow import Here
from sip.locate import Answer as Found
from sip.message import Request, Response, parse
from sip.transaction_layer import TransactionLayer
from sip.trunk_address import TrunkAddress
from tests.sip.raw import PEER, response
from tests.sip.scene import numbered

LOGIN = {"username": "us", "password": "secret", "realm": "trunk"}
Answer = tuple[int, tuple[tuple[str, str], ...]]
"""Status and fields; status 0 is silence."""
NO_SUCH_NAME = Found((), 60.0)
SILENCE: Answer = (0, ())


def ok(*fields: tuple[str, str]) -> Answer:
    return 200, fields


class Carrier:
    """Each request is answered at once, as `answers` says: the last of it from then on."""

    def __init__(self, *answers: Answer, **trunk: Any) -> None:
        self.trunk = Trunk(**{"name": "carrier", "host": PEER.host, **LOGIN, **trunk})
        self.address = TrunkAddress.of(self.trunk)
        self.layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 100)
        self.answers = list(answers)
        self.requests: list[tuple[float, Request]] = []
        self.events: list[tuple[float, Event]] = []
        self.now = 0.0

    @property
    def times(self) -> list[float]:
        """When each request came, repeats left out."""
        return [at for at, _ in self.requests]

    def do(self, act: Callable[[float], None]) -> None:
        act(self.now)
        self._drain()

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.now + seconds
        while (due := self.layer.timers.deadline) <= end:
            self.now = max(self.now, due)
            self.layer.tick(self.now)
            self._drain()
        self.now = end

    def _drain(self) -> None:
        for action in self.layer.drain():
            if isinstance(action, Report):
                self.events.append((self.now, action.event))
            elif isinstance(action, Resolve):
                self.layer.locator.answered(action.question, NO_SUCH_NAME, self.now)
            elif isinstance(action, Send):
                self._take(parse(action.data))
        if self.layer.outbox:
            self._drain()

    def _take(self, message: Request | Response) -> None:
        assert isinstance(message, Request)
        known = {request.via.branch for _, request in self.requests}
        if message.via.branch in known:
            return
        self.requests.append((self.now, message))
        status, fields = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status:
            answer = parse(response(message, status, *fields))
            assert isinstance(answer, Response)
            self.layer.clients.receive(answer, PEER, self.now)
