"""JSON Schema (2020-12) of the flow language, made of the tables and readers that read flows. Pure.

It is looser than the reader: what a target, a reference or a flow's type allow, only the reader
knows, and a text that must be a number may be a reference. What it refuses, the reader does too,
but for null in place of what is absent.
"""

from __future__ import annotations

from typing import Any

from flows.blocks import GO_ON, ON_A_KEY, READERS
from flows.language import ERRORS, VERSION
from flows.probe import Schema, parameters
from flows.reader import (
    ALL_OPERATORS,
    FORBIDDEN_CHARACTERS,
    FORBIDDEN_IDENTIFIERS,
    MAX_ACTIONS,
    MAX_IDENTIFIER,
)

TARGET: Schema = {"type": "string", "minLength": 1}
OBJECT: Schema = {"type": "object"}


def schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contact flow, language version 2019-10-30",
        "type": "object",
        "required": ["Version", "StartAction", "Actions"],
        "properties": {
            "Version": {"const": VERSION},
            "StartAction": TARGET,
            "Metadata": OBJECT,
            "Settings": OBJECT,
            "Actions": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_ACTIONS,
                "items": {"$ref": "#/$defs/action"},
            },
        },
        "$defs": {
            "action": action(),
            "transitions": transitions(),
            "compared": compared(),
            "parameters": {name: parameters(read) for name, read in sorted(READERS.items())},
        },
    }


def action() -> Schema:
    forbidden = "".join(f"\\{character}" for character in sorted(FORBIDDEN_CHARACTERS))
    return {
        "type": "object",
        "required": ["Identifier", "Type"],
        "properties": {
            "Identifier": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_IDENTIFIER,
                "pattern": f"^[^{forbidden}]*$",
                "not": {"enum": sorted(FORBIDDEN_IDENTIFIERS)},
            },
            "Type": {"enum": sorted(ERRORS)},
            "Parameters": OBJECT,
            "Transitions": {"$ref": "#/$defs/transitions"},
        },
        "allOf": [of_type(name) for name in sorted(READERS)],
    }


def of_type(name: str) -> Schema:
    """What else holds for an action of that type."""
    found: dict[str, Any] = {"Parameters": {"$ref": f"#/$defs/parameters/{name}"}}
    then: Schema = {"properties": found}
    if name not in ON_A_KEY:
        conditions = {"items": {"properties": {"Condition": {"$ref": "#/$defs/compared"}}}}
        found["Transitions"] = {"properties": {"Conditions": conditions}}
    if name in GO_ON:
        found.setdefault("Transitions", {})["required"] = ["NextAction"]
        then["required"] = ["Transitions"]
    return {"if": {"properties": {"Type": {"const": name}}}, "then": then}


def transitions() -> Schema:
    error = {"ErrorType": TARGET, "NextAction": TARGET}
    chosen = {"NextAction": TARGET, "Condition": OBJECT}
    return {
        "type": "object",
        "properties": {
            "NextAction": TARGET,
            "Conditions": rows(chosen),
            "Errors": rows(error),
        },
    }


def rows(properties: Schema) -> Schema:
    row = {"type": "object", "required": sorted(properties), "properties": properties}
    return {"type": "array", "items": row}


def compared() -> Schema:
    """A condition that is a comparison, and no key that is pressed."""
    return {
        "type": "object",
        "required": ["Operator", "Operands"],
        "properties": {
            "Operator": {"enum": sorted(ALL_OPERATORS)},
            "Operands": {"type": "array", "minItems": 1, "maxItems": 1},
        },
    }
