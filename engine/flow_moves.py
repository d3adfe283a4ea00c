"""Where flows lead contacts: into queues, to an agent, to somebody outside; and whom they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from engine.agents import OWN
from engine.call import Input, State
from engine.flow_answers import FlowAnswers
from engine.flow_calls import FlowCalls
from engine.live import LiveContact
from engine.moments import CUSTOMER_QUEUE, Moment
from engine.records import InitiationMethod
from engine.registry import Registry
from engine.routing import Router
from engine.voice import Voice
from flows import (
    CallThirdParty,
    ChangeQueue,
    Done,
    Event,
    Failed,
    HoldPrevious,
    TransferToAgent,
    TransferToQueue,
)

Move = TransferToQueue | TransferToAgent | ChangeQueue | CallThirdParty | HoldPrevious
LENDERS: Final = frozenset({State.FLOW, State.WAITING, State.OFFERING})
"""Where a customer who hears a flow can be given to somebody outside."""
log = structlog.get_logger("engine.flow")


class FlowMoves:
    """`step` feeds an input into a call; `changed` settles anew who hears whom in one."""

    def __init__(
        self,
        answers: FlowAnswers,
        registry: Registry,
        router: Router,
        calls: FlowCalls,
        voice: Voice,
        step: Callable[[LiveContact, Input], None],
        changed: Callable[[LiveContact], None],
    ) -> None:
        self._answers, self._registry, self._router = answers, registry, router
        self._changed = changed
        self._calls, self._voice, self._step = calls, voice, step

    def move(self, live: LiveContact, moment: Moment, ask: Move) -> Event | None:
        """None where it is told later how that went, or the flow is over with it."""
        match ask:
            case TransferToQueue():
                return self._to_queue(live)
            case TransferToAgent():
                return self._to_agent(live)
            case ChangeQueue():
                return self._to_another_queue(live, moment, ask)
            case CallThirdParty():
                return self._to_third_party(live, ask)
            case HoldPrevious(participant):
                return self._hold(live, participant)

    def _to_queue(self, live: LiveContact) -> Event:
        """Into the queue that was set, from where no flow has led there yet."""
        if live.call.state is not State.FLOW:
            return refused(live, "nothing leads to a queue from here")
        outcome = self._answers.has_room(live)
        if outcome == Done():
            self._step(live, Input.QUEUED)
        return outcome

    def _to_agent(self, live: LiveContact) -> Event:
        """To the agent whose own queue was set, if they are available."""
        username = (live.target_queue or "").removeprefix(OWN)
        if live.call.state is not State.FLOW:
            return refused(live, "nothing leads to an agent from here")
        if not self._router.floor.owner(live.target_queue or ""):
            return refused(live, "no agent was chosen to transfer to")
        if not self._router.call(live.contact_id, username):
            return refused(live, f"{username} is not available")
        live.offered_to, live.device = username, ""
        self._step(live, Input.FLOW_SUMMONS)
        return Done()

    def _to_another_queue(self, live: LiveContact, moment: Moment, ask: ChangeQueue) -> Event:
        if moment is not CUSTOMER_QUEUE:
            return refused(live, "who waits in no queue changes none")
        outcome = self._answers.answer(live, ask)
        assert outcome, "whoever changes queues is told"
        if outcome == Done():
            live.next_method = InitiationMethod.QUEUE_TRANSFER
            self._step(live, Input.REQUEUED)
        return outcome

    def _to_third_party(self, live: LiveContact, ask: CallThirdParty) -> Event | None:
        """The customer hears music until the third party has answered."""
        if live.call.state not in LENDERS:
            return refused(live, "nobody outside is called from here")
        failed = self._calls.start(live, ask)
        if failed is None:
            self._voice.hold_music(live)
        return failed

    def _hold(self, live: LiveContact, participant: str) -> Event:
        """In the contact in which the agent talks who called this flow."""
        before = self._registry.of_agent(live.customer.username)
        if before is None or before.call.state is not State.BRIDGED:
            return refused(live, "there is no contact from which this one was begun")
        if participant == "Agent":
            return refused(live, "an agent who hears a flow cannot be held elsewhere")
        before.held_for = live.call if participant else None
        self._changed(before)
        return Done()


def refused(live: LiveContact, why: str) -> Failed:
    log.warning(why, contact_id=live.contact_id)
    return Failed()
