"""Flows and modules as resources of the instance: what of one is saved, and what published. Pure.

What is published runs; what is saved may be anything, until it is published. An archived flow runs
no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.directory import Kind, Origin, Resource
from engine.flow_files import MODULE, FlowFile
from flows import Flow, read

KINDS = (Kind.CONTACT_FLOW, Kind.FLOW_MODULE)
SAVED, PUBLISHED = "SavedContent", "PublishedContent"
"""Facts: the documents. A flow that was never published has no PUBLISHED."""
ACTIVE, ARCHIVED = "ACTIVE", "ARCHIVED"


def facts_of(flow_type: str, content: str, *, publish: bool) -> dict[str, Any]:
    """Of a new flow; `flow_type` is MODULE of a module."""
    facts = {"Type": flow_type, "State": ACTIVE, "Tags": {}, SAVED: content}
    return facts | {PUBLISHED: content} if publish else facts


def of_files(files: Iterable[FlowFile]) -> Iterator[Resource]:
    """The API shows them; it does not change them, since the files would win."""
    for file in files:
        kind = Kind.FLOW_MODULE if file.type == MODULE else Kind.CONTACT_FLOW
        facts = facts_of(file.type, file.content, publish=True)
        yield Resource(kind, file.id, file.name, facts, Origin.CONFIGURATION, file.modified)


def published(one: Resource) -> Flow | None:
    """Raises FlowError where it can be read no more, as after an update of the engine."""
    content = one.facts.get(PUBLISHED)
    if content is None or one.facts["State"] != ACTIVE:
        return None
    return read(content, one.name, one.facts["Type"])


def runs_the_same(former: Resource, new: Resource) -> bool:
    """Whether nothing of what runs has changed, as where something was saved."""
    kept = all(former.facts.get(name) == new.facts.get(name) for name in (PUBLISHED, "State"))
    return kept and former.name == new.name
