"""Everything that belongs to one contact while it lives, and who hears whom in it.

Pure but for the handles it carries: it opens and closes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.call import Call, State
from engine.header_policy import Carried
from engine.hunt import Hunt
from engine.line import NO_ANSWER, Line, Party
from engine.moments import AGENT_WHISPER, CUSTOMER_REMAINING, CUSTOMER_WHISPER
from engine.records import ContactRecord, InitiationMethod
from engine.supervision import Monitor, Stage
from mixer import Bridge, Ear, Leg, Mode, Port, Role, Route, Tap
from recorder import Part
from sip import Caller, Reason

if TYPE_CHECKING:
    from asyncio import TimerHandle

    from engine.callbacks import Callback
    from engine.flow_run import FlowRun

WHISPERS = frozenset({AGENT_WHISPER.name, CUSTOMER_WHISPER.name})
CONVERSATIONS = frozenset(
    {
        *(State.BRIDGED, State.TRANSFERRING, State.SENDING),
        *(State.FORWARDED, State.LENT, State.QUEUE_LENT),
    }
)
RECORDED_AS = {"Customer": Role.CUSTOMER, "Agent": Role.AGENT}


@dataclass(slots=True, eq=False)
class Listener:
    """A supervisor's phone on a contact; it has a contact record of its own."""

    record: ContactRecord
    monitor: Monitor
    line: Line
    ringing: TimerHandle | None = None


@dataclass(slots=True, eq=False)
class Hearing:
    """What a party hears of the house instead of the other party, or beside it."""

    flow: FlowRun | None = None
    player: Port | None = None
    """The prompt or the music that plays."""


@dataclass(slots=True, eq=False)
class LiveContact:
    """One contact, from the INVITE until its record is closed; or those of a chain, one after the
    other."""

    record: ContactRecord
    call: Call
    customer: Line
    identity: Caller | None = None
    """Whom agents see who calls; None shows the customer's endpoint alone."""
    carried: Carried = field(default_factory=Carried)
    """What is kept of the headers it came with."""
    heard: dict[Party, Hearing] = field(
        default_factory=lambda: {Party.CUSTOMER: Hearing(), Party.AGENT: Hearing()}
    )
    hooks: dict[str, str] = field(default_factory=dict)
    """What its flows have set to run at moments to come: by the moment's name, as they named it."""
    system: dict[str, str] = field(default_factory=dict)
    """What its flows may read as $.<name>; it follows the contact."""
    target_queue: str | None = None
    """The queue the flow set, or an agent's transfer."""
    priority: int | None = None
    added_seconds: float | None = None
    """How its flows want it to stand in queues; None: as all others."""
    number: str = ""
    """The number whose flow runs: the one that was dialled, until an agent transfers."""
    sent_to: str | None = None
    """The URI outside that the customer's side was asked to call last."""
    offered_to: str | None = None
    """The agent whose phone rings or rang last."""
    held_for: Call | None = None
    """A call of the agent's own, in which a flow wants the customer held."""
    device: str = ""
    """Which of that agent's phones is meant, by its instance; "" for all of them."""
    ringing: Line | None = None
    """The phone that rings; once answered it is the agent's."""
    refusal: int = NO_ANSWER
    """SIP status with which the last phone refused to be the agent's."""
    farewell: Reason | None = None
    """Why a party has just hung up: what the others are told who are dropped because of it."""
    agent: Line | None = None
    third_party: Line | None = None
    """Somebody outside who talks with the customer in the agent's place, or the flow's."""
    joined: LiveContact | None = None
    """A call that its agent made because of it, when all of them are to hear each other."""
    callback: Callback | None = None
    """What it was while it waited for an agent."""
    hunt: Hunt | None = None
    """The search for a way to whoever was called outside."""
    onward: Hunt | None = None
    """The search for a way to the third party."""
    tap: Tap | None = None
    """Of the conversation's recording."""
    beeper: Port | None = None
    """Plays the tone that tells both parties of it."""
    ivr_tap: Tap | None = None
    """Of that of the automated part."""
    stream_tap: Tap | None = None
    """What is streamed, of the customer's side."""
    streamed: frozenset[str] = frozenset()
    """"From" where what the customer says is, "To" where what they hear is."""
    next_method: InitiationMethod | None = None
    """How the next contact of the chain begins, once it has left its agent or its queue; None: it
    stays the same contact wherever it goes."""
    taped: set[Part] = field(default_factory=set)
    """The recordings that it has, or had: none is begun twice."""
    digits_quiet_seconds: float = 0.0
    """Nothing is recorded while digits are keyed, and so long after: one of its flows wants it so,
    for good. 0: none does."""
    held_since: datetime | None = None
    """When the hold began that goes on."""
    listeners: list[Listener] = field(default_factory=list)
    timer: TimerHandle | None = None

    def __post_init__(self) -> None:
        self.number = self.number or self.record.system_endpoint

    @property
    def contact_id(self) -> str:
        return self.record.contact_id

    @property
    def caller(self) -> Line:
        """The phone of the agent who called a colleague or somebody outside."""
        return self.agent or self.customer

    @property
    def flow(self) -> FlowRun | None:
        """The one that the customer hears."""
        return self.heard[Party.CUSTOMER].flow

    @property
    def player(self) -> Port | None:
        """What the customer hears instead of an agent: a prompt or hold music."""
        return self.heard[Party.CUSTOMER].player

    def line_of(self, party: Party) -> Line | None:
        """The agent's is the phone that rings while nobody else has the contact."""
        return self.customer if party is Party.CUSTOMER else self.agent or self.ringing

    @property
    def is_whispered_to(self) -> bool:
        """Whether the agent who is about to have it, or the customer, hears a flow before."""
        return self.call.state is State.OFFERING and not WHISPERS.isdisjoint(self.hooks)

    @property
    def goes_on_alone(self) -> bool:
        """Whether a flow runs for the customer when the agent hangs up."""
        return self.call.state is State.BRIDGED and CUSTOMER_REMAINING.name in self.hooks

    @property
    def agent_holds(self) -> bool:
        return self.agent is not None and not self.agent.may_hear

    @property
    def customer_held(self) -> bool:
        """The customer hears music and is heard by nobody."""
        held = self.held_for is not None and self.held_for.state is not State.ENDED
        return self.agent_holds or held or self.call.state is State.TRANSFERRING

    @property
    def guest(self) -> Line | None:
        """Whoever the agent has joined to the conversation, out of that other call."""
        other = self.joined
        if other is None or other.call.state is not State.BRIDGED or self.agent is None:
            return None
        calls = other.agent is not None and other.agent.port == self.agent.port
        return other.customer if calls else other.agent

    @property
    def recorded(self) -> frozenset[str]:
        return self.record.recorded

    def note(self, at: datetime, **facts: Any) -> None:
        """Facts for the contact record, by their names there, learnt at `at`."""
        self.record = replace(self.record, last_update=at, **facts)

    def note_hold(self, at: datetime) -> None:
        """A hold begins, or is over: counted when it is."""
        if self.customer_held:
            self.held_since = self.held_since or at
        elif self.held_since:
            seconds = int((at - self.held_since).total_seconds())
            self.record, self.held_since = self.record.held(seconds), None

    def routes(self) -> set[Route]:
        """Who hears whom right now."""
        talks = self.call.state in CONVERSATIONS
        routes = set[Route]()
        if talks:
            routes = self._bridge().routes() | self._barging() | self._beeping()
            routes -= self._said_there()
        for party, hearing in self.heard.items():
            if hearing.player and (line := self.line_of(party)):
                routes.add(Route(hearing.player, line.port))
        routes |= self._automated()
        return routes | self._streamed(routes)

    def _said_there(self) -> set[Route]:
        """What agent and guest say to each other has its way in their own call."""
        if self.agent is None or self.guest is None:
            return set()
        here, there = self.agent.port, self.guest.port
        return {Route(here, there), Route(there, here)}

    def _beeping(self) -> set[Route]:
        """To each party who hears the other."""
        if self.beeper is None:
            return set()
        return {Route(self.beeper, leg.port) for leg in self._legs() if leg.may_hear}

    def _automated(self) -> set[Route]:
        """Prompts left, customer right (specification item 38); a third party takes the place of
        the prompts."""
        if self.ivr_tap is None:
            return set()
        routes = {Route(self.player, self.ivr_tap.left)} if self.player else set()
        if self.third_party is not None and self.third_party.may_send:
            routes.add(Route(self.third_party.port, self.ivr_tap.left))
        if self.customer.may_send:
            routes.add(Route(self.customer.port, self.ivr_tap.right))
        return routes

    def _streamed(self, routes: set[Route]) -> set[Route]:
        """What the customer says left, whoever else hears it, and what they hear right."""
        if self.stream_tap is None:
            return set()
        customer, found = self.customer.port, set[Route]()
        if "From" in self.streamed and self.customer.may_send:
            found.add(Route(customer, self.stream_tap.left))
        if "To" in self.streamed:
            heard = (route for route in routes if route.sink == customer)
            found |= {Route(route.source, self.stream_tap.right, route.gain) for route in heard}
        return found

    def heard_by(self, speaker: Line) -> list[Line]:
        """The other party, where the two talk with each other."""
        others = [line for line in (self.customer, self.agent) if line and line is not speaker]
        heard = {route.sink for route in self.routes() if route.source == speaker.port}
        return [line for line in others if line.port in heard]

    def _bridge(self) -> Bridge:
        return Bridge(legs=tuple(self._legs()), ears=(*self._recorder(), *self._listeners()))

    def _legs(self) -> list[Leg]:
        """On hold the agent goes on and the customer hears music and is not heard."""
        lines = [(self.customer, Role.CUSTOMER)]
        if self.agent is not None:
            lines.append((self.agent, Role.AGENT))
        if self.third_party is not None:
            lines.append((self.third_party, Role.AGENT))
        if self.guest is not None:
            lines.append((self.guest, Role.CUSTOMER))
        return [
            Leg(
                line.port,
                role,
                may_send=line.may_send and not (self.customer_held and role is Role.CUSTOMER),
                may_hear=line.may_hear and not (self.customer_held and role is Role.CUSTOMER),
            )
            for line, role in lines
        ]

    def _recorder(self) -> list[Ear]:
        """Customer left, agent right (specification item 22)."""
        if self.tap is None:
            return []
        sides = {"Customer": self.tap.left, "Agent": self.tap.right}
        return [
            Ear(sides[participant], hears=frozenset({RECORDED_AS[participant]}))
            for participant in sorted(self.recorded)
        ]

    def _barging(self) -> set[Route]:
        """Whoever joins in is recorded with the customer; who whispers is not."""
        if self.tap is None or "Customer" not in self.recorded:
            return set()
        loud = (one for one in self.listeners if one.monitor.mode is Mode.BARGE)
        return {Route(one.line.port, self.tap.left) for one in loud}

    def _listeners(self) -> list[Ear]:
        return [
            Ear(one.line.port, hears=frozenset(Role), mode=one.monitor.mode)
            for one in self.listeners
            if one.monitor.stage is Stage.LISTENING and one.line.may_hear
        ]
