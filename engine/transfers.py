"""Agents move contacts: what a REFER asks for is decided by `transfer` and done by the call.

What a phone does by REFER is done within its call: the contact stays the same one, with its id, its
recording and those who listen to it. What is done as Amazon Connect has it, by the panel or the
API, makes a contact for each agent (`engine.chain`): the former ends with its agent, who may have
work after it, and so do its recording and its monitors; a supervisor who follows the next agent is
rung anew. To an agent the next one begins when they answer, or, where they were asked before, as
the call to them; to a queue or a flow at once. Whoever goes on outside goes as the same contact,
which ends where the house has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from engine.call import Input, State
from engine.line import NO_ANSWER, Line, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.moments import TRANSFER
from engine.outbound import Outbound
from engine.records import InitiationMethod
from engine.registry import Registry
from engine.routing import Router
from engine.transfer import (
    REQUEST_PENDING,
    Destination,
    Directory,
    Pair,
    ToAgent,
    ToFlow,
    ToNumber,
    ToOutside,
    ToQueue,
    ToThirdParty,
    check,
    pair,
    wanted_of,
)
from mixer import Farm
from sip import PeerError, ReferProgressed, Referred

BUSY, OK, CALL_GONE, SILENT, NOT_PERMITTED = 486, 200, 481, 408, 403
INSIDE = (ToAgent, ToQueue, ToNumber, ToFlow)
"""Where the customer is still in the house."""
log = structlog.get_logger("engine.transfers")


class Transfers:
    """Answers every REFER. `step` feeds an input into a call at once; `hand` gives the customer of
    a contact to the colleague whom its agent has called."""

    def __init__(
        self,
        lines: Lines,
        mixer: Farm,
        registry: Registry,
        router: Router,
        directory: Directory,
        outbound: Outbound,
        step: Callable[[LiveContact, Input], None],
        hand: Callable[[LiveContact, LiveContact], None],
    ) -> None:
        self._lines, self._mixer, self._hand = lines, mixer, hand
        self._registry, self._router = registry, router
        self._directory, self._outbound, self._step = directory, outbound, step

    def referred(self, live: LiveContact, line: Line, event: Referred) -> None:
        """A phone wants to be relieved of its call."""
        try:
            if event.replaces is None:
                check(live, line)
                self._go(live, line, self._directory.find(event.target))
            else:
                self._join_calls(live, line, self._lines.of_session(event.replaces))
        except PeerError as error:
            log.warning("transfer refused", contact_id=live.contact_id, error=str(error))
            self._lines.deny(line, error.status)

    def find(self, name: str) -> Destination:
        """Where a name or number leads that somebody gave. Raises PeerError."""
        return self._directory.named(name)

    def move(self, live: LiveContact, line: Line, to: Destination) -> None:
        """Whoever talks on `line` wants the contact to go on there. Raises PeerError."""
        check(live, line)
        self._go(live, line, to, chained=True)

    def join(self, live: LiveContact, line: Line, other_line: Line | None) -> None:
        """They want the far ends of two calls of theirs to talk. Raises PeerError."""
        self._join_calls(live, line, other_line, chained=True)

    def _join_calls(
        self, live: LiveContact, line: Line, other_line: Line | None, *, chained: bool = False
    ) -> None:
        other = self._registry.get(other_line.contact_id) if other_line else None
        if other is None or other_line is None or other is live:
            raise PeerError("There is no such call", status=CALL_GONE)
        both = pair(live, line, other, other_line)
        if both.consult.hunt:
            self._join_outside(both, line)
        elif both.consult.call.state is not State.BRIDGED:
            to = wanted_of(both.consult)
            self._step(both.consult, Input.CUSTOMER_LEFT)
            self._go(both.kept, line, to, chained=chained)
        elif chained:
            self._hand_on(both)
        else:
            self._join(both, line)

    def send_away(self, live: LiveContact, target: str) -> None:
        """As if the agent's phone had asked for it. Raises PeerError: 403 where none may go."""
        to = self._directory.find_outside(target)
        if to is None:
            raise PeerError("This destination is not permitted", status=NOT_PERMITTED)
        if live.call.state is not State.BRIDGED or live.target_queue is None:
            raise PeerError("There is no conversation to send away", status=REQUEST_PENDING)
        log.info("transfer", contact_id=live.contact_id, to=str(to))
        self._send_away(live, to)

    def through_flow(self, live: LiveContact, to: ToFlow) -> None:
        """The agent leaves, and the flow runs for the customer, as the next contact."""
        live.next_method = InitiationMethod.TRANSFER
        self._through_flow(live, to)

    def _through_flow(self, live: LiveContact, to: ToFlow) -> None:
        live.target_queue = to.queue or live.target_queue
        live.hooks[TRANSFER.name] = to.flow
        self._step(live, Input.TO_NUMBER)

    def progressed(self, live: LiveContact, line: Line, event: ReferProgressed) -> None:
        """How far the customer is on the way outside: the agent's phone is told."""
        if line is not live.customer:
            return
        if event.over and OK <= event.status < 300:
            self._step(live, Input.GONE_OUTSIDE)
        elif event.over:
            live.refusal = event.status if event.status >= 300 else SILENT
            log.warning("transfer failed", contact_id=live.contact_id, status=event.status)
            self._step(live, Input.OUTSIDE_FAILED)
        elif live.agent:
            self._lines.report(live.agent, event.status)

    def _go(self, live: LiveContact, line: Line, to: Destination, *, chained: bool = False) -> None:
        """What was asked for on `line` is granted. Raises PeerError when it cannot be."""
        if isinstance(to, ToAgent) and not self._router.call(live.contact_id, to.username):
            reachable = self._lines.reaches(to.username)
            raise PeerError("Not available", status=BUSY if reachable else NO_ANSWER)
        if isinstance(to, ToThirdParty):
            assert live.agent, "it is an agent who transfers"
            live.onward = self._outbound.hunt(to.number, live.agent.username)
        log.info("transfer", contact_id=live.contact_id, to=str(to))
        if chained and isinstance(to, INSIDE):
            live.next_method = InitiationMethod.TRANSFER
        self._lines.grant(line)
        match to:
            case ToAgent(username, device):
                live.offered_to, live.device = username, device
                self._step(live, Input.TO_AGENT)  # how it goes is told when it is known
            case ToQueue(queue):
                live.target_queue = queue
                self._lines.report(line, OK)
                self._step(live, Input.TO_QUEUE)
            case ToNumber(number):
                live.number = number
                self._lines.report(line, OK)
                self._step(live, Input.TO_NUMBER)
            case ToFlow():
                self._lines.report(line, OK)
                self._through_flow(live, to)
            case ToThirdParty():
                self._step(live, Input.TO_THIRD_PARTY)
            case ToOutside():
                self._send_away(live, to)

    def _send_away(self, live: LiveContact, to: ToOutside) -> None:
        """Have the customer's side make the call; the talk goes on until it has succeeded."""
        live.sent_to = to.uri
        self._step(live, Input.TO_OUTSIDE)

    def _join(self, both: Pair, line: Line) -> None:
        """Whoever the agent has asked takes the place of the agent."""
        kept, consult = both.kept, both.consult
        log.info("attended transfer", contact_id=kept.contact_id, consult=consult.contact_id)
        self._lines.grant(line)
        self._lines.report(line, OK)
        colleague, consult.agent = consult.agent, None
        assert colleague, "a conversation has an agent"
        self._mixer.route(consult.contact_id, consult.routes())
        colleague.contact_id, kept.ringing = kept.contact_id, colleague
        self._step(consult, Input.HANDED_ON)
        self._step(kept, Input.JOINED)

    def _hand_on(self, both: Pair) -> None:
        """The call to the colleague goes on with the customer, as the next contact."""
        kept, consult = both.kept, both.consult
        log.info("attended transfer", contact_id=kept.contact_id, consult=consult.contact_id)
        self._hand(kept, consult)
        self._router.release(kept.customer.username)  # of the call; the contact is released last
        self._step(kept, Input.HANDED_ON)

    def _join_outside(self, both: Pair, line: Line) -> None:
        """Whoever the agent has called outside takes the place of the agent, or rings on to do so.

        Raises PeerError while they hear a whisper flow.
        """
        kept, consult = both.kept, both.consult
        answered = consult.call.state is State.BRIDGED
        if not answered and consult.call.state is not State.CALLING:
            raise PeerError("Nobody to transfer to yet", status=REQUEST_PENDING)
        log.info("attended transfer", contact_id=kept.contact_id, consult=consult.contact_id)
        self._lines.grant(line)
        if answered:
            self._lines.report(line, OK)
        called = consult.customer
        called.contact_id, called.party = kept.contact_id, Party.THIRD_PARTY
        kept.ringing, kept.onward = called, consult.hunt
        self._step(consult, Input.HANDED_ON)
        self._step(kept, Input.THIRD_PARTY_ANSWERED if answered else Input.TO_THIRD_PARTY)
