"""The resources in the database: one row each, what the API says of them as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Result, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from engine.directory.resources import Kind, Origin, Resource
from engine.models import Table
from engine.records import Records

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


class Stale(Exception):
    """Another engine has changed or deleted the resource meanwhile; nothing was written."""


class Store:
    """Every method raises RecordError."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def load(self) -> list[Resource]:
        async with self._records.reading("read the directory") as session:
            return [_resource(row) for row in await session.scalars(select(ResourceRow))]

    async def save(self, *changed: Resource) -> None:
        """All or none."""
        what = "save " + ", ".join(f"{one.kind.words} {one.name}" for one in changed)
        async with self._records.writing(what) as session:
            for one in changed:
                await session.merge(_row(one))

    async def find(self, kind: Kind, identifier: str) -> Resource | None:
        """As it is in the database now."""
        async with self._records.reading(f"read a {kind.words}") as session:
            row = await session.get(ResourceRow, (kind.value, identifier))
            return _resource(row) if row else None

    async def change(self, new: Resource) -> None:
        """In place of the version before it. Raises Stale too."""
        facts = {name: getattr(_row(new), name) for name in CHANGING}
        async with self._records.writing(f"change {new.kind.words} {new.name}") as session:
            row = update(ResourceRow).where(_is(new), ResourceRow.version == new.version - 1)
            check_done(await session.execute(row.values(facts)))

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
