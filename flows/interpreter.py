"""Walks a flow one event at a time.

    start() or an answer -> run a block -> its last ask gets an answer?  wait for it
                               ^                   it is Disconnect or End?  over
                               |                   else
                               +--- the next block: chosen by a condition, by an error, or next;
                                    the first one of another flow; or, after a module, one of its
                                    invoker's

A block that fails takes its branch for that error, else its branch for NoMatchingError, else, in a
module, its invoker fails, else the contact is disconnected. `step` ignores an answer nobody waits
for: it was late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.asks import Ask, Disconnect, End, Level, Log, Step
from flows.document import Flow, Invoke, Outcome, Return, Transfer, failed
from flows.events import ANSWERS, LAST, LEAVES, Answer, Event, Failed
from flows.expressions import Scope, percent
from flows.flow_blocks import LOGGING
from flows.language import ANY, NO_CONDITION

STEPS_AT_ONCE = 1000
"""Blocks run without waiting for anything: a cycle of such blocks is legal, and is stopped."""
STEPS_PER_FLOW = 10_000
"""Blocks one run may execute, in all its flows and whatever it waited for: hours of prompts."""
MODULES_DEEP = 5
"""Modules that may be open within one another."""


def no_flows(reference: str) -> Flow | None:
    return None


class Frame:
    """A flow or module that is being run, and the block it is at."""

    __slots__ = ("block", "flow", "scope")

    def __init__(self, flow: Flow, scope: Scope) -> None:
        self.flow, self.scope, self.block = flow, scope, flow.blocks[flow.start]


class Interpreter:
    """One run of a flow for one contact, and of those it leads to; `over` once it has nothing more
    to ask.

    `attributes` are those of the contact at the start. `system` are the values of all other
    references, by dotted name without "$."; it is kept, not copied, and read when needed.
    `flows` finds the flow or module that a block names by id, ARN or name; None where there is
    none. `draw` yields whole numbers from 1 to 100. `trace` asks for a Step at every block.
    """

    def __init__(
        self,
        flow: Flow,
        attributes: Mapping[str, str],
        system: Mapping[str, str],
        flows: Callable[[str], Flow | None] = no_flows,
        draw: Callable[[], int] = percent,
        trace: bool = False,
    ) -> None:
        self.over = False
        self._frames = [Frame(flow, Scope(dict(attributes), system, draw=draw))]
        self._flows, self._trace = flows, trace
        self._awaited: Ask | None = None
        self._steps = 0

    def start(self, now: float) -> list[Ask]:
        """`now`, here and in `step`, is monotonic seconds."""
        assert not self._steps, "start() is called once"
        return self._run_from(self._frames[0].flow.start, [])

    def step(self, event: Event, now: float) -> list[Ask]:
        awaited = self._awaited
        if awaited is None or not isinstance(event, ANSWERS[type(awaited)]):
            return []
        self._awaited = None
        if type(awaited) in LEAVES and not isinstance(event, Failed):
            self.over = True
            return []
        frame = self._frames[-1]
        outcome = frame.block.answered(frame.scope, event)
        asks: list[Ask] = [*outcome.asks]
        if asks and type(asks[-1]) in ANSWERS:
            self._awaited = asks[-1]
            return asks
        return self._run_from(self._next(outcome, asks), asks)

    def _run_from(self, target: str | None, asks: list[Ask]) -> list[Ask]:
        limit = min(self._steps + STEPS_AT_ONCE, STEPS_PER_FLOW)
        while target is not None and self._steps < limit:
            self._steps += 1
            frame = self._frames[-1]
            frame.block = block = frame.flow.blocks[target]
            if self._trace or frame.scope.lookup((LOGGING,)) == "Enabled":
                asks.append(Step(frame.flow.name, block.identifier, block.type))
            outcome = block.run(frame.scope)
            asks += outcome.asks
            last = type(asks[-1]) if outcome.asks else None
            if last in ANSWERS:
                self._awaited = asks[-1]
                return asks
            if last in LAST:
                self.over = True
                return asks
            target = self._next(outcome, asks)
        if target is not None:
            asks.append(self._log("error", f"the flow ran {self._steps} blocks and found no end"))
        if not self.over:
            self.over = True
            asks.append(Disconnect())
        return asks

    def _next(self, outcome: Outcome, asks: list[Ask]) -> str | None:
        """The block to go on with, in the flow that is then the last frame's; None, once its reason
        is logged, where there is none."""
        while outcome.jump:
            arrived = self._jump(outcome.jump, asks)
            if not isinstance(arrived, Outcome):
                return arrived
            outcome = arrived
        block, error = self._frames[-1].block, outcome.error
        if error is None:
            target = outcome.target or block.next_action
            return self._give_up("leads nowhere", asks) if target is None else target
        target = block.errors.get(error) or block.errors.get(ANY)
        why = f"{error}, {outcome.reason}" if outcome.reason else error
        if target is None:
            return self._give_up(f"failed ({why}) without a branch for it", asks)
        if outcome.reason or error != NO_CONDITION:  # a comparison may well match nothing
            asks.append(self._log("warning", f"failed ({why}), goes on at '{target}'"))
        return target

    def _give_up(self, why: str, asks: list[Ask]) -> str | None:
        """Where the invoker of a module goes on; no flow does."""
        if len(self._frames) == 1:
            asks.append(self._log("error", f"{why}: the contact is disconnected"))
            return None
        asks.append(self._log("error", f"{why}: the module fails"))
        self._frames.pop()
        return self._next(failed("its module failed"), asks)

    def _jump(self, jump: Transfer | Invoke | Return, asks: list[Ask]) -> str | Outcome | None:
        """The block to go on with; None where the run is over; an Outcome of the block that is then
        the last frame's."""
        scope = self._frames[-1].scope
        if isinstance(jump, Return):
            return self._return(jump, asks)
        name = jump.flow if isinstance(jump, Transfer) else jump.module
        flow = self._flows(name)
        if flow is None:
            return failed(f"there is no flow {name!r}")
        if isinstance(jump, Transfer):
            self._frames = [Frame(flow, scope.enter({}, in_module=False))]
        elif len(self._frames) > MODULES_DEEP:
            return failed(f"more than {MODULES_DEEP} modules would be open within one another")
        else:
            self._frames.append(Frame(flow, scope.enter(jump.values, in_module=True)))
        return flow.start

    def _return(self, jump: Return, asks: list[Ask]) -> Outcome | None:
        if len(self._frames) == 1:  # a module that is run as a flow
            asks.append(End())
            self.over = True
            return None
        self._frames.pop()
        block, scope = self._frames[-1].block, self._frames[-1].scope
        for name in [name for name in scope.flow if name.startswith("Modules.Result")]:
            del scope.flow[name]
        scope.flow["Modules.Result"] = jump.result
        scope.flow |= {f"Modules.ResultData.{name}": value for name, value in jump.data.items()}
        return block.answered(scope, Answer(jump.result))

    def _log(self, level: Level, text: str) -> Log:
        return self._frames[-1].block.log(text, level)
