"""Real DNS, on loopback."""

from __future__ import annotations

import asyncio

import pytest

from sip import resolver
from sip.locate import Answer, Kind, Naptr, Question, Record, Srv
from sip.resolver import FAILURE_TTL, NEGATIVE_TTL, Resolver
from tests.rig.patience import PATIENCE_SECONDS
from tests.sip.name_server import NameServer, Records

ZONE: Records = {
    ("example.com.", "NAPTR"): ['10 20 "s" "SIP+D2T" "" _sip._tcp.example.com.'],
    ("_sip._tcp.example.com.", "SRV"): ["1 2 5070 host.example.com.", "1 3 5070 other.example."],
    ("host.example.com.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("host.example.com.", "AAAA"): ["2001:db8::1"],
}


@pytest.mark.parametrize(
    ("kind", "name", "records"),
    [
        (
            Kind.NAPTR,
            "example.com",
            {Naptr(10, 20, "s", "SIP+D2T", "_sip._tcp.example.com.")},
        ),
        (
            Kind.SRV,
            "_sip._tcp.example.com",
            {Srv(1, 2, 5070, "host.example.com."), Srv(1, 3, 5070, "other.example.")},
        ),
        (Kind.A, "host.example.com", {"192.0.2.1", "192.0.2.2"}),
        (Kind.AAAA, "host.example.com", {"2001:db8::1"}),
    ],
)
async def test_each_kind_of_record_is_read(kind: Kind, name: str, records: set[Record]) -> None:
    async with NameServer(ZONE, ttl=33) as server:
        answer = await Resolver([server.address]).answer(Question(name, kind))
    assert (set(answer.records), answer.ttl) == (records, 33)


async def test_no_is_an_answer_with_a_time_of_its_own() -> None:
    async with NameServer(ZONE) as server:
        asking = Resolver([server.address])
        assert await asking.answer(Question("nobody.example", Kind.A)) == Answer((), 17)
        assert await asking.answer(Question("example.com", Kind.A)) == Answer((), NEGATIVE_TTL)


async def test_silence_ends_and_the_next_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "TRY_SECONDS", 0.05)
    monkeypatch.setattr(resolver, "LIFETIME", 0.3)
    question = Question("host.example.com", Kind.A)
    async with NameServer(ZONE) as silent, NameServer(ZONE) as speaking:
        silent.silent = True
        both = await Resolver([silent.address, speaking.address]).answer(question)
        alone = await asyncio.wait_for(
            Resolver([silent.address]).answer(question), PATIENCE_SECONDS
        )
    assert set(both.records) == {"192.0.2.1", "192.0.2.2"}
    assert alone == Answer((), FAILURE_TTL)


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "x." * 127 + "y", "bad..name"])
async def test_what_is_no_name_has_no_records(name: str) -> None:
    async with NameServer(ZONE) as server:
        answer = await Resolver([server.address]).answer(Question(name, Kind.A))
    assert answer == Answer((), FAILURE_TTL) and server.asked == []
