"""Flows that the API may begin a contact with."""

from __future__ import annotations

from engine.directory import Kind, Resource
from engine.house import House
from engine.refused import Refused


def startable(house: House, reference: str) -> Resource:
    """A published flow of the type CONTACT_FLOW, by its id or ARN. Raises Refused."""
    flow = house.directory.resources.get(Kind.CONTACT_FLOW, reference)
    if flow.facts["Type"] != "CONTACT_FLOW":
        raise Refused.invalid(f"ContactFlowId: {flow.name} is not of the type CONTACT_FLOW")
    if house.library.find(flow.id) is None:
        raise Refused.invalid(f"ContactFlowId: {flow.name} is not published")
    return flow
