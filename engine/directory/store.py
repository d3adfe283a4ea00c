"""The resources in the database: one row each, what the API says of them as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, Result, String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from engine.directory.resources import Kind, Origin, Resource
from engine.models import Table
from engine.records import RecordConflict, Records

MAX_ASKED = 1000  # ids in one question
CHANGING = ("name", "origin", "facts", "secrets", "modified", "version")


class ResourceRow(Table):
    __tablename__ = "resources"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(256), primary_key=True)
    name: Mapped[str]
    origin: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    secrets: Mapped[dict[str, str]]
    modified: Mapped[datetime]
    version: Mapped[int]


Index("uq_resources_kind_name", ResourceRow.kind, ResourceRow.name, unique=True)


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells whether a directory is as another one, without a look at all of it."""

    resources: int
    versions: int
    """All of them added up."""
    modified: datetime | None
    """When one was last."""


def mark_of(resources: Iterable[Resource]) -> Mark:
    count, versions, modified = 0, 0, None
    for one in resources:
        count, versions = count + 1, versions + one.version
        modified = max(modified or one.modified, one.modified)
    return Mark(count, versions, modified)


class Taken(Exception):
    """Another resource of the kind has the name; nothing was written."""


class Stale(Exception):
    """Another engine has changed or deleted the resource meanwhile; nothing was written."""


class Store:
    """Every method raises RecordError."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def load(self) -> list[Resource]:
        async with self._records.reading("read the directory") as session:
            return [_resource(row) for row in await session.scalars(select(ResourceRow))]

    async def mark(self) -> Mark:
        async with self._records.reading("look at the directory") as session:
            versions = func.coalesce(func.sum(ResourceRow.version), 0)
            asked = select(func.count(), versions, func.max(ResourceRow.modified))
            return Mark(*(await session.execute(asked)).one())

    async def versions(self) -> Mapping[tuple[Kind, str], int]:
        """Of all resources, by kind and id."""
        async with self._records.reading("read the versions of the directory") as session:
            asked = select(ResourceRow.kind, ResourceRow.id, ResourceRow.version)
            return {
                (Kind(kind), id_): version for kind, id_, version in await session.execute(asked)
            }

    async def with_ids(self, ids: Collection[str]) -> list[Resource]:
        """Of whatever kind."""
        wanted, found = list(ids), list[Resource]()
        async with self._records.reading("read some of the directory") as session:
            for start in range(0, len(wanted), MAX_ASKED):
                some = ResourceRow.id.in_(wanted[start : start + MAX_ASKED])
                rows = await session.scalars(select(ResourceRow).where(some))
                found += map(_resource, rows)
        return found

    async def save(self, *changed: Resource) -> None:
        """All or none, in place of what has their ids: names may change hands. Raises Taken too."""
        what = "save " + ", ".join(f"{one.kind.words} {one.name}" for one in changed)
        try:
            async with self._records.writing(what) as session:
                for one in changed:
                    await session.execute(delete(ResourceRow).where(_is(one)))
                session.add_all(map(_row, changed))
        except RecordConflict as error:
            raise Taken from error

    async def change(self, new: Resource) -> None:
        """In place of the version before it. Raises Stale or Taken too."""
        facts = {name: getattr(_row(new), name) for name in CHANGING}
        try:
            async with self._records.writing(f"change {new.kind.words} {new.name}") as session:
                row = update(ResourceRow).where(_is(new), ResourceRow.version == new.version - 1)
                check_done(await session.execute(row.values(facts)))
        except RecordConflict as error:
            raise Taken from error

    async def delete(self, former: Resource) -> None:
        """This very version. Raises Stale too."""
        async with self._records.writing(f"delete {former.kind.words} {former.name}") as session:
            row = delete(ResourceRow).where(_is(former), ResourceRow.version == former.version)
            check_done(await session.execute(row))

    async def remove(self, *gone: Resource) -> None:
        """Whatever became of them."""
        async with self._records.writing("change the directory") as session:
            for one in gone:
                await session.execute(delete(ResourceRow).where(_is(one)))


def check_done(result: Result[Any]) -> None:
    """Raises Stale where no row was as it was to be."""
    if not getattr(result, "rowcount", 0):
        raise Stale


def _is(one: Resource) -> ColumnElement[bool]:
    return (ResourceRow.kind == one.kind.value) & (ResourceRow.id == one.id)


def _row(one: Resource) -> ResourceRow:
    return ResourceRow(
        kind=one.kind.value,
        id=one.id,
        name=one.name,
        origin=one.origin.value,
        facts=dict(one.facts),
        secrets=dict(one.secrets),
        modified=one.modified,
        version=one.version,
    )


def _resource(row: ResourceRow) -> Resource:
    return Resource(
        *(Kind(row.kind), row.id, row.name, row.facts, Origin(row.origin)),
        *(row.modified, row.secrets, row.version),
    )
