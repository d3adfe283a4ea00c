"""A contact flow as it is run: blocks by name, and where each leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from flows.events import Ask, Prompt
from flows.expressions import Scope


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a block led to.

    The flow goes on at `target` when a condition chose one, by the branch for `error` when there
    is one, else at the block's NextAction; but first it waits for the answer to the last ask, if
    that is one that gets an answer. `reason` tells the flow's author why it failed.
    """

    asks: tuple[Ask, ...] = ()
    target: str | None = None
    error: str | None = None
    reason: str = ""


class Action(Protocol):
    """What a block does, with its parameters in it."""

    def run(self, block: Block, scope: Scope) -> Outcome: ...


@runtime_checkable
class Speaks(Protocol):
    """An action that plays a prompt, as it was written: references are not resolved."""

    @property
    def prompt(self) -> Prompt: ...


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


@dataclass(frozen=True, slots=True)
class Flow:
    """`name` says where it came from; `start` and every target are keys of `blocks`."""

    name: str
    start: str
    blocks: Mapping[str, Block]

    def prompts(self) -> Iterator[Prompt]:
        """Every prompt that may be played, so that what is missing is found before a call is."""
        for block in self.blocks.values():
            if isinstance(block.action, Speaks):
                yield block.action.prompt
