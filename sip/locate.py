"""From a name to the addresses to try, in order: RFC 3263 §4 with the draw of RFC 2782.

`Locator` asks questions and is told answers; it never waits. What it was told it keeps for as long
as it may, and walks from the start each time an answer comes in, until nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from itertools import accumulate
from typing import Final, TypeVar

from sip.flow import TCP, TLS, UDP, Flow, default_port
from sip.next_hop import Destination

MIN_TTL: Final = 10.0  # seconds: an answer outlives the walk that asked for it
MAX_TTL: Final = 3600.0
MAX_CACHED: Final = 4096  # questions
MAX_RECORDS: Final = 16  # of one answer; more are cut off
MAX_CANDIDATES: Final = 16  # for one request
DEAD_SECONDS: Final = 60.0  # without a Retry-After: how long a silent target comes last
MAX_DEAD: Final = 1024

Kind = Enum("Kind", "NAPTR SRV A AAAA")


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Naptr:
    """RFC 3403 §4.1; `service` is such as SIP+D2U, `target` the name of SRV records."""

    order: int
    preference: int
    flags: str
    service: str
    target: str


@dataclass(frozen=True, slots=True)
class Srv:
    """RFC 2782. A target of "." means that there is no such service."""

    priority: int
    weight: int
    port: int
    target: str


Record = Naptr | Srv | str
"""Addresses are the texts of A and AAAA records."""


@dataclass(frozen=True, slots=True)
class Answer:
    """No records: there are none, or nobody could tell. `ttl` seconds it may be kept."""

    records: tuple[Record, ...]
    ttl: float


SERVICES: Final = {"SIPS+D2T": TLS, "SIP+D2T": TCP, "SIP+D2U": UDP}
PREFIXES: Final = {UDP: "_sip._udp.", TCP: "_sip._tcp.", TLS: "_sips._tcp."}
UNNAMED: Final = (UDP, TCP, TLS)  # tried in this order where no NAPTR record orders them
ANY: Final = {Kind.A: "0.0.0.0", Kind.AAAA: "::"}

OnFound = Callable[[list[Flow], float], None]
Known = Callable[[Question], tuple[Record, ...] | None]
Target = tuple[str, str, int]

R = TypeVar("R", bound=Record)
K = TypeVar("K")
V = TypeVar("V")


class Locator:
    """The cache, and who waits for which answers.

    `ask` is called with each question, once until its answer is here; `draw` gives a number below
    its argument that nobody can foresee; `speaks` says whether we have a transport and IP version.
    """

    def __init__(
        self,
        ask: Callable[[Question], None],
        draw: Callable[[int], int],
        speaks: Callable[[Flow], bool],
    ) -> None:
        self._ask, self._draw, self._speaks = ask, draw, speaks
        self._answers: dict[Question, tuple[Answer, float]] = {}  # and until when they hold
        self._waiting: dict[Question, list[Callable[[float], None]]] = {}
        self._dead: dict[Target, float] = {}  # until when

    def locate(self, wanted: Destination, now: float, on_found: OnFound) -> None:
        """Tell the flows to try, none when there are none; at once where all is known."""
        walk = _Walk(self._known(now), self._draw, self._speaks)
        found = walk.flows(wanted)
        if walk.missing:
            self._wait(walk.missing, lambda then: self.locate(wanted, then, on_found))
        else:
            on_found(self._living_first(found, now)[:MAX_CANDIDATES], now)

    def answered(self, question: Question, answer: Answer, now: float) -> None:
        """An answer came; those who waited for it go on."""
        _make_room(self._answers, MAX_CACHED)
        until = now + min(max(answer.ttl, MIN_TTL), MAX_TTL)
        self._answers[question] = replace(answer, records=answer.records[:MAX_RECORDS]), until
        for go_on in self._waiting.pop(question, ()):
            go_on(now)

    def failed(self, flow: Flow, now: float, seconds: float = DEAD_SECONDS) -> None:
        """Nothing came back from there, or 503: for a while it comes after all others."""
        _make_room(self._dead, MAX_DEAD)
        self._dead[_target(flow)] = now + seconds

    def works(self, flow: Flow) -> None:
        if self._dead:
            self._dead.pop(_target(flow), None)

    def _known(self, now: float) -> Known:
        def records(question: Question) -> tuple[Record, ...] | None:
            answer, until = self._answers.get(question, (None, 0.0))
            return answer.records if answer and now < until else None

        return records

    def _wait(self, missing: Iterable[Question], go_on: Callable[[float], None]) -> None:
        """Ask for all that is missing; go on when the last of it is here."""
        left = set(missing)

        def one_came(question: Question, then: float) -> None:
            left.discard(question)
            if not left:
                go_on(then)

        for question in missing:
            waiting = self._waiting.setdefault(question, [])
            waiting.append(partial(one_came, question))
            if len(waiting) == 1:
                self._answers.pop(question, None)
                self._ask(question)

    def _living_first(self, flows: list[Flow], now: float) -> list[Flow]:
        """The dead ones last, the order otherwise as it was, and none twice."""
        unique = list(dict.fromkeys(flows))
        return sorted(unique, key=lambda flow: now < self._dead.get(_target(flow), 0.0))


class _Walk:
    """One way through §4, with what is known; `missing` are the questions that come next."""

    def __init__(
        self, known: Known, draw: Callable[[int], int], speaks: Callable[[Flow], bool]
    ) -> None:
        self._known, self._draw, self._speaks = known, draw, speaks
        self.missing: dict[Question, None] = {}

    def flows(self, wanted: Destination) -> list[Flow]:
        """In the order in which to try them; worth something once nothing is missing."""
        named = TLS if wanted.secure else wanted.transport
        spoken = [each for each in ((named,) if named else UNNAMED) if self._kinds(each)]
        if not spoken:
            return []
        if wanted.port is not None:
            return self._addresses(wanted.host, wanted.port, spoken[0], wanted.host)
        found: list[Flow] = []
        is_served = False  # then the bare name is not a server, even if none is found
        for transport, service in self._services(wanted, spoken):
            records = self._ask(service, Kind.SRV, Srv)
            is_served = is_served or bool(records)
            for srv in drawn([each for each in records if each.target != "."], self._draw):
                found += self._addresses(srv.target, srv.port, transport, wanted.host)
        if is_served or self.missing:
            return found
        first = spoken[0]
        return self._addresses(wanted.host, default_port(first), first, wanted.host)

    def _services(self, wanted: Destination, spoken: list[str]) -> list[tuple[str, str]]:
        """Transport and name of the SRV records to ask for, §4.1."""
        offered = self._ask(wanted.host, Kind.NAPTR, Naptr) if wanted.transport is None else []
        fit = [
            (SERVICES[record.service.upper()], record)
            for record in sorted(offered, key=lambda each: (each.order, each.preference))
            if record.flags.lower() == "s" and SERVICES.get(record.service.upper()) in spoken
        ]
        if fit:
            return [(transport, record.target) for transport, record in fit]
        return [(transport, PREFIXES[transport] + wanted.host) for transport in spoken]

    def _addresses(self, host: str, port: int, transport: str, domain: str) -> list[Flow]:
        return [
            Flow(transport, address, port, domain=domain)
            for kind in self._kinds(transport)
            for address in self._ask(host, kind, str)
        ]

    def _kinds(self, transport: str) -> list[Kind]:
        """The addresses we could send to, IPv4 first: our media has nothing else."""
        return [kind for kind, any_ in ANY.items() if self._speaks(Flow(transport, any_, 0))]

    def _ask(self, name: str, kind: Kind, record: type[R]) -> list[R]:
        question = Question(name.lower().rstrip("."), kind)
        answer = self._known(question)
        if answer is None:
            self.missing[question] = None
        return [each for each in answer or () if isinstance(each, record)]


def drawn(records: Sequence[Srv], draw: Callable[[int], int]) -> list[Srv]:
    """By priority; within one by chance, the heavier ones rather first: RFC 2782."""
    left = sorted(records, key=lambda each: (each.priority, each.weight > 0))
    order: list[Srv] = []
    while left:
        equals = [each for each in left if each.priority == left[0].priority]
        mark = draw(sum(each.weight for each in equals) + 1)
        sums = accumulate(each.weight for each in equals)
        chosen = next(each for each, total in zip(equals, sums, strict=True) if total >= mark)
        left.remove(chosen)
        order.append(chosen)
    return order


def _target(flow: Flow) -> Target:
    return flow.transport, flow.host, flow.port


def _make_room(kept: dict[K, V], limit: int) -> None:
    """Let go of the oldest."""
    while len(kept) >= limit:
        del kept[next(iter(kept))]
