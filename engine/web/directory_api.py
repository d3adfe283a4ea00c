"""Create, Describe, Update, Delete, List and Search of all kinds of resources, by their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from engine.directory import Directory, Kind, Resource, place
from engine.directory.references import resolved
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import search
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.resource_row import Row, described, listed, shown
from engine.web.service_model import Operation, Service
from engine.web.shapes import Json

Given = Mapping[str, Any]

NO_FACTS = frozenset({"InstanceId", "ClientToken", "Password"})
"""Members of inputs that say nothing to be kept of a resource."""


class DirectoryApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, service: Service, directory: Directory, rows: Iterable[Row]) -> None:
        self._operations, self._rows = service.operations, rows
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        """Of every row those that the model has."""
        return {
            operation.name: partial(handler, row, operation)
            for row in self._rows
            for name, handler in (
                (f"Create{row.noun}", self.create),
                (f"Describe{row.noun}", self.describe),
                (f"Delete{row.noun}", self.delete),
                (f"List{row.plural}", self.list),
                (f"Search{row.plural}", self.search),
                *((each, self.update) for each in row.updates),
            )
            if (operation := self._operations.get(name))
        }

    async def create(self, row: Row, operation: Operation, caller: Caller, given: Given) -> Json:
        facts = {"Tags": {}, **row.defaults, **row.check(caller, _facts(row, given), None)}
        self._check_reached(row.kind, caller, facts)
        name = given[row.name]
        one = await self._directory.create(row.kind, name, facts, row.secrets(name, given))
        assert operation.output
        return shown(row, one, self._resources, operation.output)

    async def describe(self, row: Row, operation: Operation, _: Caller, given: Given) -> Json:
        assert operation.output
        member, shape = described(operation.output)
        one = self._resources.get(row.kind, given[row.id])
        return {member: shown(row, one, self._resources, shape)}

    async def update(self, row: Row, operation: Operation, caller: Caller, given: Given) -> Json:
        def change(former: Resource) -> Json:
            facts = row.check(caller, _facts(row, {**absent, **given}), former)
            if former.name != caller.name:
                self._check_reached(row.kind, caller, {**former.facts, **facts})
            return facts

        absent: Json = {}
        if operation.name in row.clearing and operation.input:
            absent = dict.fromkeys(operation.input.members)
        await self._directory.change(row.kind, reference(row, given), change, given.get(row.name))
        return {}

    async def delete(self, row: Row, _: Operation, caller: Caller, given: Given) -> Json:
        if why := row.held(self._resources.get(row.kind, reference(row, given))):
            raise Refused(409, "ResourceInUseException", why)
        await self._directory.delete(row.kind, reference(row, given))
        return {}

    async def list(self, row: Row, operation: Operation, caller: Caller, given: Given) -> Json:
        wanted = {of: several(given[each]) for each, of in row.filters.items() if given.get(each)}
        found = [
            one
            for one in self._resources.all(row.kind)
            if caller.reach.sees(one)
            and all(self._value(row, one, member) in values for member, values in wanted.items())
        ]
        return self._page(row, operation, found, given)

    async def search(self, row: Row, operation: Operation, caller: Caller, given: Given) -> Json:
        held = search(self._resources, row.kind, given, row.searched)
        found = [one for one in held if caller.reach.sees(one)]
        answer = self._page(row, operation, found, given)
        return answer | {"ApproximateTotalCount": len(found)}

    def _check_reached(self, kind: Kind, caller: Caller, facts: Given) -> None:
        """Raises Refused where nobody like the caller would reach what comes of it."""
        if caller.reach.restricts(kind):
            caller.reach.check_stays(kind, resolved(kind, facts, self._resources))

    def _value(self, row: Row, one: Resource, member: str) -> Any:
        compute = row.computed.get(member)
        return compute(one, self._resources) if compute else one.facts.get(member)

    def _page(
        self, row: Row, operation: Operation, found: Sequence[Resource], given: Given
    ) -> Json:
        assert operation.output
        member, shape = listed(operation.output)
        part, token = page(found, given, place)
        rows = [shown(row, one, self._resources, shape) for one in part]
        return {member: rows, "NextToken": token}


def several(wanted: str | list[str]) -> list[str]:
    """Some operations filter by one value, others by any of a list."""
    return [wanted] if isinstance(wanted, str) else wanted


def reference(row: Row, given: Given) -> str:
    """Id or ARN."""
    return str(given[row.id]).removesuffix(row.alias)


def _facts(row: Row, given: Given) -> Json:
    """Raises Refused."""
    if ignored := [name for name in row.unsupported if given.get(name)]:
        raise Refused.invalid(f"{', '.join(ignored)}: not implemented by Earshot, so not taken")
    return {name: given[name] for name in given if name not in NO_FACTS | {row.id, row.name}}
