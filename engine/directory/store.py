"""The resources in the database: one row each, what the API says of them as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from engine.directory.resources import Kind, Origin, Resource
from engine.models import Table
from engine.records import Records


class ResourceRow(Table):
    __tablename__ = "resources"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(256), primary_key=True)
    name: Mapped[str]
    origin: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    secrets: Mapped[dict[str, str]]
    modified: Mapped[datetime]


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

    async def remove(self, *gone: Resource) -> None:
        async with self._records.writing("change the directory") as session:
            for one in gone:
                row = (ResourceRow.kind == one.kind) & (ResourceRow.id == one.id)
                await session.execute(delete(ResourceRow).where(row))


def _row(one: Resource) -> ResourceRow:
    return ResourceRow(
        kind=one.kind.value,
        id=one.id,
        name=one.name,
        origin=one.origin.value,
        facts=dict(one.facts),
        secrets=dict(one.secrets),
        modified=one.modified,
    )


def _resource(row: ResourceRow) -> Resource:
    return Resource(
        Kind(row.kind), row.id, row.name, row.facts, Origin(row.origin), row.modified, row.secrets
    )
