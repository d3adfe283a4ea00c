"""Prints a flow that was read, as the flow language writes it. Pure.

A scalar among the Parameters becomes a text, as the console exports it, but for what views and
modules hand on (FREE); a member that is null, which counts as nothing, is left out. The keys of the
document and of its actions stand in the order of the console. Metadata, and keys nobody knows, stay
as they came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flows.document import Flow

DOCUMENT_KEYS = ("Version", "StartAction", "Metadata", "Actions", "Settings")
ACTION_KEYS = ("Identifier", "Type", "Parameters", "Transitions")
FREE = frozenset({"ViewData", "ResultData"})
"""Parameters that hold any JSON."""


def write(flow: Flow) -> str:
    """JSON of which read() makes the same flow."""
    document = in_order(flow.document, DOCUMENT_KEYS)
    document["Actions"] = [written(action) for action in document["Actions"]]
    return json.dumps(document, indent=2, ensure_ascii=False)


def written(action: Mapping[str, Any]) -> dict[str, Any]:
    found = in_order(action, ACTION_KEYS)
    if "Parameters" in found:
        found["Parameters"] = texts(found["Parameters"])
    return found


def in_order(members: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """Those that are known first; without what is null."""
    keys = dict.fromkeys((*known, *members))
    return {key: members[key] for key in keys if members.get(key) is not None}


def texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        present = {key: each for key, each in value.items() if each is not None}
        return {key: each if key in FREE else texts(each) for key, each in present.items()}
    if isinstance(value, list):
        return [texts(each) for each in value]
    return value if value is None else str(value)
