"""The directory of an instance: the database first, then memory, one change after the other.

So no two writers of one resource lose an update, and nobody sees what is not yet kept. Where two
engines share a database, the one that knows an older version of a resource is refused, and knows
the newer one from then on.
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
from engine.directory.resources import Kind, Origin, Resource, Resources
from engine.directory.store import Stale, Store
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
            await self._store.save(*wanted)
            for one in (*gone, *filter(None, former.values())):  # names may change hands
                self.resources.remove(one)
            for one in gone:
                self._tell(one, None)
            for one in wanted:
                self._put(former[one.kind, one.id], one)

    def _check_names(self, wanted: Iterable[Resource]) -> None:
        for one in wanted:
            taken = self.resources.named(one.kind, one.name)
            if taken and taken.id != one.id and taken.origin is Origin.API:
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
            async with self._fresh(former):
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
    async def _fresh(self, known: Resource) -> AsyncIterator[None]:
        """What another engine has made of it meanwhile is taken over, and the change refused."""
        try:
            yield
        except Stale:
            now = await self._store.find(known.kind, known.id)
            if now:
                self._put(known, now)
            else:
                self.resources.remove(known)
                self._tell(known, None)
            text = f"{known.name} was changed by another engine meanwhile: read it, and try again"
            raise Refused(409, "ConditionalOperationFailedException", text) from None

    def _put(self, former: Resource | None, new: Resource) -> None:
        self.resources.put(new)
        self._tell(former, new)

    def _tell(self, former: Resource | None, new: Resource | None) -> None:
        for listener in self._listeners:
            listener(former, new)


def _after(former: Resource | None, one: Resource) -> Resource:
    return replace(one, version=former.version + 1) if former else one
