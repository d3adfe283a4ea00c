"""What goes out, written by its shape in the service model.

Pure. A member that is None is left out; a moment becomes seconds since 1970, or ISO 8601 where the
model says so. What the model does not know is our own error, found by the first test that sees it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from engine.web.service_model import Operation


def write(operation: Operation, answer: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer, ready for JSON."""
    if operation.output is None:
        assert not answer, f"{operation.name} answers nothing"
        return {}
    body = _value(operation.output, answer)
    assert isinstance(body, dict)
    return body


def _value(shape: Shape, value: Any) -> Any:
    match shape:
        case StructureShape():
            return _structure(shape, value)
        case ListShape():
            return [_value(shape.member, each) for each in value]
        case MapShape():
            return {key: _value(shape.value, each) for key, each in value.items()}
        case _ if isinstance(value, datetime):
            return _moment(shape, value)
        case _:
            return value


def _structure(shape: StructureShape, value: dict[str, Any]) -> dict[str, Any]:
    unknown = value.keys() - shape.members.keys()
    assert not unknown, f"{shape.name} has no {', '.join(sorted(unknown))}"
    return {
        shape.members[name].serialization.get("name", name): _value(shape.members[name], each)
        for name, each in value.items()
        if each is not None
    }


def _moment(shape: Shape, value: datetime) -> float | str:
    if shape.serialization.get("timestampFormat") == "iso8601" or shape.type_name == "string":
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.timestamp()
