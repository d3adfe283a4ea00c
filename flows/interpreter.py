"""Walks a flow one event at a time.

    start() or an answer -> run a block -> its last ask gets an answer?  wait for it
                               ^                   it is Disconnect or End?  over
                               |                   else
                               +--- the next block: chosen by a condition, by an error, or next

A block that fails takes its branch for that error, else its branch for NoMatchingError, else the
contact is disconnected. `step` ignores an answer nobody waits for: it was late.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.document import Flow, Outcome
from flows.events import ANSWER, LAST, Ask, Disconnect, Event, Failed, Level, Log, TransferToQueue
from flows.expressions import Scope
from flows.language import ANY, NO_CONDITION

STEPS_AT_ONCE = 1000
"""Blocks run without waiting for anything: a cycle of such blocks is legal, and is stopped."""
STEPS_PER_FLOW = 10_000
"""Blocks one run of a flow may execute, whatever it waited for: hours of prompts."""


class Interpreter:
    """One run of one flow for one contact; `over` once it has nothing more to ask.

    `attributes` are those of the contact at the start. `system` are the values of all other
    references, by dotted name without "$."; it is kept, not copied, and read when needed.
    """

    def __init__(
        self, flow: Flow, attributes: Mapping[str, str], system: Mapping[str, str]
    ) -> None:
        self.over = False
        self._flow = flow
        self._scope = Scope(dict(attributes), system)
        self._block = flow.blocks[flow.start]
        self._awaited: Ask | None = None
        self._steps = 0

    def start(self, now: float) -> list[Ask]:
        """`now`, here and in `step`, is monotonic seconds."""
        assert not self._steps, "start() is called once"
        return self._run_from(self._flow.start, [])

    def step(self, event: Event, now: float) -> list[Ask]:
        awaited = self._awaited
        if awaited is None or not isinstance(event, (ANSWER[type(awaited)], Failed)):
            return []
        self._awaited = None
        if isinstance(awaited, TransferToQueue) and not isinstance(event, Failed):
            self.over = True
            return []
        asks: list[Ask] = []
        outcome = Outcome(error=event.error) if isinstance(event, Failed) else Outcome()
        return self._run_from(self._next(outcome, asks), asks)

    def _run_from(self, target: str | None, asks: list[Ask]) -> list[Ask]:
        limit = min(self._steps + STEPS_AT_ONCE, STEPS_PER_FLOW)
        while target is not None and self._steps < limit:
            self._steps += 1
            self._block = self._flow.blocks[target]
            outcome = self._block.run(self._scope)
            asks += outcome.asks
            last = type(asks[-1]) if outcome.asks else None
            if last in ANSWER:
                self._awaited = asks[-1]
                return asks
            if last in LAST:
                self.over = True
                return asks
            target = self._next(outcome, asks)
        if target is not None:
            asks.append(self._log("error", f"the flow ran {self._steps} blocks and found no end"))
        self.over = True
        return [*asks, Disconnect()]

    def _next(self, outcome: Outcome, asks: list[Ask]) -> str | None:
        """The block to go on with; None, once its reason is logged, where there is none."""
        block, error = self._block, outcome.error
        if error is None:
            target = outcome.target or block.next_action
            if target is None:
                asks.append(self._log("error", "leads nowhere: the contact is disconnected"))
            return target
        target = block.errors.get(error) or block.errors.get(ANY)
        why = f"{error}, {outcome.reason}" if outcome.reason else error
        if target is None:
            asks.append(self._log("error", f"failed ({why}) without a branch for it: disconnected"))
        elif outcome.reason or error != NO_CONDITION:  # a comparison may well match nothing
            asks.append(self._log("warning", f"failed ({why}), goes on at '{target}'"))
        return target

    def _log(self, level: Level, text: str) -> Log:
        block = self._block
        return Log(level, f"{block.type} '{block.identifier}': {text}", block.identifier)
