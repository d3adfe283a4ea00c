from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection

from engine.ledger import Ledger
from engine.records import Records
from engine.web.caller import Caller
from engine.web.denials import ACTION, STRANGER_LINES, Denials


def request(host: str = "192.0.2.1", **scope: Any) -> HTTPConnection:
    given = {"type": "http", "method": "PUT", "path": "/users/earshot", "query_string": b"secret=1"}
    return HTTPConnection({**given, "headers": [], "client": (host, 1234), **scope})


async def test_every_denial_of_a_caller_is_noted_by_what_they_asked_for(records: Records) -> None:
    ledger = Ledger(records)
    denials = Denials(ledger)
    for _ in range(STRANGER_LINES + 1):
        denials.of_caller(Caller("ann", frozenset()), request())
    await ledger.flush()
    lines = await records.audits()
    assert len(lines) == STRANGER_LINES + 1
    assert (lines[0].who, lines[0].action) == ("ann", ACTION)
    assert lines[0].detail == "PUT /users/earshot from 192.0.2.1"


async def test_strangers_cannot_fill_the_trail(records: Records) -> None:
    ledger = Ledger(records)
    denials = Denials(ledger)
    for _ in range(5 * STRANGER_LINES):
        denials.of_stranger(request())
    denials.of_stranger(request("192.0.2.2"))
    await ledger.flush()
    assert [line.who for line in await records.audits()] == ["nobody"] * (STRANGER_LINES + 1)
