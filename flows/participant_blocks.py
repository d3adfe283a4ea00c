"""What the participant actions do: play prompts and collect keys.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flows.asks import Collect, Play, PlayRepeatedly, Prompt, SetContactData
from flows.collecting import KEYS
from flows.document import Block, Outcome, failed
from flows.events import DigitsEntered, Event
from flows.expressions import Scope
from flows.node import Node
from flows.phone_number import CALLING_CODES, international, national

PROMPTS = ("PromptId", "Text", "SSML", "Media")
MAX_SECONDS = 600  # for the first key; guides say 180, but the console writes 300
DEFAULT_SECONDS = 5  # for the first key, where nothing is said; and between two keys
MAX_BETWEEN = 20  # seconds between two keys
MAX_DIGITS = 20
MAX_TERMINATOR = 5  # keys
MAX_INTERRUPT = 7 * 24 * 3600  # seconds
TIMED_OUT = "Timeout"  # what is stored when nobody pressed a key


def read_prompt(node: Node) -> Prompt:
    """The one prompt that a message must have."""
    match node.one_of(*PROMPTS):
        case "Media":
            media = node.child("Media")
            media.child("SourceType").choice("S3")
            media.child("MediaType").choice("Audio")
            return Prompt("media", media.child("Uri").filled())
        case "PromptId":
            return Prompt("prompt_id", node.child("PromptId").filled())
        case "SSML":
            return Prompt("ssml", node.child("SSML").filled())
        case "Text":
            return Prompt("text", node.child("Text").filled())
    return Prompt("text", "")


def resolve(prompt: Prompt, scope: Scope) -> Prompt | None:
    """As it is to be played now; None when nothing is left of it."""
    resolved = {"prompt_id": scope.single, "ssml": scope.ssml}.get(prompt.kind, scope.text)
    value = resolved(prompt.value)
    return Prompt(prompt.kind, value, scope.voice) if value.strip() else None


def nothing_to_play(prompt: Prompt) -> Outcome:
    return failed(f"there is nothing to play: {prompt.value!r} is empty")


@dataclass(frozen=True, slots=True)
class MessageParticipant:
    prompt: Prompt

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(read_prompt(parameters))

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return (self.prompt,)

    def run(self, block: Block, scope: Scope) -> Outcome:
        prompt = resolve(self.prompt, scope)
        return Outcome((Play(prompt),)) if prompt else nothing_to_play(self.prompt)


@dataclass(frozen=True, slots=True)
class MessageParticipantIteratively:
    prompts: tuple[Prompt, ...]
    interrupt_seconds: int | None
    keep_playing: bool

    @classmethod
    def read(cls, parameters: Node) -> Self:
        messages = parameters.child("Messages")
        if not messages.elements():
            messages.wrong("holds no message" if messages.present else "is missing")
        interrupt = parameters.child("InterruptFrequencySeconds")
        return cls(
            # An export of an unfinished flow may hold a message without anything in it.
            tuple(read_prompt(each) for each in messages.elements() if not is_empty(each)),
            interrupt.whole(1, MAX_INTERRUPT) if interrupt.present else None,
            parameters.child("ContinueMessagingDuringInterrupt").flag(),
        )

    def run(self, block: Block, scope: Scope) -> Outcome:
        if scope.is_chat:
            return failed("prompts that go on and on are for voice")
        prompts = tuple(filter(None, (resolve(prompt, scope) for prompt in self.prompts)))
        if not prompts:
            return failed("there is nothing to play: every message is empty")
        return Outcome((PlayRepeatedly(prompts, self.interrupt_seconds, self.keep_playing),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        return block.branch("MessagesInterrupted")


def is_empty(message: Node) -> bool:
    return isinstance(message.value, dict) and not any(message.value.values())


@dataclass(frozen=True, slots=True)
class GetParticipantInput:
    """One key that chooses a branch, or, where `store` says how to check it, a number to keep."""

    prompt: Prompt | None
    seconds: int
    seconds_between: int
    store: Store | None

    @classmethod
    def read(cls, parameters: Node) -> Self:
        asks = any(parameters.child(name).present for name in PROMPTS)
        limit = parameters.child("InputTimeLimitSeconds")
        if not limit.present:
            limit.doubtful(f"is missing: {DEFAULT_SECONDS} are taken")
        keys = parameters.child("DTMFConfiguration")
        between = keys.child("InterdigitTimeLimitSeconds")
        return cls(
            read_prompt(parameters) if asks else None,
            limit.whole(1, MAX_SECONDS) if limit.present else DEFAULT_SECONDS,
            between.whole(1, MAX_BETWEEN) if between.present else DEFAULT_SECONDS,
            Store.read(parameters) if parameters.child("StoreInput").flag() else None,
        )

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return (self.prompt,) if self.prompt else ()

    def run(self, block: Block, scope: Scope) -> Outcome:
        if scope.is_chat:
            return failed("keys are pressed on voice only")
        if self.store and self.store.encrypted:
            return failed("the input is to be encrypted, which is not available")
        prompt = resolve(self.prompt, scope) if self.prompt else None
        if self.prompt and not prompt:
            return nothing_to_play(self.prompt)
        seconds, between = float(self.seconds), float(self.seconds_between)
        if self.store is None:
            return Outcome((Collect(prompt, 1, seconds, between),))
        digits, terminator, cancel = self.store.digits, self.store.terminator, self.store.cancel
        return Outcome((Collect(prompt, digits, seconds, between, terminator, cancel),))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        digits = event.digits if isinstance(event, DigitsEntered) else None
        if self.store is None:
            late = Outcome(error="InputTimeLimitExceeded")
            return late if digits is None else block.branch(digits)
        value = TIMED_OUT if digits is None else self.store.checked(digits)
        if value is None:
            return failed("that is no telephone number", "InvalidPhoneNumber")
        stored = {"StoredCustomerInput": value}
        scope.contact.update(stored)
        return Outcome((SetContactData(stored),))


@dataclass(frozen=True, slots=True)
class Store:
    """How a number is taken down: `country` is None for any text of keys, "" for a telephone
    number with its country code, else where the number is a national one."""

    digits: int
    country: str | None
    terminator: str
    cancel: bool
    encrypted: bool

    @classmethod
    def read(cls, parameters: Node) -> Self:
        keys = parameters.child("DTMFConfiguration")
        ends, uncancelled = keys.child("InputTerminationSequence"), keys.child("DisableCancelKey")
        terminator = ends.text() if ends.present else "#"
        if len(terminator) > MAX_TERMINATOR or not KEYS.issuperset(terminator):
            ends.wrong(f"must be at most {MAX_TERMINATOR} of 0-9 * #, not {terminator!r}")
        validation = parameters.child("InputValidation")
        phone = validation.child("PhoneNumberValidation")
        longest = validation.child("CustomValidation").child("MaximumLength")
        return cls(
            longest.whole(1, MAX_DIGITS) if longest.present else MAX_DIGITS,
            read_country(phone) if phone.present else None,
            terminator,
            not uncancelled.flag(),
            parameters.child("InputEncryption").present,
        )

    def checked(self, digits: str) -> str | None:
        """What to keep of it; None when it is not what it should be."""
        if self.country is None:
            return digits
        return national(digits, self.country) if self.country else international(digits)


def read_country(phone: Node) -> str:
    if phone.child("NumberFormat").choice("Local", "E164") != "Local":
        return ""
    country = phone.child("CountryCode")
    name = country.filled()
    if name and name not in CALLING_CODES:
        country.wrong(f"must be a country by ISO 3166-1, such as US, not {name!r}")
    return name


def key_that_chooses(condition: Node) -> str:
    """The key on which a condition is taken; "" and a warning when there is no such key."""
    operands = condition.child("Operands").elements()
    key = operands[0].text() if len(operands) == 1 else ""
    if key in KEYS and condition.child("Operator").text() == "Equals":
        return key
    condition.doubtful("is never met: it must be Equals with one key of 0-9 * #")
    return ""
