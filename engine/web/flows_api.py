"""The content of contact flows and modules, by Connect's API: written, saved, published, shown.

The rest of them is as with every other kind of resource (`directory_api`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.directory import Directory, Resource
from engine.flow_files import MODULE as MODULE_TYPE
from engine.flow_resources import PUBLISHED, SAVED, facts_of
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.flow_rules import (
    FLOW,
    MODULE,
    STATUS_PUBLISHED,
    STATUS_SAVED,
    check_content,
    check_origin,
    digest,
    without_alias,
)
from engine.web.resource_row import Row, described, shown
from engine.web.service_model import Operation, Service
from engine.web.shapes import Json

Given = Mapping[str, Any]

KEPT = ("Description", "Tags", "Settings")


class FlowsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, service: Service, directory: Directory) -> None:
        self._operations = service.operations
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            name: partial(handler, row, self._operations[name])
            for row in (FLOW, MODULE)
            for name, handler in (
                (f"Create{row.noun}", self.create),
                (f"Describe{row.noun}", self.describe),
                (f"Update{row.noun}Content", self.update_content),
            )
        }

    async def create(self, row: Row, operation: Operation, caller: Caller, given: Given) -> Json:
        """Published at once unless it says otherwise, which of modules none can."""
        check_taken(given)
        name, kind, content = given["Name"], given.get("Type", MODULE_TYPE), given["Content"]
        publish = given.get("Status", STATUS_PUBLISHED) == STATUS_PUBLISHED
        if publish:
            self._check(row, operation, caller, content, name, kind)
        facts = facts_of(kind, content, publish=publish)
        facts |= {member: given[member] for member in KEPT if member in given}
        caller.reach.check_stays(row.kind, facts)
        one = await self._directory.create(row.kind, name, facts)
        assert operation.output
        made = shown(row, one, self._resources, operation.output)
        digests = {"FlowContentSha256": digest(content)}
        return made | (digests if row is FLOW else {})

    async def update_content(
        self, row: Row, operation: Operation, caller: Caller, given: Given
    ) -> Json:
        """Save, where the alias says so; else publish, and save as well."""
        reference, saved = without_alias(given[row.id])
        one = self._resources.get(row.kind, reference)
        content = given.get("Content", one.facts[SAVED])
        changes = {SAVED: content} | ({} if saved else {PUBLISHED: content})
        if not saved:
            self._check(row, operation, caller, content, one.name, one.facts["Type"])
        check_origin(one)
        settings = {"Settings": given["Settings"]} if "Settings" in given else {}
        await self._directory.change(row.kind, one.id, changes | settings)
        return {}

    async def describe(self, row: Row, operation: Operation, _: Caller, given: Given) -> Json:
        """What is published, or, with the alias, what is saved."""
        reference, saved = without_alias(given[row.id])
        one = self._resources.get(row.kind, reference)
        content = content_of(one, saved=saved)
        assert operation.output
        member, shape = described(operation.output)
        digests = "FlowContentSha256" if row is FLOW else "FlowModuleContentSha256"
        state = STATUS_SAVED if saved else STATUS_PUBLISHED
        found = {"Status": state, "Content": content, digests: digest(content)}
        return {member: shown(row, one, self._resources, shape) | found}

    def _check(
        self, row: Row, operation: Operation, caller: Caller, content: str, name: str, kind: str
    ) -> None:
        """May it be published? Raises Refused."""
        caller.need(f"{row.permission}.Publish", f"{operation.name} without the alias $SAVED")
        check_content(row, content, name, kind)


def content_of(one: Resource, *, saved: bool) -> str:
    """Raises Refused."""
    content: str | None = one.facts.get(SAVED if saved else PUBLISHED)
    if content is None:
        text = f"{one.name} was never published; ask for {one.id}:$SAVED"
        raise Refused(404, "ContactFlowNotPublishedException", text)
    return content


def check_taken(given: Given) -> None:
    """Raises Refused for what would be promised and not kept."""
    if given.get("ExternalInvocationConfiguration", {}).get("Enabled"):
        text = "ExternalInvocationConfiguration: not implemented by Earshot, so not taken"
        raise Refused.invalid(text)
