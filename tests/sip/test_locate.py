"""RFC 3263 against a zone that is a dict, and what is remembered of it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from sip.flow import TCP, TLS, UDP, Flow, Here, Place
from sip.locate import (
    MAX_CACHED,
    MAX_TTL,
    MIN_TTL,
    Answer,
    Kind,
    Locator,
    Naptr,
    Question,
    Record,
    Srv,
    drawn,
)
from sip.next_hop import Destination

Zone = dict[tuple[Kind, str], tuple[Record, ...]]

EVERYTHING = Here("10.0.0.1", 5060, [Place(TLS, "10.0.0.1", 5061), Place(UDP, "::1", 5060)])
ZONE: Zone = {
    (Kind.NAPTR, "example.com"): (
        Naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com."),
        Naptr(90, 50, "s", "SIP+D2T", "_sip._tcp.example.com."),
        Naptr(90, 40, "S", "sip+d2u", "_sip._udp.example.com."),
        Naptr(10, 10, "s", "SIP+D2W", "_sip._ws.example.com."),
        Naptr(10, 10, "u", "SIP+D2U", "nowhere."),
    ),
    (Kind.SRV, "_sips._tcp.example.com"): (Srv(1, 0, 5071, "a.example.com."),),
    (Kind.SRV, "_sip._tcp.example.com"): (Srv(1, 0, 5070, "a.example.com."),),
    (Kind.SRV, "_sip._udp.example.com"): (
        Srv(2, 0, 5060, "b.example.com."),
        Srv(1, 0, 5060, "A.example.com."),
    ),
    (Kind.SRV, "_sip._udp.plain.example"): (Srv(1, 0, 5066, "b.example.com."),),
    (Kind.SRV, "_sip._tcp.closed.example"): (Srv(0, 0, 0, "."),),
    (Kind.A, "a.example.com"): ("192.0.2.1", "192.0.2.2"),
    (Kind.AAAA, "a.example.com"): ("2001:db8::1",),
    (Kind.A, "b.example.com"): ("192.0.2.3",),
    (Kind.A, "bare.example"): ("192.0.2.4",),
    (Kind.A, "closed.example"): ("192.0.2.5",),
}


class Finder:
    """A locator whose questions are answered from a zone, when `answer` is called."""

    def __init__(self, zone: Zone = ZONE, here: Here = EVERYTHING, ttl: float = 60.0) -> None:
        self.zone, self.ttl, self.now = zone, ttl, 0.0
        self.asked: list[Question] = []
        self.found: list[list[Flow]] = []
        self.locator = Locator(self.asked.append, lambda below: 0, here.speaks)

    def look(self, wanted: Destination) -> None:
        self.locator.locate(wanted, self.now, lambda flows, now: self.found.append(flows))

    def answer(self) -> None:
        """Answer the questions there are, the last one first."""
        asked, self.asked[:] = list(self.asked), []
        for question in reversed(asked):
            records = self.zone.get((question.kind, question.name), ())
            self.locator.answered(question, Answer(records, self.ttl), self.now)

    def find(self, wanted: Destination) -> list[Flow]:
        self.look(wanted)
        while self.asked:
            self.answer()
        return self.found.pop()


def shown(flows: list[Flow]) -> list[str]:
    return [f"{flow.transport} {flow.host} {flow.port}" for flow in flows]


@pytest.mark.parametrize(
    ("wanted", "flows"),
    [
        (
            Destination("example.com"),
            [
                *("TLS 192.0.2.1 5071", "TLS 192.0.2.2 5071"),
                *("UDP 192.0.2.1 5060", "UDP 192.0.2.2 5060", "UDP 2001:db8::1 5060"),
                *("UDP 192.0.2.3 5060", "TCP 192.0.2.1 5070", "TCP 192.0.2.2 5070"),
            ],
        ),
        (Destination("example.com", secure=True), ["TLS 192.0.2.1 5071", "TLS 192.0.2.2 5071"]),
        (
            Destination("example.com", transport=TCP),
            ["TCP 192.0.2.1 5070", "TCP 192.0.2.2 5070"],
        ),
        (Destination("b.example.com", 7000), ["UDP 192.0.2.3 7000"]),
        (Destination("b.example.com", 7000, TCP), ["TCP 192.0.2.3 7000"]),
        (Destination("b.example.com", 7000, secure=True), ["TLS 192.0.2.3 7000"]),
        (Destination("plain.example"), ["UDP 192.0.2.3 5066"]),
        (Destination("bare.example"), ["UDP 192.0.2.4 5060"]),
        (Destination("bare.example", secure=True), ["TLS 192.0.2.4 5061"]),
        (Destination("bare.example", transport=TLS), ["TLS 192.0.2.4 5061"]),
        (Destination("nobody.example"), []),
    ],
)
def test_a_name_leads_to_addresses_in_order(wanted: Destination, flows: list[str]) -> None:
    found = Finder().find(wanted)
    assert shown(found) == flows
    assert {flow.domain for flow in found} <= {wanted.host}  # whom a certificate must name


def test_a_service_that_says_it_is_not_there_is_not_replaced_by_the_bare_address() -> None:
    assert Finder().find(Destination("closed.example", transport=TCP)) == []


def test_what_we_do_not_speak_is_not_looked_for() -> None:
    finder = Finder(here=Here("10.0.0.1", 5060))
    assert shown(finder.find(Destination("example.com")))[0] == "UDP 192.0.2.1 5060"
    assert finder.find(Destination("example.com", secure=True)) == []
    assert not any(flow.transport == TLS for flow in finder.find(Destination("example.com")))


def test_the_same_question_is_asked_once_by_many_who_wait() -> None:
    finder = Finder()
    for _ in range(3):
        finder.look(Destination("bare.example", 5060))
    assert finder.asked == [Question("bare.example", Kind.A), Question("bare.example", Kind.AAAA)]
    finder.answer()
    assert shown(finder.found[0]) == ["UDP 192.0.2.4 5060"] and len(finder.found) == 3


@pytest.mark.parametrize(("ttl", "held"), [(60.0, 60.0), (0.0, MIN_TTL), (1e9, MAX_TTL)])
@pytest.mark.parametrize("host", ["bare.example", "nobody.example"])
def test_an_answer_good_or_bad_is_kept_for_its_time_within_limits(
    host: str, ttl: float, held: float
) -> None:
    finder = Finder(ttl=ttl)
    finder.find(Destination(host, 5060))
    finder.now = held - 0.1
    finder.look(Destination(host, 5060))
    assert finder.asked == []
    finder.now = held
    finder.look(Destination(host, 5060))
    assert len(finder.asked) == 2


def test_the_cache_forgets_the_oldest_when_it_is_full() -> None:
    finder = Finder()
    for number in range(MAX_CACHED + 1):
        finder.locator.answered(Question(f"h{number}", Kind.A), Answer(("192.0.2.9",), 60.0), 0.0)
    finder.look(Destination("h0", 5060, TCP))
    finder.look(Destination(f"h{MAX_CACHED}", 5060, TCP))
    assert finder.asked == [Question("h0", Kind.A)]
    assert shown(finder.found[0]) == ["TCP 192.0.2.9 5060"]


def test_a_dead_server_comes_last_for_its_time_and_again_in_its_place_when_it_works() -> None:
    finder, wanted = Finder(), Destination("a.example.com", 5060, TCP)
    one, two = finder.find(wanted)
    finder.locator.failed(one, 0.0, 30.0)
    assert finder.find(wanted) == [two, one]
    finder.locator.failed(two, 0.0, 30.0)
    assert finder.find(wanted) == [one, two]
    finder.locator.works(two)
    assert finder.find(wanted) == [two, one]
    finder.now = 30.0
    assert finder.find(wanted) == [one, two]


def test_records_of_one_priority_are_drawn_by_weight_and_each_comes_once() -> None:
    heavy, light, zero = Srv(1, 9, 1, "h"), Srv(1, 1, 1, "l"), Srv(1, 0, 1, "z")
    later, random = Srv(2, 100, 1, "later"), Random(1)
    orders = [drawn([later, light, zero, heavy], random.randrange) for _ in range(2000)]
    assert all(len(set(order)) == 4 and order[3] == later for order in orders)
    first = Counter(order[0].target for order in orders)
    assert 1500 < first["h"] < 1800  # nine to one, and one in eleven for the weightless
    assert 100 < first["z"] < 300
