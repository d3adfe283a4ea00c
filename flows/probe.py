"""Finds out what a reader of blocks looks for in their parameters, by standing in for them. Pure.

A reader takes one way through each document. It is run once for every way it may take, and what it
has asked for in all of them is a JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flows.document import Action
from flows.node import Node

Schema = dict[str, Any]
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
WAYS = 8
"""Runs of each reader: as many as there are names in any choice."""


class Probe:
    """Has the methods of a Node that is there and is whatever it is asked to be; `way` says which
    one where there is a choice."""

    def __init__(self, name: str = "", way: int = 0) -> None:
        self.name, self.way, self.present = name, way, True
        self.value: object = self
        self._kind: Schema = {}
        self._members: dict[str, Probe] = {}
        self._required: set[str] = set()
        self._element: Probe | None = None

    def schema(self) -> Schema:
        if self._element:
            return {"type": "array", "items": self._element.schema()}
        if not self._members:
            return self._kind
        found: Schema = {
            "type": "object",
            "properties": {name: each.schema() for name, each in sorted(self._members.items())},
        }
        return found | ({"required": sorted(self._required)} if self._required else {})

    def child(self, key: str) -> Probe:
        return self._members.setdefault(key, Probe(key))._on(self.way)

    def required(self, key: str) -> Probe:
        self._required.add(key)
        return self.child(key)

    def elements(self) -> list[Probe]:
        self._element = self._element or Probe(f"{self.name}[0]")
        return [self._element._on(self.way)]

    def members(self) -> dict[str, Probe]:
        self._kind = {"type": "object"}
        return {}

    def texts(self) -> dict[str, str]:
        self._kind = {"type": "object", "additionalProperties": SCALAR}
        return {}

    def text(self) -> str:
        self._kind = self._kind or SCALAR
        return "1"

    filled = text

    def choice(self, *allowed: str) -> str:
        known = self._kind.get("enum", [])
        self._kind = {"enum": sorted({*known, *allowed})}
        return allowed[self.way % len(allowed)]

    def flag(self) -> bool:
        self._kind = {"enum": ["False", "True", "false", "true", False, True]}
        return self.way % 2 == 0

    def whole(self, low: int, high: int) -> int:
        number = {"type": "integer", "minimum": low, "maximum": high}
        self._kind = {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}
        return low

    def one_of(self, *names: str) -> str:
        return names[self.way % len(names)]

    def wrong(self, reason: str) -> None:
        """What a reader has against made-up values says nothing about it."""

    doubtful = wrong

    def _on(self, way: int) -> Probe:
        self.way = way
        return self


def parameters(read: Callable[[Node], Action]) -> Schema:
    """What this reader looks for; it takes what it does not look for as well."""
    probe = Probe()
    for way in range(WAYS):
        probe.way = way
        read(cast(Node, probe))
    return {"type": "object", **probe.schema()}
