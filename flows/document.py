"""A contact flow as it is run: blocks by name, and where each leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from flows.asks import Ask, Level, Log, Prompt
from flows.events import Event, Failed
from flows.expressions import Scope
from flows.language import ANY, NO_CONDITION
from flows.node import Problem


@dataclass(frozen=True, slots=True)
class Transfer:
    """Leave for another flow, for good."""

    flow: str


@dataclass(frozen=True, slots=True)
class Invoke:
    """Run a module, then come back; `values` are what it reads as $.<name>."""

    module: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Return:
    """Come back from a module; `data` is what its invoker reads as $.Modules.ResultData.<name>."""

    result: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a block, or the answer to its ask, led to.

    The flow goes on in another flow when there is a `jump`, at `target` when a condition chose
    one, by the branch for `error` when there is one, else at the block's NextAction; but first it
    waits for the answer to the last ask, if that is one that gets an answer. `reason` tells the
    flow's author why it failed.
    """

    asks: tuple[Ask, ...] = ()
    target: str | None = None
    error: str | None = None
    reason: str = ""
    jump: Transfer | Invoke | Return | None = None


def failed(reason: str, error: str = ANY) -> Outcome:
    return Outcome(error=error, reason=reason)


class Action(Protocol):
    """What a block does, with its parameters in it."""

    def run(self, block: Block, scope: Scope) -> Outcome: ...


AnsweredBy = Callable[["Block", Scope, Event], Outcome]
"""Of an action to which it matters how its ask was answered, unless that was Failed: `answered`."""


@runtime_checkable
class Speaks(Protocol):
    """An action that plays prompts, as they were written: references are not resolved."""

    @property
    def prompts(self) -> tuple[Prompt, ...]: ...


@dataclass(frozen=True, slots=True)
class Condition:
    operator: str
    operand: str
    next_action: str


@dataclass(frozen=True, slots=True)
class Block:
    """One action of the document; `errors` is the next block by ErrorType."""

    identifier: str
    type: str
    action: Action
    next_action: str | None
    conditions: tuple[Condition, ...]
    errors: Mapping[str, str]

    def run(self, scope: Scope) -> Outcome:
        return self.action.run(self, scope)

    def answered(self, scope: Scope, event: Event) -> Outcome:
        if isinstance(event, Failed):
            return Outcome(error=event.error)
        answered: AnsweredBy | None = getattr(self.action, "answered", None)
        return answered(self, scope, event) if answered else Outcome()

    def log(self, text: str, level: Level = "warning") -> Log:
        return Log(level, f"{self.type} '{self.identifier}': {text}", self.identifier)

    def not_available(self, features: Iterable[str]) -> Iterator[Ask]:
        """What the block may also switch on, and nothing here does."""
        return (self.log(f"{feature} is not available") for feature in features)

    def branch(self, result: str) -> Outcome:
        """The condition that equals the result."""
        targets = [each.next_action for each in self.conditions if each.operand == result]
        return Outcome(target=targets[0]) if targets else Outcome(error=NO_CONDITION)


@dataclass(frozen=True, slots=True)
class Flow:
    """`name` says where it came from; `start` and every target are keys of `blocks`.

    `warnings` are what its author should know although it can be run. `document` is the JSON it was
    read from, in the language of today.
    """

    name: str
    start: str
    blocks: Mapping[str, Block]
    warnings: tuple[Problem, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def prompts(self) -> Iterator[Prompt]:
        """Every prompt that may be played, so that what is missing is found before a call is."""
        for block in self.blocks.values():
            if isinstance(block.action, Speaks):
                yield from block.action.prompts
