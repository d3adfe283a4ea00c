from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.agents import Agent
from engine.directory import Kind
from engine.queue_book import QueueBook
from engine.queues import Floor
from engine.routing_profile import RoutingProfile
from tests.engine.directory.desk import directory, seeded
from tests.rig.house import settings

INSTANCE = "arn:aws:connect:local:000000000000:instance/earshot"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOURS = [{"name": "day", "open": ["Mon-Sun 00:00-24:00"]}, {"name": "never", "open": []}]
QUEUES = [{"name": "support", "max_contacts": 1, "hours": "never"}, {"name": "sales"}]


@pytest.fixture
def book(tmp_path: Path) -> QueueBook:
    house = settings(tmp_path, queues=QUEUES, hours=HOURS)
    here = Floor([Agent("agent1", RoutingProfile(), 5.0)], ["support", "sales"])
    here.join("one", "support", 10.0)
    return QueueBook(seeded(house), here)


@pytest.mark.parametrize(
    ("queue", "agent", "name"),
    [
        ("support", "", "support"),
        (f"{INSTANCE}/queue/support", "", "support"),
        (f"{INSTANCE}/queue/agent/agent1", "", "agent/agent1"),
        ("", "agent1", "agent/agent1"),
        ("", f"{INSTANCE}/agent/agent1", "agent/agent1"),
        ("other", "", None),
        ("", "manager1", None),
    ],
)
def test_a_flow_names_a_queue_or_an_agent_or_gives_an_arn(
    book: QueueBook, queue: str, agent: str, name: str | None
) -> None:
    assert book.find(queue, agent) == name


def test_a_queue_is_full_when_as_many_wait_as_may(book: QueueBook) -> None:
    assert book.is_full("support")
    assert not book.is_full("sales") and not book.is_full("agent/agent1")


@pytest.mark.parametrize(
    ("hours", "queue", "is_open"),
    [
        ("day", "support", True),
        (f"{INSTANCE}/operating-hours/day", None, True),
        ("", "support", False),
        ("", "sales", None),
        ("", None, None),
        ("night", "support", None),
    ],
)
def test_hours_are_those_that_are_named_or_those_of_the_queue(
    book: QueueBook, hours: str, queue: str | None, is_open: bool | None
) -> None:
    assert book.is_open(hours, queue, NOON) is is_open


def test_the_numbers_of_a_queue_are_there(book: QueueBook) -> None:
    assert book.numbers("support", 12.5)["Queue.OldestContactAge"] == 2


async def test_what_the_api_makes_or_changes_counts_at_once(tmp_path: Path) -> None:
    floor = Floor((), ["support"])
    async with directory(tmp_path) as one:
        book = QueueBook(one.resources, floor)
        assert book.takes_contacts("support") and not book.takes_contacts("gone")
        hours = await one.create(
            Kind.HOURS_OF_OPERATION, "never", {"TimeZone": "UTC", "Config": []}
        )
        facts = {"Status": "DISABLED", "MaxContacts": 0, "HoursOfOperationId": hours.id}
        await one.change(Kind.QUEUE, "support", facts, "help")
        assert book.find("help") == book.find("support") == "support"
        assert book.name("support") == "help"
        assert book.is_full("support") and not book.takes_contacts("support")
        assert book.is_open("", "support", NOON) is False
        assert book.is_open("never", None, NOON) is book.is_open(hours.id, None, NOON) is False
        new = await one.create(Kind.QUEUE, "new", {"Status": "ENABLED"})
        assert book.find("new") is None  # until the floor has it
        floor.queues.add(new.id)
        assert book.find("new") == book.find(one.resources.arn(new)) == new.id
