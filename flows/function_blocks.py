"""What the block does that calls a function of the operator.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flows.asks import InvokeFunction
from flows.document import Block, Outcome, failed
from flows.events import Event, Returned
from flows.expressions import Scope
from flows.flow_blocks import flat
from flows.node import Node

MAX_SECONDS = 8  # all tries together
MAX_WRITTEN = 24 * 3600
EXTERNAL = "External"
STRING_MAP, JSON = "STRING_MAP", "JSON"


@dataclass(frozen=True, slots=True)
class InvokeLambdaFunction:
    """`nested`: the answer may hold objects and lists, which are read as $.External.a.b and
    $.External.list.0; else it is one object of texts, numbers and truth values."""

    function: str
    parameters: Mapping[str, str]
    seconds: int
    nested: bool
    waits: bool

    @classmethod
    def read(cls, parameters: Node) -> Self:
        kind = parameters.child("ResponseValidation").child("ResponseType")
        mode = parameters.child("InvocationType")
        return cls(
            parameters.child("LambdaFunctionARN").text(),
            flat(parameters.child("LambdaInvocationAttributes")),
            read_limit(parameters.child("InvocationTimeLimitSeconds")),
            kind.present and kind.choice(STRING_MAP, JSON) == JSON,
            not mode.present or mode.choice("SYNCHRONOUS", "ASYNCHRONOUS") != "ASYNCHRONOUS",
        )

    def run(self, block: Block, scope: Scope) -> Outcome:
        function = scope.text(self.function)
        if not function:
            return failed(f"no function is named: LambdaFunctionARN {self.function!r} is empty")
        values = {name: scope.text(value) for name, value in self.parameters.items()}
        return Outcome((InvokeFunction(function, values, float(self.seconds), self.waits),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        assert isinstance(event, Returned)
        if not self.waits:
            return Outcome()
        answer = event.value
        if not isinstance(answer, dict):
            return failed("the function answered something else than a JSON object")
        if not self.nested and any(isinstance(each, dict | list) for each in answer.values()):
            return failed(f"the function answered no {STRING_MAP}: a value is an object or a list")
        scope.receive(EXTERNAL, texts(answer))
        return Outcome()


def read_limit(limit: Node) -> int:
    """Seconds; generators write more than a call may last, and exports nothing at all."""
    seconds = limit.whole(1, MAX_WRITTEN) if limit.present else MAX_WRITTEN
    if seconds > MAX_SECONDS:
        found = f"is {seconds}" if limit.present else "is missing"
        limit.doubtful(f"{found}: {MAX_SECONDS} are taken")
    return min(seconds, MAX_SECONDS)


def texts(answer: Mapping[str, object]) -> dict[str, str]:
    """By dotted name; a truth value as JSON writes it, what is null not at all."""
    found: dict[str, str] = {}
    rest: list[tuple[str, object]] = [*answer.items()]
    while rest:
        name, value = rest.pop()
        if isinstance(value, dict):
            rest += [(f"{name}.{key}", each) for key, each in value.items()]
        elif isinstance(value, list):
            rest += [(f"{name}.{index}", each) for index, each in enumerate(value)]
        elif value is not None:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found
