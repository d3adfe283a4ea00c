"""What a phone may have done with a contact by REFER (RFC 3515, RFC 5589), and what it comes to.

An agent moves the contact they talk in: blindly, to whatever the Refer-To names, or attended, to
whoever they have called in another call, in the house or outside (Replaces, RFC 3891). A customer
moves nothing, and so does an agent in a call of a colleague: it has no queue to go back to. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Final

from config import NumberPlan
from engine.call import State
from engine.line import Line
from engine.live import LiveContact
from engine.numbering import normal
from engine.own_numbers import OwnNumbers
from sip import PeerError
from sip.gruu import instance_in
from sip.uri import Uri

DECLINE: Final = 603
NOT_FOUND: Final = 404
REQUEST_PENDING: Final = 491
NOT_ACCEPTABLE: Final = 488


@dataclass(frozen=True, slots=True)
class ToAgent:
    username: str
    device: str = ""
    """The instance of one phone of theirs, by its GRUU; "" for all of them."""


@dataclass(frozen=True, slots=True)
class ToQueue:
    queue: str


@dataclass(frozen=True, slots=True)
class ToNumber:
    """Its flow runs, as if the customer had dialled it."""

    number: str


@dataclass(frozen=True, slots=True)
class ToOutside:
    """The customer's side is to make the call itself; here the contact ends."""

    uri: str


@dataclass(frozen=True, slots=True)
class ToThirdParty:
    """Somebody outside whom we call for the agent, if the agent may; as it was dialled."""

    number: str


@dataclass(frozen=True, slots=True)
class ToFlow:
    """This transfer flow runs for the customer, with that queue set."""

    flow: str
    queue: str
    """"" leaves the one that was set before."""


Destination = ToAgent | ToQueue | ToNumber | ToOutside | ToThirdParty | ToFlow


@dataclass(frozen=True, slots=True)
class Directory:
    """Whoever and whatever a contact can be transferred to."""

    agents: Collection[str]
    queues: Collection[str]
    numbers: Collection[str]
    outside: Collection[str] = ()
    """URIs of elsewhere; "*" as the user stands for all users of that host."""
    own: OwnNumbers = field(default_factory=OwnNumbers)
    plan: NumberPlan | None = None
    """How numbers outside are dialled; None where none is."""
    quick_connects: Callable[[str], Destination | None] = lambda _: None
    """Where the quick connect of that name leads."""

    def find(self, target: str) -> Destination:
        """Where a URI leads: outside, where that is permitted; else by its user part, to an agent,
        a number, a queue or a quick connect of that name, or to whoever has that number.

        What can be dialled goes before what can not, so that a URI means to a REFER what it means
        to an INVITE. Raises PeerError.
        """
        if outside := self.find_outside(target):
            return outside
        return self.named(Uri.parse(target).user or "", instance_in(target))

    def named(self, name: str, device: str = "") -> Destination:
        """The same for what is dialled, in this house or outside. Raises PeerError."""
        name = self.own.spelled(name)
        if name in self.agents:
            return ToAgent(name, device)
        if name in self.numbers:
            return ToNumber(name)
        if name in self.queues:
            return ToQueue(name)
        if found := self.quick_connects(name):
            return found
        if self.plan and normal(name, self.plan):
            return ToThirdParty(name)
        raise PeerError("Nobody to transfer to", status=NOT_FOUND)

    def find_outside(self, target: str) -> ToOutside | None:
        """None where a customer may not be sent; parameters of the URI are not passed on.

        Raises PeerError.
        """
        asked = Uri.parse(target)
        bare = Uri(asked.scheme, asked.user, asked.host.lower(), asked.port)
        every = replace(bare, user="*")
        rules = [Uri.parse(each) for each in self.outside]
        permitted = any(rule.matches(bare) or rule.matches(every) for rule in rules)
        return ToOutside(str(bare)) if permitted and asked.user else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contacts of one agent: the one that goes on, and the call made because of it."""

    kept: LiveContact
    consult: LiveContact


def check(live: LiveContact, line: Line) -> None:
    """Raise PeerError unless the phone on this line may transfer the contact now."""
    if line is not live.agent or live.target_queue is None:
        raise PeerError("Not yours to transfer", status=DECLINE)
    if live.call.state is not State.BRIDGED:
        raise PeerError("On its way already", status=REQUEST_PENDING)


def pair(live: LiveContact, line: Line, other: LiveContact, other_line: Line) -> Pair:
    """Which contact goes on when the agent on these two lines joins their far ends.

    Phones differ in which of the two calls they send the REFER. Raises PeerError.
    """
    if not line.username or line.username != other_line.username:
        raise PeerError("The other call is not yours", status=DECLINE)
    if line is live.agent and other_line is other.customer:
        both = Pair(kept=live, consult=other)
    elif line is live.customer and other_line is other.agent:
        both = Pair(kept=other, consult=live)
    elif line is live.agent and other_line is other.agent:
        both = _with_outside(live, other)
    else:
        raise PeerError("Not yours to transfer", status=DECLINE)
    if both.consult is live and live.call.state is not State.BRIDGED:
        raise PeerError("Nobody to transfer to yet", status=REQUEST_PENDING)
    check(both.kept, line if both.kept is live else other_line)
    if line.port.thread != other_line.port.thread:  # the call was not made because of it
        raise PeerError("Media cannot be joined", status=NOT_ACCEPTABLE)
    return both


def _with_outside(live: LiveContact, other: LiveContact) -> Pair:
    """The agent has both: the later one is with somebody outside, whom they called themselves."""
    kept, consult = sorted((live, other), key=lambda each: each.record.initiation)
    if consult.hunt is None:
        raise PeerError("Not yours to transfer", status=DECLINE)
    return Pair(kept, consult)


def wanted_of(consult: LiveContact) -> Destination:
    """Whom an agent was calling who did not wait for an answer. Raises PeerError."""
    state = consult.call.state
    if state is State.DIALLING and consult.offered_to:
        return ToAgent(consult.offered_to, consult.device)
    if state in (State.WAITING, State.OFFERING) and consult.target_queue:
        return ToQueue(consult.target_queue)
    if state in (State.ARRIVED, State.FLOW):
        return ToNumber(consult.number)
    raise PeerError("Nobody to transfer to yet", status=REQUEST_PENDING)
