"""The participant service: how its requests are read. What it does is in tests/connect_api."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from engine.refused import Refused
from engine.web.participant_api import message_id
from tests.rig.house import engine


def test_a_receipt_names_its_message() -> None:
    assert message_id('{"messageId": "i-1"}') == "i-1"
    for wrong in ("", "[]", '{"messageId": 1}'):
        with pytest.raises(Refused):
            message_id(wrong)


async def test_what_is_no_request_of_a_participant_is_refused(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, httpx.AsyncClient(base_url=one.api) as client:
        unknown = await client.post("/participant/none", json={})
        assert unknown.status_code == 404
        without = await client.post("/participant/transcript", json={})
        assert without.headers["x-amzn-errortype"] == "ValidationException"
        bearer = {"X-Amz-Bearer": "wrong"}
        wrong = await client.post("/participant/transcript", content=b"{", headers=bearer)
        assert wrong.headers["x-amzn-errortype"] == "ValidationException"


async def test_guesses_at_tokens_are_counted_by_where_they_come_from(tmp_path: Path) -> None:
    web = {"requests_per_second": 0.001, "request_burst": 3}
    async with engine(tmp_path, web=web) as one, httpx.AsyncClient(base_url=one.api) as client:
        told = [
            await client.post("/participant/transcript", json={}, headers={"X-Amz-Bearer": guess})
            for guess in ("a", "b", "c", "d")
        ]
        assert [each.status_code for each in told] == [403, 403, 403, 429]
        assert told[-1].headers["x-amzn-errortype"] == "ThrottlingException"
