"""Contact search: which contacts there were, a page at a time. Specification items 24, 25 and 29.

A contact is found once it has ended. The place to go on from is the last contact of the page
before, so a search in a growing table neither repeats nor leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from engine.contact_words import Named, Tagged
from engine.models import (
    LAST_DIGITS,
    LEVELS,
    MAX_SEARCHED_CHARACTERS,
    ContactAttributeRow,
    ContactRow,
)
from engine.records import ContactRecord, Records, from_row

MAX_RANGE = timedelta(weeks=8)
MAX_FOUND = 10_000
"""So many of the first are counted and shown, no more."""
DIGITS = re.compile(f"[0-9]{{{LAST_DIGITS},15}}")
KNOWN = frozenset({"initiation", "disconnect"})
"""Times that every contact has which is found."""
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
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """By level, the hierarchy groups of any of which the agent was in; of each pair."""
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    initiation_methods: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Any of the values of each."""
    all_attributes: bool = True
    """Whether each of the attributes is to match, or any."""
    disconnect_reasons: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Numbers or addresses of customers, as contacts have them."""
    customer_suffix: str = ""
    """The last digits of one."""
    named: Named | None = None
    tagged: Tagged | None = None
    order: str = "INITIATION_TIMESTAMP"
    descending: bool = True

    def __post_init__(self) -> None:
        if self.time not in TIMES:
            raise SearchError(f"TimeRange/Type: one of {', '.join(TIMES)} is expected")
        if self.order not in ORDERS:
            raise SearchError(f"Sort/FieldName: one of {', '.join(ORDERS)} is expected")
        if not timedelta() <= self.end - self.start <= MAX_RANGE:
            raise SearchError("TimeRange: at most 8 weeks, and the start before the end")
        if unknown := sorted({level for level, _ in self.groups} - {*LEVELS}):
            raise SearchError(f"There is no hierarchy level {', '.join(unknown)}")
        if self.customer_suffix and not DIGITS.fullmatch(self.customer_suffix):
            raise SearchError(f"The end of a number is {LAST_DIGITS} to 15 digits")
        if self.tagged and (problem := next(self.tagged.problems(), None)):
            raise SearchError(problem)


@dataclass(frozen=True, slots=True)
class Found:
    contacts: list[ContactRecord]
    total: int
    """At most MAX_FOUND."""
    next: Place | None


async def search(records: Records, wanted: Search, size: int, after: Place | None = None) -> Found:
    """One page of what was found. Raises RecordError."""
    async with records.reading("search contacts") as session:
        counted = _found(select(literal(1)), wanted, whole=False).limit(MAX_FOUND)
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
    key = _key(wanted)
    found = _found(select(ContactRow), wanted, whole=True)
    if after:
        here = tuple_(key, ContactRow.contact_id)
        there = tuple_(literal(after.value, key.type), literal(after.contact_id))
        found = found.where(here < there if wanted.descending else here > there)
    order = (key, ContactRow.contact_id)
    return found.order_by(*(each.desc() if wanted.descending else each for each in order)).limit(
        size
    )


def _key(wanted: Search) -> ColumnElement[Any]:
    """What it is sorted by: a time that is not known comes before all others."""
    if _goes_by_attribute(wanted):
        return ContactAttributeRow.initiation.expression
    column = ORDERS[wanted.order]
    unknown = wanted.order in TIMES and column.key not in KNOWN
    return func.coalesce(column, BEGINNING) if unknown else column.expression


def _goes_by_attribute(wanted: Search) -> bool:
    """Whether one attribute alone says which contacts: then its index has them in their order."""
    by_start = wanted.time == wanted.order == "INITIATION_TIMESTAMP"
    values = list(wanted.attributes.values())
    return by_start and len(values) == 1 and len(values[0]) == 1


def _found(rows: Select[Any], wanted: Search, *, whole: bool) -> Select[Any]:
    """`whole`: the contacts themselves are wanted, not only how many there are."""
    if not _goes_by_attribute(wanted):
        return rows.select_from(ContactRow).where(*_conditions(wanted))
    [(name, [value])] = wanted.attributes.items()
    within = ContactAttributeRow.initiation.between(wanted.start, wanted.end)
    found = rows.select_from(ContactAttributeRow).where(*_has(name, (value,)), within)
    facts = list(_facts(wanted))
    same = ContactAttributeRow.contact_id == ContactRow.contact_id
    return found.join(ContactRow, same).where(*facts) if whole or facts else found


def _place(wanted: Search, row: ContactRow) -> Place:
    value = getattr(row, ORDERS[wanted.order].key)
    return Place(BEGINNING if value is None else value, row.contact_id)


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    yield TIMES[wanted.time].between(wanted.start, wanted.end)
    yield ContactRow.disconnect.is_not(None)
    yield from _facts(wanted)
    if wanted.attributes:
        each = [
            exists().where(
                ContactAttributeRow.contact_id == ContactRow.contact_id, *_has(name, values)
            )
            for name, values in wanted.attributes.items()
        ]
        yield and_(*each) if wanted.all_attributes else or_(*each)


def _facts(wanted: Search) -> Iterator[ColumnElement[bool]]:
    for column, values in (
        *((getattr(ContactRow, level), ids) for level, ids in wanted.groups),
        (ContactRow.agent, wanted.agents),
        (ContactRow.queue, wanted.queues),
        (ContactRow.channel, wanted.channels),
        (ContactRow.initiation_method, wanted.initiation_methods),
        (ContactRow.disconnect_reason, wanted.disconnect_reasons),
        (ContactRow.customer_endpoint, wanted.customers),
    ):
        if values:
            yield column == values[0] if len(values) == 1 else column.in_(values)
    if suffix := wanted.customer_suffix:
        yield ContactRow.last_digits == suffix[-LAST_DIGITS:]
        yield ContactRow.customer_endpoint.endswith(suffix)
    if wanted.named:
        yield wanted.named.condition()
    if wanted.tagged:
        yield wanted.tagged.condition()


def _has(name: str, values: tuple[str, ...]) -> Iterator[ColumnElement[bool]]:
    yield ContactAttributeRow.name == name
    said = [value[:MAX_SEARCHED_CHARACTERS] for value in values]
    column = ContactAttributeRow.value
    yield column == said[0] if len(said) == 1 else column.in_(said)
