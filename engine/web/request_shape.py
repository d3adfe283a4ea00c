"""What came in, held against its shape in the service model: types, lengths, patterns, enums.

Pure. Members that the model does not know are left out, as Connect does; numbers and booleans of a
path or query come as text. Timestamps become aware datetimes (epoch seconds, or ISO 8601).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from engine.refused import Refused
from engine.web.service_model import Operation

MAX_PROBLEMS = 20
PATTERN_SECONDS = 0.1
"""A text on which a pattern of the model needs longer does not match it."""


class Misfit(Exception):
    """A value that is not of its shape; the text says what is expected."""


def read(
    operation: Operation,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    body: object,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The operation's input; `headers` by names in lower case.

    Raises Refused with every problem and where it is, as a pointer.
    """
    if operation.input is None:
        return {}
    if not isinstance(body, dict):
        raise refusal(operation, [": a JSON object is expected"])
    reader = _Reader()
    gathered = _gathered(operation.input, labels, query, body, headers or {})
    value = reader.structure(operation.input, gathered, "")
    if reader.problems:
        raise refusal(operation, reader.problems)
    assert isinstance(value, dict)
    return value


def refusal(operation: Operation, problems: list[str]) -> Refused:
    """The one of the two errors for a bad value that the model lists for this operation."""
    text = "; ".join(problems[:MAX_PROBLEMS])
    return operation.listed(Refused(400, "InvalidParameterException", text))


def _gathered(
    shape: StructureShape,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    body: Mapping[str, Any],
    headers: Mapping[str, str],
) -> dict[str, Any]:
    """Each member from where the model says it travels."""
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case None:
                value = body.get(key)
            case "uri":
                value = labels.get(key)
            case "querystring":
                value = _from_query(member, query.get(key, []))
            case _:
                value = headers.get(key.lower())
        if value is not None:
            found[name] = value
    return found


def _from_query(shape: Shape, texts: list[str]) -> object:
    if not texts:
        return None
    if isinstance(shape, ListShape):
        return [_from_text(shape.member, text) for text in texts]
    return _from_text(shape, texts[-1])


def _from_text(shape: Shape, text: str) -> object:
    """What cannot be read stays text, so that the walk says what was expected."""
    match shape.type_name:
        case "integer" | "long" if regex.fullmatch(r"-?\d{1,19}", text):
            return int(text)
        case "boolean" if text in ("true", "false"):
            return text == "true"
        case _:
            return text


class _Reader:
    """One walk; problems are collected rather than the first one raised."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def value(self, shape: Shape, given: object, at: str) -> Any:
        try:
            match shape:
                case StructureShape():
                    return self.structure(shape, given, at)
                case ListShape():
                    return self._list(shape, given, at)
                case MapShape():
                    return self._map(shape, given, at)
                case _:
                    return SCALARS[shape.type_name](shape, given)
        except Misfit as misfit:
            self.problems.append(f"{at}: {misfit}")
            return None

    def structure(self, shape: StructureShape, given: object, at: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise Misfit("an object is expected")
        members = {name: given[name] for name in shape.members if given.get(name) is not None}
        self.problems += [
            f"{at}/{name}: is required" for name in shape.required_members if name not in members
        ]
        if shape.is_tagged_union and len(members) != 1:
            raise Misfit(f"exactly one of {', '.join(shape.members)} is expected")
        return {
            name: self.value(shape.members[name], each, f"{at}/{name}")
            for name, each in members.items()
        }

    def _list(self, shape: ListShape, given: object, at: str) -> list[Any]:
        if not isinstance(given, list):
            raise Misfit("a list is expected")
        _bounded(shape, len(given), "members")
        return [self.value(shape.member, each, f"{at}/{n}") for n, each in enumerate(given)]

    def _map(self, shape: MapShape, given: object, at: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise Misfit("an object is expected")
        _bounded(shape, len(given), "members")
        return {
            self.value(shape.key, key, f"{at}/{key}"): self.value(shape.value, each, f"{at}/{key}")
            for key, each in given.items()
        }


def _string(shape: Shape, given: object) -> str:
    if not isinstance(given, str):
        raise Misfit("text is expected")
    if isinstance(shape, StringShape) and shape.enum and given not in shape.enum:
        raise Misfit(f"one of {', '.join(shape.enum)} is expected")
    _bounded(shape, len(given), "characters")
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not _matches(pattern, given):
        raise Misfit(f"text that matches {pattern} is expected")
    return given


def _matches(pattern: str, text: str) -> bool:
    try:
        return _compiled(pattern).search(text, timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


@lru_cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    """The patterns are Java's, whose character properties `regex` knows; one has slashes, and some
    are escaped twice: none of them means a backslash."""
    inner = regex.fullmatch(r"/(.*)/", pattern)
    return regex.compile((inner[1] if inner else pattern).replace("\\\\", "\\"))


def _integer(shape: Shape, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise Misfit("a whole number is expected")
    _bounded(shape, given, "")
    return given


def _number(shape: Shape, given: object) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool) or not math.isfinite(given):
        raise Misfit("a number is expected")
    _bounded(shape, given, "")
    return float(given)


def _boolean(shape: Shape, given: object) -> bool:
    if not isinstance(given, bool):
        raise Misfit("true or false is expected")
    return given


def _timestamp(shape: Shape, given: object) -> datetime:
    try:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given, UTC)
        if isinstance(given, str):
            moment = datetime.fromisoformat(given)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Misfit("a time is expected: seconds since 1970, or ISO 8601")


def _bounded(shape: Shape, size: float, unit: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        raise Misfit(f"at least {low} {unit}".rstrip())
    if high is not None and size > high:
        raise Misfit(f"at most {high} {unit}".rstrip())


SCALARS: Mapping[str, Callable[[Shape, object], object]] = {
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "double": _number,
    "float": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
