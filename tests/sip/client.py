"""The client transactions with a user and a DNS that note everything."""

from __future__ import annotations

from sip.actions import Action, Resolve, Send
from sip.client_transactions import ClientTransactions
from sip.flow import TCP, TLS, UDP, Flow, Here, Place
from sip.headers import Headers
from sip.locate import Answer, Kind, Locator, Question, Record
from sip.message import Request, Response, parse, response_to
from sip.next_hop import Hop
from sip.timers import Timers
from sip.transaction import TIMEOUT
from tests.sip.scene import numbered

PEER = Flow(UDP, "10.0.0.9", 5060, listener=0)
STREAM = Flow(TCP, "10.0.0.9", 5060, listener=1)
SPARE = Flow(UDP, "10.0.0.8", 5060, listener=0)


class User:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        self.heard.append(response.status)

    def unanswered(self, request: Request, now: float) -> None:
        self.heard.append("unanswered")

    def unreachable(self, request: Request, now: float) -> None:
        self.heard.append("unreachable")


class Client:
    def __init__(self) -> None:
        self.outbox: list[Action] = []
        self.timers = Timers()
        here = Here("10.0.0.1", 5060, [Place(TLS, "10.0.0.1", 5061)])
        self.locator = Locator(self._ask, lambda below: 0, here.speaks)
        self.user = User()
        self.table = ClientTransactions(self.outbox, self.timers, here, numbered(), self.locator)

    def send(
        self,
        method: str,
        *hops: Hop,
        body: bytes = b"",
        now: float = 0.0,
        patience: float = TIMEOUT,
        contact: str | None = None,
    ) -> Request:
        """Send a request; returns it as it went out."""
        headers = Headers()
        headers.set("Via")
        headers.set("Route", "<sip:10.0.0.7;lr>")
        headers.set("From", "<sip:a@10.0.0.1>;tag=ours")
        headers.set("To", "<sip:b@10.0.0.9>")
        headers.set("Call-ID", "c1")
        headers.set("CSeq", f"7 {method}")
        headers.set("Contact", *filter(None, [contact]))
        request = Request(method, "sip:b@10.0.0.9", headers, body)
        self.outgoing = self.table.send(request, hops or (PEER,), self.user, now, patience)
        return request

    def respond(
        self, request: Request, status: int, now: float = 0.1, retry_after: str | None = None
    ) -> None:
        response = response_to(request, status, to_tag="theirs")
        response.headers.set("Retry-After", *filter(None, [retry_after]))
        self.table.receive(response, PEER, now)

    def sends(self) -> list[Send]:
        """What was sent since the last look."""
        sends = [action for action in self.outbox if isinstance(action, Send)]
        self.outbox.clear()
        return sends

    def wait_until(self, now: float) -> None:
        for timed in self.timers.due(now):
            timed.tick(now)

    def questions(self) -> list[Question]:
        """What DNS was asked since the last look."""
        questions = [action.question for action in self.outbox if isinstance(action, Resolve)]
        self.outbox.clear()
        return questions

    def resolve(self, kind: Kind, name: str, *records: Record, now: float = 0.0) -> None:
        self.locator.answered(Question(name, kind), Answer(records, 60.0), now)

    def refuse(self, send: Send, now: float) -> None:
        """The driver could not send it."""
        self.table.undelivered(send, now)
        self.wait_until(now)

    def _ask(self, question: Question) -> None:
        self.outbox.append(Resolve(question))


def parse_request(send: Send) -> Request:
    message = parse(send.data)
    assert isinstance(message, Request)
    return message
