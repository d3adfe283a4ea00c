"""What the blocks do that call somebody outside.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flows.asks import CallThirdParty, CheckDialable, CreateCallback, SetContactData
from flows.document import Block, Outcome, failed
from flows.events import Event
from flows.expressions import Scope, is_reference
from flows.node import Node
from flows.phone_number import is_e164

NUMBER = "CustomerCallbackNumber"
MAX_RING = 600  # seconds
MAX_KEYS = 50
KEYS = frozenset("0123456789*#,")
MAX_DELAY = 3 * 24 * 3600  # seconds
DEFAULT_RETRY = 600  # seconds, as the console has it
MAX_ATTEMPTS = 10


def optional(node: Node) -> str:
    return node.text() if node.present else ""


@dataclass(frozen=True, slots=True)
class TransferParticipantToThirdParty:
    number: str
    seconds: str
    comes_back: bool
    keys: str
    caller_id: str
    caller_name: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        number = parameters.required("ThirdPartyPhoneNumber")
        seconds = parameters.child("ThirdPartyConnectionTimeLimitSeconds")
        text = optional(seconds)
        if not is_reference(text):
            text = str(seconds.whole(0, MAX_RING) if seconds.present else 0)
        caller = parameters.child("CallerId")
        return cls(
            optional(number),
            text,
            parameters.child("ContinueFlowExecution").flag(),
            optional(parameters.child("ThirdPartyDTMFDigits")),
            optional(caller.child("Number")),
            optional(caller.child("Name")),
        )

    def run(self, block: Block, scope: Scope) -> Outcome:
        number, keys = scope.text(self.number), scope.text(self.keys)
        if not is_e164(number):
            return failed(f"{number!r} is no telephone number in the form of E.164")
        seconds = scope.single(self.seconds)
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 3):
            return failed(f"the time limit {seconds!r} is no number of seconds")
        if len(keys) > MAX_KEYS or not KEYS.issuperset(keys):
            return failed(f"ThirdPartyDTMFDigits are not at most {MAX_KEYS} of 0-9 * # ,")
        ask = CallThirdParty(
            number,
            float(min(int(seconds), MAX_RING)),
            self.comes_back,
            keys,
            scope.text(self.caller_id),
            scope.text(self.caller_name),
        )
        return Outcome((ask,))


@dataclass(frozen=True, slots=True)
class CompleteOutboundCall:
    """The flow it stands in begins when the called have answered: nothing is left to be done."""

    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(tuple(sorted(parameters.members())))

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome(tuple(block.not_available(self.left_out)))


@dataclass(frozen=True, slots=True)
class UpdateContactCallbackNumber:
    number: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        number = parameters.required("CallbackNumber")
        reference = optional(number)
        if reference and not is_reference(reference):
            number.wrong(f"must be one reference, such as $.StoredCustomerInput, not {reference!r}")
        return cls(reference)

    def run(self, block: Block, scope: Scope) -> Outcome:
        number = scope.single(self.number)
        if not is_e164(number):
            reason = f"{number!r} is no telephone number in the form of E.164"
            return failed(reason, "InvalidCallbackNumber")
        return Outcome((CheckDialable(number),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        values = {NUMBER: scope.single(self.number)}
        scope.contact.update(values)
        return Outcome((SetContactData(values),))


@dataclass(frozen=True, slots=True)
class CreateCallbackContact:
    """`left_out` asks for what nothing here does."""

    queue: str
    agent: str
    delay: int
    retry: int
    attempts: int
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        queue, agent = (optional(parameters.child(name)) for name in ("QueueId", "AgentId"))
        if queue and agent:
            parameters.wrong("must hold QueueId or AgentId, not both")
        delay, retry = (
            parameters.child(f"{name}DelaySeconds") for name in ("InitialCall", "Retry")
        )
        attempts = parameters.child("MaximumConnectionAttempts")
        left_out = ["ContactFlowId"] if parameters.child("ContactFlowId").present else []
        mode = parameters.child("CallbackMode")
        if mode.present and mode.choice("AgentFirst", "CustomerFirst") == "CustomerFirst":
            left_out.append("CallbackMode CustomerFirst")
        return cls(
            queue,
            agent,
            delay.whole(0, MAX_DELAY) if delay.present else 0,
            retry.whole(0, MAX_DELAY) if retry.present else DEFAULT_RETRY,
            attempts.whole(1, MAX_ATTEMPTS) if attempts.present else 1,
            tuple(left_out),
        )

    def run(self, block: Block, scope: Scope) -> Outcome:
        number = scope.lookup((NUMBER,)) or scope.lookup(("CustomerEndpoint", "Address"))
        if not is_e164(number):
            return failed(f"there is no number to call back: {number!r} is none in E.164")
        queue, agent = scope.single(self.queue), scope.single(self.agent)
        if (self.queue or self.agent) and not (queue or agent):
            return failed(f"no queue is named: {self.queue or self.agent!r} is empty")
        ask = CreateCallback(
            number, queue, agent, float(self.delay), float(self.retry), self.attempts
        )
        return Outcome((*block.not_available(self.left_out), ask))
