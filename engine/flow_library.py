"""Finds the flows that flows lead to, by what those call them: those of the folder, and those that
were published by the API."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from engine.directory import Directory, Kind, Origin, Resource
from engine.flow_resources import KINDS, published, runs_the_same
from flows import Flow, FlowError

log = structlog.get_logger("engine")


class FlowLibrary:
    """`flows` of the folder by id and by name. A contact keeps the flow it is in when there are
    others."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self.flows = flows
        self._published: dict[Kind, dict[str, Flow]] = {kind: {} for kind in KINDS}
        self._directory: Directory | None = None

    def follow(self, directory: Directory) -> None:
        """From now on it has what is published there, at once."""
        self._directory = directory
        directory.listen(self._changed)
        for kind in KINDS:
            for one in directory.resources.all(kind):
                self._changed(None, one)

    def find(self, reference: str) -> Flow | None:
        """By id, name or ARN, with or without a version: the published one is all there is."""
        name = reference.rpartition("/")[2] if reference.startswith("arn:") else reference
        keys = (reference, name, name.partition(":")[0])
        return next(filter(None, map(self._named, keys)), None)

    def _named(self, key: str) -> Flow | None:
        if found := self.flows.get(key):
            return found
        for kind, flows in self._published.items():
            named = self._directory.resources.named(kind, key) if self._directory else None
            if found := flows.get(named.id if named else key):
                return found
        return None

    def _changed(self, former: Resource | None, new: Resource | None) -> None:
        one = new or former
        assert one
        if one.kind not in KINDS or one.origin is not Origin.API:
            return
        if former and new and runs_the_same(former, new):
            return
        flows = self._published[one.kind]
        flows.pop(one.id, None)
        try:
            flow = published(new) if new else None
        except FlowError as error:
            log.error("flow published by the API is of no use", flow=one.name, error=str(error))
            return
        if flow:
            flows[one.id] = flow
