"""A wire between SIP endpoints in virtual time, with seeded loss, copies, delay and reordering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import inf
from random import Random
from typing import Any, Protocol

from sip.actions import Action, Report, Resolve, Send
from sip.flow import TCP, UDP, Flow
from sip.locate import Answer, Question, Record
from sip.message import Request, Response, parse

Address = tuple[str, int]
TTL = 60.0  # seconds, of all names


class Node(Protocol):
    """What can hang on the wire: an `Endpoint`, or a phone of the same shape."""

    @property
    def deadline(self) -> float: ...
    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]: ...
    def tick(self, now: float) -> list[Action]: ...
    def undelivered(self, send: Send, now: float) -> list[Action]: ...


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that was put on the wire, whether or not it arrived."""

    at: float
    source: Address
    target: Address
    data: bytes
    lost: bool

    @property
    def message(self) -> Request | Response:
        return parse(self.data)

    @property
    def name(self) -> str:
        """`INVITE`, or `200 INVITE` for a response to one."""
        message = self.message
        if isinstance(message, Request):
            return message.method
        return f"{message.status} {message.cseq.method}"


@dataclass
class Side:
    """A node at its address, what it reported, and what it does about it."""

    wire: Wire
    node: Any
    address: Address
    events: list[tuple[float, Any]] = field(default_factory=list)
    react: Callable[[Any], None] | None = None

    def do(self, actions: list[Action]) -> None:
        """Carry out what a call of the node returned."""
        for action in actions:
            if isinstance(action, Send):
                self.wire.carry(self, action)
            elif isinstance(action, Resolve):
                self.wire.look_up(self, action.question)
            elif isinstance(action, Report):
                self.events.append((self.wire.now, action.event))
                if self.react:
                    self.react(action.event)

    def reported(self, kind: type) -> list[Any]:
        return [event for _, event in self.events if isinstance(event, kind)]


class Wire:
    """Datagrams are lost with probability `loss` and take from `delay[0]` to `delay[1]` seconds.

    With probability `copies` what is not lost arrives twice, each in its own time. `drop` decides
    first: true loses the message for sure. Streams lose nothing; an address in `refuses_tcp`
    cannot be connected to. `zone` is what DNS knows.
    """

    def __init__(
        self,
        seed: int = 1,
        loss: float = 0.0,
        delay: tuple[float, float] = (0.0, 0.0),
        copies: float = 0.0,
    ) -> None:
        self.now = 0.0
        self.passed: list[Passed] = []
        self.drop: Callable[[Passed], bool] = lambda passed: False
        self.refuses_tcp: set[Address] = set()
        self.zone: dict[Question, tuple[Record, ...]] = {}
        self.loss, self.delay, self.copies = loss, delay, copies
        self._random = Random(seed)
        self._sides: dict[Address, Side] = {}
        self._flying: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._connections: dict[frozenset[Address], int] = {}

    def attach(self, node: Node, address: Address) -> Side:
        side = self._sides[address] = Side(self, node, address)
        return side

    def names(self) -> list[str]:
        """What was sent, in order."""
        return [passed.name for passed in self.passed]

    def times(self, name: str) -> list[float]:
        return [passed.at for passed in self.passed if passed.name == name]

    def carry(self, side: Side, send: Send) -> None:
        target = send.flow.host, send.flow.port
        reliable = send.flow.transport == TCP
        if reliable and target in self.refuses_tcp:
            side.do(side.node.undelivered(send, self.now))
            return
        lost = not reliable and self._random.random() < self.loss
        passed = Passed(self.now, side.address, target, send.data, lost)
        passed = Passed(self.now, side.address, target, send.data, lost or self.drop(passed))
        self.passed.append(passed)
        if not passed.lost and target in self._sides:
            self._fly(side.address, target, send.data, reliable)
            if self.copies and not reliable and self._random.random() < self.copies:
                self._fly(side.address, target, send.data, reliable)

    def look_up(self, side: Side, question: Question) -> None:
        """DNS takes its time, but always answers."""
        answer = Answer(self.zone.get(question, ()), TTL)

        def told() -> None:
            side.do(side.node.resolved(question, answer, self.now))

        self._arrives(self.now + self._random.uniform(*self.delay), told)

    def inject(self, data: bytes, source: Address, target: Address) -> None:
        """Put a datagram on the wire that no node sent."""
        self._fly(source, target, data, reliable=False)

    def run(self, until: float = inf, limit: int = 1_000_000) -> None:
        """Let time pass up to `until`, or until nothing is left to happen."""
        for _ in range(limit):
            at, step = self._next()
            if at > until or at == inf:
                break
            self.now = max(self.now, at)
            step()
        else:
            raise AssertionError("the wire never comes to rest")
        if until < inf:
            self.now = until

    def _next(self) -> tuple[float, Callable[[], None]]:
        due = min(self._sides.values(), key=lambda side: side.node.deadline)
        if self._flying and self._flying[0][0] <= due.node.deadline:
            return self._flying[0][0], lambda: heappop(self._flying)[2]()
        return due.node.deadline, lambda: due.do(due.node.tick(self.now))

    def _fly(self, source: Address, target: Address, data: bytes, reliable: bool) -> None:
        if reliable:
            number = self._connections.setdefault(
                frozenset((source, target)), len(self._connections) + 1
            )
            flow, at = Flow(TCP, *source, number), self.now + self.delay[0]
        else:
            flow, at = Flow(UDP, *source), self.now + self._random.uniform(*self.delay)
        side = self._sides[target]
        self._arrives(at, lambda: side.do(side.node.receive(data, flow, self.now)))

    def _arrives(self, at: float, step: Callable[[], None]) -> None:
        heappush(self._flying, (at, next(self._order), step))
