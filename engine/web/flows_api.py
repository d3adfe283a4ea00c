"""Contact flows as Connect's API has them: written, saved, published, found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Directory, Kind, Resource, place
from engine.flow_resources import PUBLISHED, SAVED, facts_of
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import Field, search
from engine.web.dispatch import Handler
from engine.web.flow_content import (
    FIELDS,
    STATUS_PUBLISHED,
    STATUS_SAVED,
    check,
    digest,
    metadata,
    status,
    summary,
    without_alias,
    write,
)
from engine.web.paging import page
from engine.web.shapes import Json

Given = Mapping[str, Any]
FLOW = Kind.CONTACT_FLOW
PUBLISH = "ContactFlows.Publish"
SEARCHED: Mapping[str, Field] = {
    **FIELDS,
    "TypeCondition": lambda flow: str(flow.facts["Type"]),
}


class FlowsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateContactFlow": self.create,
            "DeleteContactFlow": self.delete,
            "DescribeContactFlow": self.describe,
            "ListContactFlows": self.list,
            "SearchContactFlows": self.search,
            "UpdateContactFlowContent": self.update_content,
            "UpdateContactFlowMetadata": self.update_metadata,
            "UpdateContactFlowName": self.update_metadata,
        }

    async def create(self, caller: Caller, given: Given) -> Json:
        name, kind, content = given["Name"], given["Type"], given["Content"]
        publish = given.get("Status", STATUS_PUBLISHED) == STATUS_PUBLISHED
        if publish:
            caller.need(PUBLISH, "CreateContactFlow")
            check(FLOW, content, name, kind)
        facts = facts_of(kind, content, publish=publish)
        facts |= {name: given[name] for name in ("Description", "Tags") if name in given}
        flow = await self._directory.create(FLOW, name, facts)
        return {
            "ContactFlowId": flow.id,
            "ContactFlowArn": self._resources.arn(flow),
            "FlowContentSha256": digest(content),
        }

    async def update_content(self, caller: Caller, given: Given) -> Json:
        """Save, where the alias says so; else publish, and save as well."""
        reference, saved = without_alias(given["ContactFlowId"])
        changes = {SAVED: given["Content"]}
        if not saved:
            caller.need(PUBLISH, "UpdateContactFlowContent without the alias $SAVED")
            flow = self._resources.get(FLOW, reference)
            check(FLOW, given["Content"], flow.name, flow.facts["Type"])
            changes[PUBLISHED] = given["Content"]
        await write(self._directory, FLOW, reference, changes)
        return {}

    async def update_metadata(self, caller: Caller, given: Given) -> Json:
        reference, _ = without_alias(given["ContactFlowId"])
        await write(self._directory, FLOW, reference, metadata(given, "ContactFlowState"))
        return {}

    async def delete(self, caller: Caller, given: Given) -> Json:
        await self._directory.delete(FLOW, without_alias(given["ContactFlowId"])[0])
        return {}

    async def describe(self, caller: Caller, given: Given) -> Json:
        """What is published, or, with the alias, what is saved."""
        reference, saved = without_alias(given["ContactFlowId"])
        flow = self._resources.get(FLOW, reference)
        content = flow.facts.get(SAVED if saved else PUBLISHED)
        if content is None:
            text = f"{flow.name} was never published; ask for {flow.id}:$SAVED"
            raise Refused(404, "ContactFlowNotPublishedException", text)
        shown = self._shape(flow) | {
            "Status": STATUS_SAVED if saved else STATUS_PUBLISHED,
            "Content": content,
            "FlowContentSha256": digest(content),
        }
        return {"ContactFlow": shown}

    async def list(self, caller: Caller, given: Given) -> Json:
        wanted = given.get("ContactFlowTypes")
        every = self._resources.all(FLOW)
        found = [one for one in every if not wanted or typed(one) in wanted]
        flows, token = page(found, given, place)
        rows = [
            {
                "Id": one.id,
                "Arn": self._resources.arn(one),
                "Name": one.name,
                "ContactFlowType": typed(one),
                "ContactFlowState": one.facts["State"],
                "ContactFlowStatus": status(one),
            }
            for one in flows
        ]
        return {"ContactFlowSummaryList": rows, "NextToken": token}

    async def search(self, caller: Caller, given: Given) -> Json:
        if "FlowAttributeFilter" in given.get("SearchFilter", {}):
            raise Refused.invalid("FlowAttributeFilter is not implemented by Earshot")
        found = search(self._resources, FLOW, given, SEARCHED)
        flows, token = page(found, given, place)
        rows = [self._shape(one) for one in flows]
        return {"ContactFlows": rows, "NextToken": token, "ApproximateTotalCount": len(found)}

    def _shape(self, flow: Resource) -> Json:
        shown = summary(flow, self._resources.arn(flow))
        return shown | {"Type": typed(flow), "LastModifiedTime": flow.modified}


def typed(flow: Resource) -> str:
    return str(flow.facts["Type"])
