"""What is wrong with a configuration, said so that whoever wrote it can mend it.

No text made here holds the value of a secret, or of a key nobody knows: that may be a secret
under a misspelt name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.settings import Settings

Place = tuple[str | int, ...]
"""Keys and positions from the top of the file: ("agents", 0, "queues", 1)."""

MAX_FOUND = 60  # characters of a value that are quoted


@dataclass(frozen=True, slots=True)
class Problem:
    """`source` is the file, or "environment"; `key` the key's path, or the variable's name."""

    source: str
    key: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.key, self.reason) if part)


class ConfigError(Exception):
    """A configuration that cannot be used; `problems` holds all that was found, never none."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


EXPECTED = {
    "missing": "a value",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "path_type": "a path",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} characters",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "value_error": "{error}",
}
"""By pydantic's type of error; one that is not here is said in pydantic's words."""


def reason_for(error: ErrorDetails) -> str:
    """What was expected at a place and what is there instead."""
    place, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        model = model_in(field_at(place[:-1]))
        return unknown_key(str(place[-1]), model.model_fields if model else ())
    expected = EXPECTED.get(kind, error["msg"]).format(**error.get("ctx", {}))
    if kind == "missing":
        return f"expected {expected}, found nothing"
    found = describe(error["input"], field_at(place))
    return f"expected {expected}" if found is None else f"expected {expected}, found {found}"


def unknown_key(name: str, known: Iterable[str]) -> str:
    return f"unknown key{did_you_mean(name, known)}"


def describe(value: object, field: FieldInfo | None) -> str | None:
    """A value as it may be shown; None for a table where a table belongs."""
    kinds = {dict: "a table", list: "a list", str: "a text", bool: "true or false"}
    kind = kinds.get(type(value), "a number")
    if kind == "a table" and model_in(field):
        return None
    hidden = model_in(field) or SecretStr in types_in(field)
    if hidden or isinstance(value, dict | list):
        return kind
    shown = repr(value)
    return shown if len(shown) <= MAX_FOUND else f"{shown[:MAX_FOUND]}..."


def field_at(place: Place) -> FieldInfo | None:
    """Of a position in a list, the list's; None at the top and where there is no such key."""
    model: type[BaseModel] | None = Settings
    field: FieldInfo | None = None
    for key in place:
        if isinstance(key, str):
            field = model.model_fields.get(key) if model else None
            model = model_in(field) if field else None
    return field


def model_in(field: FieldInfo | None) -> type[BaseModel] | None:
    """The table that a field holds, or holds a list of; at the top the whole file."""
    if field is None:
        return Settings
    found = [each for each in types_in(field) if isinstance(each, type)]
    return next((each for each in found if issubclass(each, BaseModel)), None)


def types_in(field: FieldInfo | None) -> list[Any]:
    """SecretStr and None of `SecretStr | None`, and so on."""

    def inside(annotation: object) -> Iterator[object]:
        yield annotation
        for argument in get_args(annotation):
            yield from inside(argument)

    return list(inside(field.annotation)) if field else []


def key_of(place: Place) -> str:
    """As a person would write it: agents[0].queues[1]."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""
