"""What is kept of the password of a user, and of their authenticator app."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import delete, update

from engine.login.rows import CredentialRow
from engine.records import Records


@dataclass(frozen=True, slots=True)
class Credential:
    user_id: str
    hash: str
    changed: datetime
    must_change: bool = False
    """Somebody else knows it."""
    seed: str | None = None
    """Of the one-time codes; None: no app."""
    confirmed: bool = False
    """The app has shown that it knows the secret: from now on a code is wanted."""
    last_step: int = 0
    """That of the code which was used last."""


class Credentials:
    """Every method raises RecordError."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def of(self, user_id: str) -> Credential | None:
        async with self._records.reading("read a credential") as session:
            row = await session.get(CredentialRow, user_id)
            names = [part.name for part in fields(Credential)]
            return Credential(**{name: getattr(row, name) for name in names}) if row else None

    async def save(self, credential: Credential) -> None:
        async with self._records.writing("save a credential") as session:
            await session.merge(CredentialRow(**asdict(credential)))

    async def use(self, user_id: str, step: int) -> bool:
        """The code of this step is used up; False where it was already, by whoever was faster."""
        row = (CredentialRow.user_id == user_id) & (CredentialRow.last_step < step)
        async with self._records.writing("use a code") as session:
            result = await session.execute(update(CredentialRow).where(row).values(last_step=step))
            return bool(getattr(result, "rowcount", 0))

    async def keep_only(self, user_ids: Collection[str]) -> None:
        """Whoever is no user any more has no password either."""
        gone = delete(CredentialRow).where(CredentialRow.user_id.not_in(user_ids))
        async with self._records.writing("forget credentials") as session:
            await session.execute(gone)
