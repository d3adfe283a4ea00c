from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from config import EventSettings
from engine.events.destinations import DECLINES, Endpoint, File, outboxes
from engine.events.outbox import Declined, Undelivered
from tests.rig.web_service import web_service


async def test_a_file_has_one_object_a_line_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "events.jsonl"
    file = File(path)
    await file.deliver([{"n": 1}, {"text": "line\nbreak"}])
    await file.deliver([{"n": 3}])
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert told == [{"n": 1}, {"text": "line\nbreak"}, {"n": 3}]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(tmp_path / "old.jsonl")
    await file.deliver([{"n": 4}])
    assert json.loads(path.read_text()) == {"n": 4}


async def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("no folder")
    with pytest.raises(Undelivered):
        await File(tmp_path / "var" / "events.jsonl").deliver([{"n": 1}])


async def test_a_url_is_sent_an_array_and_our_token() -> None:
    async with web_service((204, b"")) as service:
        await Endpoint(f"{service.url}/events", "secret").deliver([{"n": 1}, {"n": 2}])
    [asked] = service.asked
    assert (asked.path, json.loads(asked.body)) == ("/events", [{"n": 1}, {"n": 2}])
    assert asked.headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500])
async def test_whatever_is_not_2xx_is_tried_again(status: int) -> None:
    async with web_service((status, b"")) as service:
        with pytest.raises(Undelivered, match=str(status)) as raised:
            await Endpoint(service.url, None).deliver([{"n": 1}])
    assert raised.type is Undelivered


@pytest.mark.parametrize("status", sorted(DECLINES))
async def test_a_url_may_decline_events_for_good(status: int) -> None:
    async with web_service((status, b"")) as service:
        with pytest.raises(Declined, match=str(status)):
            await Endpoint(service.url, None).deliver([{"n": 1}])


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(Undelivered):
        await Endpoint("http://127.0.0.1:1/", None).deliver([{"n": 1}])


async def test_there_is_an_outbox_for_each_destination_that_is_configured(tmp_path: Path) -> None:
    assert outboxes(EventSettings()) == []
    both = EventSettings(file=tmp_path / "events.jsonl", url="http://127.0.0.1:1/")
    assert len(outboxes(both)) == 2
