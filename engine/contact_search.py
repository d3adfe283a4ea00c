"""Contact search: which contacts there were, a page at a time. Specification items 24, 25 and 29.

A contact is found once it has ended. The place to go on from is the last contact of the page
before, so a search in a growing table neither repeats nor leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.models import ContactRow
from engine.records import ContactRecord, Records, from_row

MAX_RANGE = timedelta(weeks=8)
MAX_FOUND = 10_000
"""So many of the first are counted and shown, no more."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

TIMES: Mapping[str, InstrumentedAttribute[Any]] = {
    "INITIATION_TIMESTAMP": ContactRow.initiation,
    "CONNECTED_TO_AGENT_TIMESTAMP": ContactRow.connected_to_agent,
    "DISCONNECT_TIMESTAMP": ContactRow.disconnect,
    "ENQUEUE_TIMESTAMP": ContactRow.enqueue,
}
ORDERS: Mapping[str, InstrumentedAttribute[Any]] = {
    **TIMES,
    "INITIATION_METHOD": ContactRow.initiation_method,
    "CHANNEL": ContactRow.channel,
}


class SearchError(Exception):
    """What cannot be searched; the text says what is expected."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last contact of a page: by what it was sorted, and its id."""

    value: Any
    contact_id: str


@dataclass(frozen=True, slots=True)
class Search:
    """`time` and `order` by Connect's names; an empty tuple does not restrict.

    Raises SearchError where it is made.
    """

    time: str
    start: datetime
    end: datetime
    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    initiation_methods: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Any of the values of each."""
    all_attributes: bool = True
    """Whether each of the attributes is to match, or any."""
    order: str = "INITIATION_TIMESTAMP"
    descending: bool = True

    def __post_init__(self) -> None:
        if self.time not in TIMES:
            raise SearchError(f"TimeRange/Type: one of {', '.join(TIMES)} is expected")
        if self.order not in ORDERS:
            raise SearchError(f"Sort/FieldName: one of {', '.join(ORDERS)} is expected")
        if not timedelta() <= self.end - self.start <= MAX_RANGE:
            raise SearchError("TimeRange: at most 8 weeks, and the start before the end")


@dataclass(frozen=True, slots=True)
class Found:
    contacts: list[ContactRecord]
    total: int
    """At most MAX_FOUND."""
    next: Place | None


async def search(records: Records, wanted: Search, size: int, after: Place | None = None) -> Found:
    """One page of what was found. Raises RecordError."""
    async with records.reading("search contacts") as session:
        counted = select(ContactRow.contact_id).where(*_conditions(wanted)).limit(MAX_FOUND)
        total = await session.scalar(select(func.count()).select_from(counted.subquery()))
        rows: list[ContactRow] = list(await session.scalars(_page(wanted, size + 1, after)))
        more = len(rows) > size
        page = [from_row(row) for row in rows[:size]]
        last = _place(wanted, rows[size - 1]) if more else None
    return Found(page, total or 0, last)


async def chain(records: Records, initial_contact_id: str) -> list[ContactRecord]:
    """All contacts that came of one, the first first, at most MAX_FOUND. Raises RecordError."""
    wanted = select(ContactRow).where(ContactRow.initial_contact_id == initial_contact_id)
    ordered = wanted.order_by(ContactRow.initiation, ContactRow.contact_id).limit(MAX_FOUND)
    async with records.reading("read a chain of contacts") as session:
        return [from_row(row) for row in await session.scalars(ordered)]


def _page(wanted: Search, size: int, after: Place | None) -> Select[Any]:
    key, identifier = _key(wanted), ContactRow.contact_id
    found = select(ContactRow).where(*_conditions(wanted))
    if after:
        beyond = key < after.value if wanted.descending else key > after.value
        found = found.where(or_(beyond, and_(key == after.value, identifier > after.contact_id)))
    return found.order_by(key.desc() if wanted.descending else key, identifier).limit(size)


def _key(wanted: Search) -> ColumnElement[Any]:
    """What it is sorted by: a time that is not known comes before all others."""
    column = ORDERS[wanted.order]
    return func.coalesce(column, BEGINNING) if wanted.order in TIMES else column.expression


def _place(wanted: Search, row: ContactRow) -> Place:
    value = getattr(row, ORDERS[wanted.order].key)
    return Place(BEGINNING if value is None else value, row.contact_id)


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    time = TIMES[wanted.time]
    yield time.between(wanted.start, wanted.end)
    yield ContactRow.disconnect.is_not(None)
    for column, values in (
        (ContactRow.agent, wanted.agents),
        (ContactRow.queue, wanted.queues),
        (ContactRow.channel, wanted.channels),
        (ContactRow.initiation_method, wanted.initiation_methods),
    ):
        if values:
            yield column.in_(values)
    if wanted.attributes:
        each = [
            ContactRow.attributes[name].as_string().in_(values)
            for name, values in wanted.attributes.items()
        ]
        yield and_(*each) if wanted.all_attributes else or_(*each)
