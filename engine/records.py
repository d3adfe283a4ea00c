"""Contact records in a database, through SQLAlchemy: SQLite as it comes, others by their URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from engine.audit import AuditRecord, append
from engine.contact_record import (
    ContactRecord,
    DisconnectReason,
    InitiationMethod,
    RecordingKind,
    RecordingRecord,
    RecordingStatus,
    contact_trace_record,
    endpoint,
    narrow,
)
from engine.models import (
    LAST_DIGITS,
    LEVELS,
    MAX_SEARCHED_CHARACTERS,
    AuditRow,
    BindingRow,
    CallbackRow,
    ContactAttributeRow,
    ContactRow,
    RecordingRow,
)
from engine.schema import upgrade

__all__ = [
    "AuditRecord",
    "BindingRecord",
    "ContactRecord",
    "DisconnectReason",
    "InitiationMethod",
    "Leftovers",
    "RecordConflict",
    "RecordError",
    "RecordingKind",
    "RecordingRecord",
    "RecordingStatus",
    "Records",
    "contact_trace_record",
    "endpoint",
    "from_row",
    "narrow",
]

UPSERTS: dict[str, Callable[[Any], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
MAX_ROWS = 1000  # a page; who wants more asks again with `before`
SQLITE_SETTINGS = {  # for each connection
    "journal_mode": "WAL",  # readers never wait for the writer
    "synchronous": "NORMAL",  # a power cut may cost the last records, never the file
    "busy_timeout": 5000,  # milliseconds
    "foreign_keys": "ON",
}


class RecordError(Exception):
    """The database refused or could not be reached; the text says what was tried and why not."""


class RecordConflict(RecordError):
    """Another row has what only one may have; nothing was written."""


@dataclass(frozen=True, slots=True)
class BindingRecord:
    """A registration of a phone and what `sip` wants to know of it again."""

    username: str
    until: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Contact ids of what a crash left open: contacts, and recordings."""

    contacts: tuple[str, ...]
    recordings: tuple[str, ...]


class Records:
    """Contacts, recordings and the audit trail. Writes happen one after the other, as called.

    Every method raises RecordError.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = create_async_engine(
                url, pool_pre_ping=True
            )  # it may have been restarted
        except (SQLAlchemyError, ImportError) as error:
            raise RecordError(f"the database URL leads nowhere: {error}") from error
        if self._engine.dialect.name not in UPSERTS:
            raise RecordError(f"the database must be one of {', '.join(UPSERTS)}")
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _set_up_sqlite)
        self._session = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writing = asyncio.Lock()

    async def open(self) -> Leftovers:
        """Make or upgrade folder and tables if need be, and close what a crash left open.

        A contact without an end ended when it was last heard of, by TELECOM_PROBLEM, unless it
        waits to be called back; a recording that still ran is INTERRUPTED.
        """
        async with self._errors("open the database"):
            if self._engine.dialect.name == "sqlite" and (path := self._engine.url.database):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            async with self._engine.begin() as connection:
                await connection.run_sync(upgrade)
        async with self._transaction("close leftovers") as connection:
            return Leftovers(await _close_contacts(connection), await _close_recordings(connection))

    async def close(self) -> None:
        await self._engine.dispose()

    async def save_contact(self, record: ContactRecord) -> None:
        """Insert or replace the whole record; its `recordings` have methods of their own."""
        facts = _facts(record)
        new = UPSERTS[self._engine.dialect.name](ContactRow).values(facts)
        upsert = new.on_conflict_do_update(index_elements=["contact_id"], set_=facts)
        async with self._transaction(f"save contact {record.contact_id}") as connection:
            await connection.execute(upsert)
            if record.disconnect:
                await _save_attributes(connection, record)

    async def start_recording(
        self,
        contact_id: str,
        location: str,
        start: datetime,
        kind: RecordingKind = RecordingKind.AGENT,
    ) -> None:
        """The row of a recording that is about to start, for a contact that is saved already."""
        row = insert(RecordingRow).values(
            contact_id=contact_id,
            kind=kind,
            location=location,
            status=RecordingStatus.RECORDING,
            start=start,
            frames=0,
            overruns=0,
        )
        async with self._transaction(f"start the recording of {contact_id}") as connection:
            await connection.execute(row)

    async def finish_recording(
        self,
        contact_id: str,
        status: RecordingStatus,
        stop: datetime | None,
        *,
        frames: int,
        overruns: int = 0,
        error: str | None = None,
        kind: RecordingKind = RecordingKind.AGENT,
    ) -> None:
        """How a recording that was started came out; `stop` is None where nobody knows."""
        what = f"finish the recording of {contact_id}"
        row = (RecordingRow.contact_id == contact_id) & (RecordingRow.kind == kind)
        facts = {"status": status, "stop": stop, "frames": frames, "overruns": overruns}
        async with self._transaction(what) as connection:
            change = update(RecordingRow).where(row).values(**facts, error=error)
            if not (await connection.execute(change)).rowcount:
                raise RecordError(f"cannot {what}: it was never started")

    async def move_recording(
        self, contact_id: str, location: str, kind: RecordingKind = RecordingKind.AGENT
    ) -> None:
        """Where a recording that was started lies from now on."""
        row = (RecordingRow.contact_id == contact_id) & (RecordingRow.kind == kind)
        change = update(RecordingRow).where(row).values(location=location)
        async with self._transaction(f"move the recording of {contact_id}") as connection:
            await connection.execute(change)

    async def contact(self, contact_id: str) -> ContactRecord | None:
        async with self._errors(f"read contact {contact_id}"), self._session() as session:
            row = await session.get(ContactRow, contact_id)
            return from_row(row) if row else None

    async def contacts(
        self, limit: int = 100, before: datetime | None = None
    ) -> list[ContactRecord]:
        """The newest by initiation first, at most MAX_ROWS, all initiated before `before`."""
        wanted = select(ContactRow).order_by(ContactRow.initiation.desc(), ContactRow.contact_id)
        if before:
            wanted = wanted.where(ContactRow.initiation < before)
        async with self._errors("list contacts"), self._session() as session:
            rows = await session.scalars(wanted.limit(min(limit, MAX_ROWS)))
            return [from_row(row) for row in rows]

    async def audit(self, record: AuditRecord) -> None:
        async with self.writing(f"audit {record.action} by {record.who}") as session:
            await append(session, record)

    async def audits(self, limit: int = 100) -> list[AuditRecord]:
        """What was audited, newest first, at most MAX_ROWS."""
        wanted = select(AuditRow).order_by(AuditRow.number.desc()).limit(min(limit, MAX_ROWS))
        async with self._errors("read the audit trail"), self._session() as session:
            return [
                AuditRecord(row.at, row.who, row.action, row.contact_id, row.detail)
                for row in await session.scalars(wanted)
            ]

    async def save_bindings(self, users: Mapping[str, Sequence[BindingRecord]]) -> None:
        """For each of these users all bindings there are; without one there are none."""
        rows = [
            {"username": name, "number": at, "until": one.until, "facts": dict(one.facts)}
            for name, bindings in users.items()
            for at, one in enumerate(bindings)
        ]
        async with self._transaction("save registrations") as connection:
            await connection.execute(delete(BindingRow).where(BindingRow.username.in_(users)))
            if rows:
                await connection.execute(insert(BindingRow), rows)

    async def bindings(self) -> list[BindingRecord]:
        """Of all users, those of one in their order."""
        wanted = select(BindingRow).order_by(BindingRow.username, BindingRow.number)
        async with self._errors("read registrations"), self._session() as session:
            rows = await session.scalars(wanted)
            return [BindingRecord(row.username, row.until, row.facts) for row in rows]

    @asynccontextmanager
    async def reading(self, what: str) -> AsyncIterator[AsyncSession]:
        """For tables that others own; `what` is said where it fails."""
        async with self._errors(what), self._session() as session:
            yield session

    @asynccontextmanager
    async def writing(self, what: str) -> AsyncIterator[AsyncSession]:
        """All of it is written at the end, or nothing."""
        async with self._writing, self._errors(what), self._session.begin() as session:
            yield session

    @asynccontextmanager
    async def _transaction(self, what: str) -> AsyncIterator[AsyncConnection]:
        async with self._writing, self._errors(what), self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _errors(self, what: str) -> AsyncIterator[None]:
        try:
            yield
        except (SQLAlchemyError, CommandError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            where = self._engine.url.render_as_string(hide_password=True)
            kind = RecordConflict if isinstance(error, IntegrityError) else RecordError
            raise kind(f"cannot {what} ({where}): {reason}") from error


def _set_up_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for name, value in SQLITE_SETTINGS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


async def _close_contacts(connection: AsyncConnection) -> tuple[str, ...]:
    ends = {
        "disconnect": ContactRow.last_update,
        "disconnect_reason": DisconnectReason.TELECOM_PROBLEM,
        "last_update": datetime.now(UTC),
    }
    waits = ContactRow.contact_id.in_(select(CallbackRow.contact_id))
    left = update(ContactRow).where(ContactRow.disconnect.is_(None), ~waits).values(ends)
    return tuple(await connection.scalars(left.returning(ContactRow.contact_id)))


async def _close_recordings(connection: AsyncConnection) -> tuple[str, ...]:
    running = RecordingRow.status == RecordingStatus.RECORDING
    left = update(RecordingRow).where(running).values(status=RecordingStatus.INTERRUPTED)
    return tuple(await connection.scalars(left.returning(RecordingRow.contact_id)))


async def _save_attributes(connection: AsyncConnection, record: ContactRecord) -> None:
    former = delete(ContactAttributeRow).where(ContactAttributeRow.contact_id == record.contact_id)
    await connection.execute(former)
    rows = [
        {"name": name, "value": value[:MAX_SEARCHED_CHARACTERS]}
        for name, value in record.attributes.items()
    ]
    if rows:
        same = {"contact_id": record.contact_id, "initiation": record.initiation}
        await connection.execute(insert(ContactAttributeRow), [same | row for row in rows])


def _facts(record: ContactRecord) -> dict[str, Any]:
    """The columns of its row."""
    facts = {part.name: getattr(record, part.name) for part in fields(record)}
    del facts["recordings"], facts["hierarchy"]
    levels = zip_longest(LEVELS, record.hierarchy)
    return (
        facts
        | dict(levels)
        | {
            "last_digits": record.customer_endpoint[-LAST_DIGITS:],
            "attributes": dict(record.attributes),
            "agents": list(record.agents),
            "signalling": dict(record.signalling),
            "references": {name: dict(facts) for name, facts in record.references.items()},
            "tags": dict(record.tags),
            "recorded": sorted(record.recorded),
        }
    )


def from_row(row: ContactRow) -> ContactRecord:
    """A contact as it was saved."""
    reason = row.disconnect_reason
    facts = {part.name: getattr(row, part.name) for part in fields(ContactRecord)}
    return ContactRecord(
        **facts
        | {
            "initiation_method": InitiationMethod(row.initiation_method),
            "agents": tuple(row.agents),
            "recorded": frozenset(row.recorded),
            "disconnect_reason": DisconnectReason(reason) if reason else None,
            "recordings": tuple(recording_record(recording) for recording in row.recordings),
        }
    )


def recording_record(row: RecordingRow) -> RecordingRecord:
    return RecordingRecord(
        contact_id=row.contact_id,
        kind=RecordingKind(row.kind),
        location=row.location,
        status=RecordingStatus(row.status),
        start=row.start,
        stop=row.stop,
        frames=row.frames,
        overruns=row.overruns,
        error=row.error,
        deleted=row.deleted,
        deleted_by=row.deleted_by,
        deletion_reason=row.deletion_reason,
    )
