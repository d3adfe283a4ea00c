"""Connect's API as botocore's service model describes it, so that no shape can drift.

An operation says by which method and path it is called, what may come in and what goes out; its
shapes are walked by `request_shape` and `answer_shape`. Specification section 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel, StructureShape

from engine.refused import Refused

ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "InvalidParameterException": ("InvalidRequestException", "ValidationException"),
    "InvalidRequestException": ("InvalidParameterException", "ValidationException"),
    "ResourceInUseException": ("InvalidRequestException", "InvalidParameterException"),
    "ResourceConflictException": ("ResourceInUseException", "InvalidRequestException"),
    "ConditionalOperationFailedException": (
        *("ResourceConflictException", "InvalidRequestException"),
    ),
    "IdempotencyException": (
        *("InvalidParameterException", "InvalidRequestException", "ValidationException"),
    ),
    "LimitExceededException": ("ServiceQuotaExceededException", "InvalidRequestException"),
}
"""Errors in place of one that an operation does not list."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the API. `path` is the model's template: `/users/{InstanceId}/{UserId}`."""

    name: str
    method: str
    path: str
    input: StructureShape | None
    output: StructureShape | None
    errors: Mapping[str, int]
    """HTTP status by the name of each error that the model lists for it."""

    def listed(self, refused: Refused) -> Refused:
        """The same by an error that the model lists for this operation, if it has one for it."""
        for error in (refused.error, *ALTERNATIVES.get(refused.error, ())):
            if status := self.errors.get(error):
                return Refused(status, error, refused.message, refused.details)
        return refused


@dataclass(frozen=True, slots=True)
class Found:
    operation: Operation
    labels: Mapping[str, str]
    """What stood in the path, decoded, by the name in the template."""


class Service:
    """All operations of one service, found by name or by what was asked for over HTTP."""

    def __init__(self, name: str = "connect") -> None:
        model = ServiceModel(Loader().load_service_model(name, "service-2"), name)
        self.operations = {each: _operation(model, each) for each in model.operation_names}
        self._by_shape: dict[tuple[str, int, str], list[tuple[re.Pattern[str], Operation]]] = {}
        for operation in self.operations.values():
            segments = operation.path.split("/")
            place = (operation.method, len(segments), segments[1])
            self._by_shape.setdefault(place, []).append((_pattern(operation.path), operation))

    def find(self, method: str, raw_path: str) -> Found | None:
        """`raw_path` is still percent-encoded: an ARN in it brings its own slashes as `%2F`."""
        segments = raw_path.split("/")
        if len(segments) < 2:
            return None
        candidates = self._by_shape.get((method, len(segments), segments[1]), ())
        for pattern, operation in candidates:
            if match := pattern.fullmatch(raw_path):
                labels = {name: unquote(text) for name, text in match.groupdict().items()}
                return Found(operation, labels)
        return None


@cache
def connect_service() -> Service:
    """Connect's: nothing changes it, and reading the model takes as long as starting all else."""
    return Service()


def _operation(model: ServiceModel, name: str) -> Operation:
    described = model.operation_model(name)
    errors = {
        each.name: each.metadata["error"]["httpStatusCode"] for each in described.error_shapes
    }
    return Operation(
        name,
        described.http["method"],
        described.http["requestUri"],
        described.input_shape,
        described.output_shape,
        errors,
    )


def _pattern(path: str) -> re.Pattern[str]:
    """The first segment is never a label, in no operation of the model."""
    return re.compile("/".join(_segments(path)))


def _segments(path: str) -> Iterator[str]:
    for segment in path.split("/"):
        label = re.fullmatch(r"\{(\w+)\+?\}", segment)
        yield f"(?P<{label[1]}>[^/]+)" if label else re.escape(segment)
