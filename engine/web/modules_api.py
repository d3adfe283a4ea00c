"""Flow modules as Connect's API has them: written, saved, published, found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Directory, Kind, place
from engine.flow_files import MODULE as MODULE_TYPE
from engine.flow_resources import PUBLISHED, SAVED, facts_of
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import search
from engine.web.dispatch import Handler
from engine.web.flow_content import (
    FIELDS,
    STATUS_PUBLISHED,
    STATUS_SAVED,
    check,
    digest,
    metadata,
    summary,
    without_alias,
    write,
)
from engine.web.paging import page
from engine.web.shapes import Json

Given = Mapping[str, Any]
MODULE = Kind.FLOW_MODULE
PUBLISH = "ContactFlowModules.Publish"


class ModulesApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateContactFlowModule": self.create,
            "DeleteContactFlowModule": self.delete,
            "DescribeContactFlowModule": self.describe,
            "ListContactFlowModules": self.list,
            "SearchContactFlowModules": self.search,
            "UpdateContactFlowModuleContent": self.update_content,
            "UpdateContactFlowModuleMetadata": self.update_metadata,
        }

    async def create(self, caller: Caller, given: Given) -> Json:
        """A module is published at once, as in Connect. A second one of the name is refused, so a
        ClientToken changes nothing."""
        caller.need(PUBLISH, "CreateContactFlowModule")
        check_taken(given)
        name, content = given["Name"], given["Content"]
        check(MODULE, content, name, MODULE_TYPE)
        facts = facts_of(MODULE_TYPE, content, publish=True)
        facts |= {key: given[key] for key in ("Description", "Tags", "Settings") if key in given}
        module = await self._directory.create(MODULE, name, facts)
        return {"Id": module.id, "Arn": self._resources.arn(module)}

    async def update_content(self, caller: Caller, given: Given) -> Json:
        """Save, where the alias says so; else publish, and save as well."""
        reference, saved = without_alias(given["ContactFlowModuleId"])
        changes = {"Settings": given["Settings"]} if "Settings" in given else {}
        if "Content" in given:
            changes[SAVED] = given["Content"]
        if not saved:
            caller.need(PUBLISH, "UpdateContactFlowModuleContent without the alias $SAVED")
            module = self._resources.get(MODULE, reference)
            content = given.get("Content", module.facts[SAVED])
            check(MODULE, content, module.name, MODULE_TYPE)
            changes[PUBLISHED] = content
        await write(self._directory, MODULE, reference, changes)
        return {}

    async def update_metadata(self, caller: Caller, given: Given) -> Json:
        reference, _ = without_alias(given["ContactFlowModuleId"])
        await write(self._directory, MODULE, reference, metadata(given, "State"))
        return {}

    async def delete(self, caller: Caller, given: Given) -> Json:
        await self._directory.delete(MODULE, without_alias(given["ContactFlowModuleId"])[0])
        return {}

    async def describe(self, caller: Caller, given: Given) -> Json:
        """What is published, or, with the alias, what is saved."""
        reference, saved = without_alias(given["ContactFlowModuleId"])
        module = self._resources.get(MODULE, reference)
        content = module.facts[SAVED if saved else PUBLISHED]
        shown = summary(module, self._resources.arn(module)) | {
            "Status": STATUS_SAVED if saved else STATUS_PUBLISHED,
            "Content": content,
            "FlowModuleContentSha256": digest(content),
            "Settings": module.facts.get("Settings"),
        }
        return {"ContactFlowModule": shown}

    async def list(self, caller: Caller, given: Given) -> Json:
        wanted = given.get("ContactFlowModuleState")
        every = self._resources.all(MODULE)
        found = [one for one in every if wanted in (None, one.facts["State"])]
        modules, token = page(found, given, place)
        rows = [
            {
                "Id": one.id,
                "Arn": self._resources.arn(one),
                "Name": one.name,
                "State": one.facts["State"],
            }
            for one in modules
        ]
        return {"ContactFlowModulesSummaryList": rows, "NextToken": token}

    async def search(self, caller: Caller, given: Given) -> Json:
        found = search(self._resources, MODULE, given, FIELDS)
        modules, token = page(found, given, place)
        rows = [summary(one, self._resources.arn(one)) for one in modules]
        return {"ContactFlowModules": rows, "NextToken": token, "ApproximateTotalCount": len(found)}


def check_taken(given: Given) -> None:
    """Raises Refused for what would be promised and not kept."""
    if given.get("ExternalInvocationConfiguration", {}).get("Enabled"):
        text = "ExternalInvocationConfiguration: not implemented by Earshot, so not taken"
        raise Refused.invalid(text)
