"""Who is logged in: a random token that the browser keeps, and a row that can be deleted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from config import LoginSettings
from engine.login.rows import SessionRow
from engine.records import Records

TOKEN_BYTES = 32
NOTED_AFTER = timedelta(seconds=30)
"""That a session is used is written no more often."""
MAX_AGENT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Session:
    """`limited`: it opens nothing but a change of the password."""

    digest: str
    user_id: str
    created: datetime
    seen: datetime
    limited: bool
    source: str
    agent: str

    @property
    def id(self) -> str:
        """A name for it that opens nothing."""
        return self.digest[:16]


class Sessions:
    """Every method raises RecordError."""

    def __init__(self, records: Records, settings: LoginSettings) -> None:
        self._records, self._max = records, settings.max_sessions
        self._idle = timedelta(seconds=settings.idle_seconds)
        self.lasts = timedelta(seconds=settings.max_seconds)
        """The longest that one can."""
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Told the digest of a session that was closed, or the id of a user who has none now."""
        self._listeners.append(listener)

    async def open(
        self, user_id: str, now: datetime, *, limited: bool, source: str = "", agent: str = ""
    ) -> str:
        """The token of a new one; forgotten is what is over, and the oldest beyond the limit."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        over = or_(SessionRow.created < now - self.lasts, SessionRow.seen < now - self._idle)
        newest = select(SessionRow.digest).where(SessionRow.user_id == user_id)
        async with self._records.writing("open a session") as session:
            await session.execute(delete(SessionRow).where(over))
            order = newest.order_by(SessionRow.created.desc())
            kept = (await session.scalars(order.limit(self._max - 1))).all()
            mine = (SessionRow.user_id == user_id) & SessionRow.digest.not_in(kept)
            await session.execute(delete(SessionRow).where(mine))
            facts = {"created": now, "seen": now, "limited": limited, "source": source}
            row = SessionRow(digest=digest_of(token), user_id=user_id, **facts)
            row.agent = agent[:MAX_AGENT_CHARACTERS]
            session.add(row)
        return token

    async def find(self, token: str, now: datetime) -> Session | None:
        """None where it is over, or never was."""
        async with self._records.reading("read a session") as session:
            row = await session.get(SessionRow, digest_of(token))
            found = _session(row) if row else None
        if found is None or now - found.created > self.lasts or now - found.seen > self._idle:
            return None
        if now - found.seen > NOTED_AFTER:
            await self._note(found, now)
        return found

    async def of(self, user_id: str) -> list[Session]:
        """The newest first, those that may be over included."""
        rows = select(SessionRow).where(SessionRow.user_id == user_id)
        async with self._records.reading("read the sessions of a user") as session:
            found = await session.scalars(rows.order_by(SessionRow.created.desc()))
            return [_session(row) for row in found]

    async def close(self, digest: str) -> None:
        async with self._records.writing("close a session") as session:
            await session.execute(delete(SessionRow).where(SessionRow.digest == digest))
        self._tell(digest)

    async def close_all(self, user_id: str) -> None:
        async with self._records.writing("close the sessions of a user") as session:
            await session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))
        self._tell(user_id)

    def _tell(self, closed: str) -> None:
        for listener in self._listeners:
            listener(closed)

    async def _note(self, used: Session, now: datetime) -> None:
        async with self._records.writing("note that a session is used") as session:
            row = update(SessionRow).where(SessionRow.digest == used.digest)
            await session.execute(row.values(seen=now))


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: SessionRow) -> Session:
    return Session(
        *(row.digest, row.user_id, row.created, row.seen, row.limited, row.source, row.agent)
    )
