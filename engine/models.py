"""The tables: contacts, their recordings and what becomes of them, and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    TextClause,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware on both sides, kept in UTC. A naive one is refused, nobody knows its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone that was written, so it is put back here."""
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC) if value else None


class Text(TypeDecorator[str]):
    """What others wrote, without what PostgreSQL takes in no text: see `storable`."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return storable(value) if value is not None else None


def storable(text: str) -> str:
    """NUL and halves of surrogate pairs become U+FFFD and "?"; what is legible stays."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


class Table(DeclarativeBase):
    """Constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        str: Text,
        dict[str, str]: JSON,
        list[str]: JSON,
    }


class RecordingRow(Table):
    __tablename__ = "recordings"

    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.contact_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    location: Mapped[str]
    status: Mapped[str] = mapped_column(String(16), index=True)
    start: Mapped[datetime]
    stop: Mapped[datetime | None]
    frames: Mapped[int]
    overruns: Mapped[int]
    error: Mapped[str | None]
    deleted: Mapped[datetime | None]
    deleted_by: Mapped[str | None]
    deletion_reason: Mapped[str | None]


class ErrandRow(Table):
    """See `recorder.errand`. A recording has one errand at most."""

    __tablename__ = "errands"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    contact_id: Mapped[str] = mapped_column(String(36))
    task: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    due: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int]
    error: Mapped[str | None]


class HoldRow(Table):
    """A legal hold: nothing of this contact is deleted."""

    __tablename__ = "holds"

    contact_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]


LAST_DIGITS = 4
"""So many of a number are enough to find it by."""


class ContactRow(Table):
    __tablename__ = "contacts"

    contact_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    initial_contact_id: Mapped[str] = mapped_column(String(36), index=True)
    previous_contact_id: Mapped[str | None] = mapped_column(String(36))
    next_contact_id: Mapped[str | None] = mapped_column(String(36))
    channel: Mapped[str] = mapped_column(String(16))
    initiation_method: Mapped[str] = mapped_column(String(32))
    customer_endpoint: Mapped[str]
    last_digits: Mapped[str]
    """The end of the customer's, by which a number is found."""
    system_endpoint: Mapped[str]
    queue: Mapped[str | None]
    agent: Mapped[str | None]
    agents: Mapped[list[str]]
    attributes: Mapped[dict[str, str]]
    recorded: Mapped[list[str]]
    signalling: Mapped[dict[str, str]]
    initiation: Mapped[datetime] = mapped_column(index=True)
    connected_to_system: Mapped[datetime | None]
    enqueue: Mapped[datetime | None]
    dequeue: Mapped[datetime | None]
    ring_start: Mapped[datetime | None]
    connected_to_agent: Mapped[datetime | None]
    disconnect: Mapped[datetime | None] = mapped_column(index=True)
    disconnect_reason: Mapped[str | None] = mapped_column(String(32))
    last_update: Mapped[datetime]
    transferred_to: Mapped[str | None]
    transfer_completed: Mapped[datetime | None]
    flow: Mapped[str | None]
    name: Mapped[str | None]
    description: Mapped[str | None]
    related_contact_id: Mapped[str | None]
    references: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tags: Mapped[dict[str, str]] = mapped_column(default=dict)
    queue_priority: Mapped[int | None] = mapped_column(BigInteger)
    queue_added_seconds: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)
    holds: Mapped[int] = mapped_column(default=0)
    hold_seconds: Mapped[int] = mapped_column(default=0)
    longest_hold_seconds: Mapped[int] = mapped_column(default=0)
    work_start: Mapped[datetime | None]
    work_end: Mapped[datetime | None]
    level_one: Mapped[str | None]
    level_two: Mapped[str | None]
    level_three: Mapped[str | None]
    level_four: Mapped[str | None]
    level_five: Mapped[str | None]
    recordings: Mapped[list[RecordingRow]] = relationship(
        lazy="selectin", order_by=RecordingRow.start, viewonly=True
    )

    @property
    def hierarchy(self) -> tuple[str, ...]:
        """Ids of the groups that its agent was in, from the top."""
        return tuple(filter(None, (getattr(self, level) for level in LEVELS)))


LEVELS = ("level_one", "level_two", "level_three", "level_four", "level_five")
"""Of the hierarchy of agents, from the top."""


class CallbackRow(Table):
    """A contact that waits to be called back: see `engine.kept_callbacks`."""

    __tablename__ = "callbacks"

    contact_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    queue: Mapped[str]
    hooks: Mapped[dict[str, str]]
    retry_seconds: Mapped[float] = mapped_column(Float)
    attempts: Mapped[int]
    due: Mapped[datetime]


MAX_SEARCHED_CHARACTERS = 256
"""So far two values of an attribute are told apart by a search."""
ENDED = text("disconnect IS NOT NULL")


def _found_by(name: str, *columns: str, where: TextClause = ENDED) -> Index:
    """Contacts are found once they have ended, so the others are not in the way."""
    found = (getattr(ContactRow, column) for column in columns)
    return Index(f"ix_contacts_found_{name}", *found, sqlite_where=where, postgresql_where=where)


for _name in (
    *("agent", "queue", "channel", "customer_endpoint", "disconnect_reason"),
    *("initiation_method", "last_digits"),
):
    _found_by(_name, _name, "initiation")
_found_by("initiation", "initiation")
for _name in LEVELS:
    _found_by(_name, _name, "initiation", where=text(f"{ENDED} AND {_name} IS NOT NULL"))


class ContactAttributeRow(Table):
    """An attribute of a contact that has ended, for search alone: the contact has them all."""

    __tablename__ = "contact_attributes"
    __table_args__ = (Index("ix_contact_attributes_name", "name", "value", "initiation"),)

    contact_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    initiation: Mapped[datetime]


class AuditRow(Table):
    """Who did what; it outlives the contacts it speaks of, so nothing ties it to them.

    Rows are only added, by `engine.audit.append`: the database refuses to change or delete one.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]
    action: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[str | None] = mapped_column(String(36), index=True)
    detail: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Table):
    """The last line of the audit trail: one row, which whoever adds a line holds meanwhile."""

    __tablename__ = "audit_head"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))


class BindingRow(Table):
    """Where a phone can be reached: see `sip.KeptBinding`. `number` tells those of one user."""

    __tablename__ = "bindings"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
