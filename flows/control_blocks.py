"""What the flow control actions do that choose a branch, count or wait.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flows.asks import CheckHours, CheckMetric, GetMetrics, WaitFor
from flows.document import Block, Outcome, failed
from flows.events import Answer, Event, Metrics
from flows.expressions import Scope, holds, is_reference, leads_to_a_value, matches, number
from flows.language import NO_CONDITION
from flows.node import Node

MAX_LOOPS = 100
MAX_WAIT = 7 * 24 * 3600  # seconds
OLDEST = "OldestContactInQueueAgeSeconds"
METRICS = (
    "NumberOfAgentsAvailable",
    "NumberOfAgentsStaffed",
    "NumberOfAgentsOnline",
    OLDEST,
    "NumberOfContactsInQueue",
)
EVENTS = {
    "CustomerReturned": "CustomerReturned",
    "CustomerReturn": "CustomerReturned",  # the console writes it so
    "BotParticipantDisconnected": "BotParticipantDisconnected",
}


@dataclass(frozen=True, slots=True)
class Compare:
    reference: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        value = parameters.child("ComparisonValue")
        reference = value.text()
        if value.present and not leads_to_a_value(reference):
            value.wrong(f"must be one reference, such as $.Attributes.tier, not {reference!r}")
        return cls(reference)

    def run(self, block: Block, scope: Scope) -> Outcome:
        for condition in block.conditions:
            if holds(scope, self.reference, condition.operator, condition.operand):
                return Outcome(target=condition.next_action)
        return Outcome(error=NO_CONDITION)


def first_match(block: Block, scope: Scope, value: str) -> Outcome:
    """The first condition that the value meets."""
    for condition in block.conditions:
        if matches(scope, value, condition.operator, condition.operand):
            return Outcome(target=condition.next_action)
    return Outcome(error=NO_CONDITION)


@dataclass(frozen=True, slots=True)
class DistributeByPercentage:
    """A number from 1 to 100 is drawn and compared as written: "less than 50" is 49 in 100."""

    def run(self, block: Block, scope: Scope) -> Outcome:
        return first_match(block, scope, str(scope.draw()))


@dataclass(frozen=True, slots=True)
class Loop:
    """Continues as often as it says, then is done once, then counts anew."""

    count: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        count = parameters.child("LoopCount")
        text = count.text()
        if count.present and not is_reference(text) and loops(text) is None:
            count.wrong(f"must be a number from 0 to {MAX_LOOPS} or one reference, not {text!r}")
        return cls(text)

    def run(self, block: Block, scope: Scope) -> Outcome:
        wanted = loops(scope.single(self.count))
        if wanted is None:
            return failed(f"LoopCount {self.count!r} yields no number from 0 to {MAX_LOOPS}")
        passes = scope.loops.pop(block.identifier, 0)
        if passes < wanted:
            scope.loops[block.identifier] = passes + 1
        return block.branch("ContinueLooping" if passes < wanted else "DoneLooping")


def loops(text: str) -> int | None:
    valid = text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_LOOPS
    return int(text) if valid else None


@dataclass(frozen=True, slots=True)
class CheckHoursOfOperation:
    hours: str | None
    """None: those of the target queue."""

    @classmethod
    def read(cls, parameters: Node) -> Self:
        hours = parameters.child("HoursOfOperationId")
        return cls(hours.text() if hours.present else None)

    def run(self, block: Block, scope: Scope) -> Outcome:
        if self.hours is None:
            return Outcome((CheckHours(""),))
        hours = scope.text(self.hours)
        if not hours:
            return failed(f"no hours are named: HoursOfOperationId {self.hours!r} is empty")
        return Outcome((CheckHours(hours),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        assert isinstance(event, Answer)
        return block.branch(event.value)


@dataclass(frozen=True, slots=True)
class Whose:
    """The queue, or the agent with a queue, whose numbers are asked for; neither: the target's."""

    queue: str | None
    agent: str | None

    @classmethod
    def read(cls, parameters: Node) -> Self:
        queue, agent = parameters.child("QueueId"), parameters.child("AgentId")
        if queue.present and agent.present:
            parameters.wrong("must hold QueueId or AgentId, not both")
        return cls(queue.text() if queue.present else None, agent.text() if agent.present else None)

    def resolve(self, scope: Scope) -> tuple[str, str] | None:
        """Queue and agent; None where one was meant and nothing is left of it."""
        queue = scope.text(self.queue) if self.queue is not None else ""
        agent = scope.text(self.agent) if self.agent is not None else ""
        named = self.queue is not None or self.agent is not None
        return (queue, agent) if not named or queue or agent else None


@dataclass(frozen=True, slots=True)
class CheckMetricData:
    metric: str
    whose: Whose

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(parameters.child("MetricType").choice(*METRICS), Whose.read(parameters))

    def run(self, block: Block, scope: Scope) -> Outcome:
        names = self.whose.resolve(scope)
        return Outcome((CheckMetric(self.metric, *names),)) if names else nobody_named()

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        assert isinstance(event, Answer)
        value = number(event.value)
        if value is None:
            return failed(f"{self.metric} is {event.value!r}, which is no number")
        # The console writes the age, whatever its name says, in milliseconds.
        return first_match(block, scope, str(value * 1000 if self.metric == OLDEST else value))


@dataclass(frozen=True, slots=True)
class GetMetricData:
    whose: Whose
    channel: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        channel = parameters.child("QueueChannel")
        named = channel.choice("Voice", "Chat") if channel.present else ""
        return cls(Whose.read(parameters), named)

    def run(self, block: Block, scope: Scope) -> Outcome:
        names = self.whose.resolve(scope)
        return Outcome((GetMetrics(*names, self.channel),)) if names else nobody_named()

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        assert isinstance(event, Metrics)
        scope.contact.update({f"Metrics.{name}": value for name, value in event.values.items()})
        return Outcome()


def nobody_named() -> Outcome:
    return failed("no queue is named: QueueId or AgentId is empty")


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int
    events: frozenset[str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        limit = parameters.child("TimeLimitSeconds")
        if not limit.present:
            limit = parameters.child("MinimumWaitTimeSeconds")
        events = parameters.child("Events").elements()
        named = frozenset(EVENTS.get(each.choice(*EVENTS), "") for each in events)
        return cls(limit.whole(0, MAX_WAIT) if limit.present else 0, named)

    def run(self, block: Block, scope: Scope) -> Outcome:
        if not scope.is_chat:
            return failed("only a chat or a task can wait")
        return Outcome((WaitFor(float(self.seconds), self.events),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        assert isinstance(event, Answer)
        return block.branch(event.value)
