"""What becomes of recordings after the call, in the database: errands, legal holds, deletions.

A deletion is a decision first: from that moment nobody can play it. An errand then erases every
copy, however long a store is away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from engine.audit import AuditRecord, append
from engine.contact_record import PLAYABLE, ContactRecord, RecordingRecord, RecordingStatus
from engine.models import ContactRow, ErrandRow, HoldRow, RecordingRow
from engine.records import RecordError, Records, recording_record
from engine.refused import Refused
from recorder.errand import Errand, State, Task
from recorder.retention import Ended

MAX_REASON_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: nothing of this contact is deleted."""

    contact_id: str
    at: datetime
    who: str
    why: str


class Custody:
    """Every method raises RecordError; Refused says what may not be done, and why."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def add(self, errand: Errand) -> None:
        """Unless the recording has an errand already."""
        async with self._records.writing(f"add an errand for {errand.name}") as session:
            known = select(ErrandRow.name).where(ErrandRow.name == errand.name)
            if not (await session.execute(known)).first():
                await session.execute(insert(ErrandRow).values(asdict(errand)))

    async def due(self, now: datetime, limit: int, without: Collection[str] = ()) -> list[Errand]:
        """Those whose time has come, the longest waiting first."""
        wanted = (
            select(ErrandRow)
            .where(ErrandRow.state == State.WAITING, ErrandRow.due <= now)
            .where(ErrandRow.name.not_in(without))
            .order_by(ErrandRow.due)
            .limit(limit)
        )
        async with self._records.reading("read what is due") as session:
            return [_errand(row) for row in await session.scalars(wanted)]

    async def errands(self) -> list[Errand]:
        """All that wait and all dead letters, by name."""
        async with self._records.reading("read the errands") as session:
            rows = await session.scalars(select(ErrandRow).order_by(ErrandRow.name))
            return [_errand(row) for row in rows]

    async def settle(self, before: Errand, after: Errand) -> None:
        """How an attempt came out. What became another errand meanwhile stays that."""
        same = (ErrandRow.name == before.name) & (ErrandRow.task == before.task)
        async with self._records.writing(f"settle {before.name}") as session:
            if after.state is State.DONE:
                await session.execute(delete(ErrandRow).where(same))
            else:
                await session.execute(update(ErrandRow).where(same).values(asdict(after)))

    async def place(self, errand: Errand, location: str) -> None:
        """The recording of that errand lies there from now on."""
        recording = await self.recording(errand)
        await self._records.move_recording(errand.contact_id, location, recording.kind)

    async def recording(self, errand: Errand) -> RecordingRecord:
        contact = await self._records.contact(errand.contact_id)
        for one in contact.recordings if contact else ():
            if one.name == errand.name:
                return one
        raise RecordError(f"no recording is called {errand.name}")

    async def outside(self, prefix: str) -> list[RecordingRecord]:
        """Those that can be played, of contacts without an errand, and lie somewhere else."""
        busy = select(ErrandRow.contact_id)
        wanted = select(RecordingRow).where(
            RecordingRow.status.in_(PLAYABLE),
            ~RecordingRow.location.startswith(f"{prefix}/", autoescape=True),
            RecordingRow.contact_id.not_in(busy),
        )
        async with self._records.reading("look for recordings that are not in the store") as rows:
            return [recording_record(row) for row in await rows.scalars(wanted)]

    async def hold(self, contact_id: str, who: str, why: str, at: datetime) -> None:
        """Nothing of this contact is deleted until `release`."""
        _check(who, why)
        await self._contact(contact_id)
        async with self._records.writing(f"hold {contact_id}") as session:
            await session.execute(delete(HoldRow).where(HoldRow.contact_id == contact_id))
            row = Hold(contact_id, at, who, why)
            await session.execute(insert(HoldRow).values(asdict(row)))
            await append(session, AuditRecord(at, who, "LEGAL_HOLD", contact_id, why))

    async def release(self, contact_id: str, who: str, why: str, at: datetime) -> None:
        """Raises Refused when there is no hold."""
        _check(who, why)
        async with self._records.writing(f"release {contact_id}") as session:
            hold = await session.get(HoldRow, contact_id)
            if hold is None:
                raise Refused.invalid(f"{contact_id} is not held")
            await session.delete(hold)
            await append(session, AuditRecord(at, who, "LEGAL_HOLD_RELEASE", contact_id, why))

    async def holds(self) -> list[Hold]:
        async with self._records.reading("read legal holds") as session:
            rows = await session.scalars(select(HoldRow).order_by(HoldRow.at))
            return [Hold(row.contact_id, row.at, row.who, row.why) for row in rows]

    async def delete(self, contact_id: str, who: str, why: str, at: datetime) -> list[str]:
        """All recordings of a contact; their names. Raises Refused."""
        _check(who, why)
        contact = await self._contact(contact_id)
        running = [one for one in contact.recordings if one.status is RecordingStatus.RECORDING]
        there = [one for one in contact.recordings if one.status is not RecordingStatus.DELETED]
        if running or not there:
            why_not = "is still being recorded" if running else "has no recording"
            raise Refused.invalid(f"{contact_id} {why_not}")
        async with self._records.writing(f"delete the recordings of {contact_id}") as session:
            if hold := await session.get(HoldRow, contact_id):
                raise Refused.invalid(
                    f"{contact_id} is held: {hold.why} ({hold.who}, {hold.at:%Y-%m-%d})"
                )
            await _delete(session, there, who, why, at)
            await append(session, AuditRecord(at, who, "DELETE_RECORDING", contact_id, why))
        return [one.name for one in there]

    async def ended_before(self, moment: datetime, after: str, limit: int) -> list[Ended]:
        """Contacts that had ended by then, have recordings and are not held; by their id.

        Those whose id comes after `after`: so a page follows another.
        """
        gone = (RecordingStatus.DELETED, RecordingStatus.RECORDING)
        heard = select(RecordingRow.contact_id).where(RecordingRow.status.not_in(gone))
        wanted = (
            select(ContactRow.contact_id, ContactRow.queue, ContactRow.flow, ContactRow.disconnect)
            .where(ContactRow.disconnect < moment, ContactRow.contact_id > after)
            .where(ContactRow.contact_id.in_(heard))
            .where(ContactRow.contact_id.not_in(select(HoldRow.contact_id)))
            .order_by(ContactRow.contact_id)
            .limit(limit)
        )
        async with self._records.reading("look for old recordings") as session:
            return [
                Ended(contact_id, queue, flow, at)
                for contact_id, queue, flow, at in await session.execute(wanted)
                if at
            ]

    async def retry(self, names: Collection[str], now: datetime) -> int:
        """Those errands, now; all dead letters where no name is given. How many."""
        chosen = [
            one
            for one in await self.errands()
            if one.name in names or (not names and one.state is State.DEAD)
        ]
        for one in chosen:
            await self.settle(one, one.retry(now))
        return len(chosen)

    async def _contact(self, contact_id: str) -> ContactRecord:
        if contact := await self._records.contact(contact_id):
            return contact
        raise Refused.not_found(f"there is no contact {contact_id}")


def _check(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise Refused.invalid("who and why must be said")
    if len(why) > MAX_REASON_CHARACTERS:
        raise Refused.invalid(f"a reason has {MAX_REASON_CHARACTERS} characters at most")


async def _delete(
    session: AsyncSession, gone: Iterable[RecordingRecord], who: str, why: str, at: datetime
) -> None:
    for one in gone:
        row = (RecordingRow.contact_id == one.contact_id) & (RecordingRow.kind == one.kind)
        facts = {"status": RecordingStatus.DELETED, "deleted": at, "deleted_by": who}
        change = update(RecordingRow).where(row).values(**facts, deletion_reason=why)
        await session.execute(change)
        await session.execute(delete(ErrandRow).where(ErrandRow.name == one.name))
        errand = Errand(one.name, one.contact_id, Task.ERASE, since=at, due=at)
        await session.execute(insert(ErrandRow).values(asdict(errand)))


def _errand(row: ErrandRow) -> Errand:
    return Errand(
        name=row.name,
        contact_id=row.contact_id,
        task=Task(row.task),
        since=row.since,
        due=row.due,
        attempts=row.attempts,
        error=row.error,
        state=State(row.state),
    )
