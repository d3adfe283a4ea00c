"""The directory of an instance: the database first, then memory, one change after the other.

So no two writers of one resource lose an update, and nobody sees what is not yet kept. Where two
engines share a database, the one that knows an older version of a resource, or not that its name is
taken, is refused; what others changed it knows from then on, and from time to time anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from engine.directory.references import referring, resolved
from engine.directory.resources import Kind, Origin, Resource, Resources, taken
from engine.directory.store import Stale, Store, Taken, mark_of
from engine.records import RecordError
from engine.refused import Refused

Listener = Callable[[Resource | None, Resource | None], None]
"""Told of each change: what was there (None: it is new), and what is (None: it is gone)."""
Facts = Mapping[str, Any]
Change = Callable[[Resource], Facts]
"""What becomes of a resource, said when nobody else changes it."""


class Directory:
    """Reading is on `resources`. Every change raises Refused or RecordError."""

    def __init__(self, store: Store, instance_arn: str) -> None:
        self._store = store
        self._changing = asyncio.Lock()
        self._listeners: list[Listener] = []
        self.resources = Resources(instance_arn)

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def open(self, seeds: Callable[[Resources], Iterable[Resource]]) -> None:
        """Load what is kept, then have it as the configuration says, as often as it is started."""
        for one in await self._store.load():
            self.resources.put(one)
        await self.align(list(seeds(self.resources)), tuple(Kind))

    async def align(self, wanted: Sequence[Resource], kinds: Iterable[Kind]) -> None:
        """Of these kinds there are those that are wanted, and what came by the API, no others.

        Raises RecordError, also where another one has the name of one that is wanted.
        """
        async with self._changing:
            self._check_names(wanted)
            there = {(one.kind, one.id) for one in wanted}
            gone = [
                one
                for kind in kinds
                for one in self.resources.all(kind)
                if one.origin is not Origin.API and (kind, one.id) not in there
            ]
            former = {at: self.resources.find(*at) for at in there}
            wanted = [_after(former[one.kind, one.id], one) for one in wanted]
            await self._store.remove(*gone)
            try:
                await self._store.save(*wanted)
            except Taken as error:
                raise RecordError("another engine has given one of their names away") from error
            self._replace(gone, wanted)

    async def catch_up(self) -> None:
        """What other engines on the same database have changed is taken over."""
        async with self._changing:
            if await self._store.mark() != mark_of(self.resources.every()):
                await self._take_over()

    async def _take_over(self) -> None:
        there = await self._store.versions()
        mine = {(one.kind, one.id): one.version for one in self.resources.every()}
        changed = {at for at, version in there.items() if mine.get(at) != version}
        gone = [one for one in self.resources.every() if (one.kind, one.id) not in there]
        found = await self._store.with_ids({id_ for _, id_ in changed})
        new = {(one.kind, one.id): one for one in found if (one.kind, one.id) in changed}
        away = new.keys() | {(one.kind, one.id) for one in gone}
        stay = [one for one in self.resources.every() if (one.kind, one.id) not in away]
        names = [(one.kind, one.name) for one in (*stay, *new.values())]
        if len(names) == len({*names}):  # else names change hands just now: all is there next time
            self._replace(gone, list(new.values()))

    def _replace(self, gone: Sequence[Resource], wanted: Sequence[Resource]) -> None:
        """Names may change hands, so all are away before the first comes; then all is told."""
        former = [self.resources.find(one.kind, one.id) for one in wanted]
        for one in (*gone, *filter(None, former)):
            self.resources.remove(one)
        for one in wanted:
            self.resources.put(one)
        for one in gone:
            self._tell(one, None)
        for was, one in zip(former, wanted, strict=True):
            self._tell(was, one)

    def _check_names(self, wanted: Iterable[Resource]) -> None:
        for one in wanted:
            other = self.resources.named(one.kind, one.name)
            if other and other.id != one.id and other.origin is Origin.API:
                text = f"{one.kind.words} {one.name}, which was made by the API: rename one"
                raise RecordError(f"the configuration has another {text}")

    async def create(
        self,
        kind: Kind,
        name: str,
        facts: Facts,
        secrets: Mapping[str, str] | None = None,
    ) -> Resource:
        """What the facts refer to, by id or ARN, has to be there; it is kept by id."""
        async with self._changing:
            self.resources.check_new(kind, name)
            facts = resolved(kind, facts, self.resources)
            new = Resource(
                kind, str(uuid4()), name, facts, Origin.API, datetime.now(UTC), secrets or {}
            )
            async with self._fresh(new):
                await self._store.save(new)
            self._put(None, new)
            return new

    async def change(
        self, kind: Kind, reference: str, change: Facts | Change, name: str | None = None
    ) -> tuple[Resource, Resource]:
        """These members become these, those that are None go, the others stay. What was, what is.

        A `name` is a new one.
        """
        async with self._changing:
            former = self.resources.get(kind, reference)
            name = former.name if name is None else name
            self.resources.check_name(kind, name, but=former.id)
            given = change(former) if callable(change) else change
            facts = {**former.facts, **resolved(kind, given, self.resources)}
            new = replace(
                former,
                name=name,
                facts={member: value for member, value in facts.items() if value is not None},
                modified=datetime.now(UTC),
                version=former.version + 1,
            )
            async with self._fresh(new):
                await self._store.change(new)
            self._put(former, new)
            return former, new

    async def delete(self, kind: Kind, reference: str) -> Resource:
        async with self._changing:
            former = self.resources.get(kind, reference)
            if former.origin is not Origin.API:
                text = f"{former.name} comes with the {former.origin.value}, not by the API"
                raise Refused.invalid(text)
            if needed_by := next(referring(former, self.resources), None):
                text = f"{former.name} is in use: {needed_by.kind.words} {needed_by.name} has it"
                raise Refused(409, "ResourceInUseException", text)
            async with self._fresh(former):
                await self._store.delete(former)
            self.resources.remove(former)
            self._tell(former, None)
            return former

    @asynccontextmanager
    async def _fresh(self, one: Resource) -> AsyncIterator[None]:
        """What another engine has made of it meanwhile, or of another one with its name, is taken
        over, and the change refused."""
        try:
            yield
        except Taken:
            await self._take_over()
            raise taken(one.kind, one.name) from None
        except Stale:
            await self._take_over()
            text = f"{one.name} was changed by another engine meanwhile: read it, and try again"
            raise Refused(409, "ConditionalOperationFailedException", text) from None

    def _put(self, former: Resource | None, new: Resource) -> None:
        self.resources.put(new)
        self._tell(former, new)

    def _tell(self, former: Resource | None, new: Resource | None) -> None:
        for listener in self._listeners:
            listener(former, new)


def _after(former: Resource | None, one: Resource) -> Resource:
    return replace(one, version=former.version + 1) if former else one
