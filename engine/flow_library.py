"""Finds the flows that flows lead to, by what those call them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from flows import Flow


class FlowLibrary:
    """`flows` by id and by name. A contact keeps the flow it is in when there are others."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self.flows = flows

    def find(self, reference: str) -> Flow | None:
        """By id, name or ARN, with or without a version: the published one is all there is."""
        if reference in self.flows:
            return self.flows[reference]
        name = reference.rpartition("/")[2] if reference.startswith("arn:") else reference
        return self.flows.get(name) or self.flows.get(name.partition(":")[0])
