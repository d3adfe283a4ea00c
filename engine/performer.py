"""Performs what a call asks for: each `Do` of `engine.call` is one small method here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog

from engine.call import Input, State
from engine.call_actions import Do
from engine.callbacks import Callbacks
from engine.flow_calls import FlowCalls
from engine.flow_run import FlowRunner
from engine.header_policy import HeaderPolicy
from engine.ledger import Ledger
from engine.line import NO_ANSWER, Line, NoLine, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.moments import (
    AGENT_HOLD,
    AGENT_WHISPER,
    CUSTOMER_HOLD,
    CUSTOMER_QUEUE,
    CUSTOMER_WHISPER,
    TRANSFER,
    Moment,
)
from engine.monitors import Monitors
from engine.outbound import Outbound
from engine.recordings import Recordings
from engine.records import DisconnectReason, InitiationMethod
from engine.registry import Registry
from engine.routing import Router
from engine.succession import Succession
from engine.voice import Voice
from flows import Done, Failed
from mixer import Farm, Port

OK = 200
TOO_LATE = "ConnectionTimeLimitExceeded"
log = structlog.get_logger("engine.call")

REASONS = {
    Input.CUSTOMER_LEFT: DisconnectReason.CUSTOMER_DISCONNECT,
    Input.AGENT_LEFT: DisconnectReason.AGENT_DISCONNECT,
    Input.FLOW_ENDED: DisconnectReason.CONTACT_FLOW_DISCONNECT,
    Input.CUSTOMER_LOST: DisconnectReason.TELECOM_PROBLEM,
    Input.AGENT_LOST: DisconnectReason.TELECOM_PROBLEM,
    Input.AGENT_MISSED: DisconnectReason.OTHER,
    Input.CUSTOMER_MISSED: DisconnectReason.OTHER,
    Input.HANDED_ON: DisconnectReason.AGENT_DISCONNECT,
    Input.THIRD_PARTY_LEFT: DisconnectReason.THIRD_PARTY_DISCONNECT,
    Input.GONE_OUTSIDE: DisconnectReason.AGENT_DISCONNECT,
    Input.SHUT_DOWN: DisconnectReason.OTHER,
}


class Performer:
    """Joins the call's table to SIP, media, queue, recorder and records.

    `later` feeds an input back into a call after the actions in hand are done.
    """

    def __init__(
        self,
        registry: Registry,
        router: Router,
        lines: Lines,
        mixer: Farm,
        voice: Voice,
        flows: FlowRunner,
        recordings: Recordings,
        monitors: Monitors,
        succession: Succession,
        outbound: Outbound,
        calls: FlowCalls,
        callbacks: Callbacks,
        ledger: Ledger,
        headers: HeaderPolicy,
        later: Callable[[LiveContact, Input], None],
    ) -> None:
        self._registry, self._router, self._lines, self._mixer = registry, router, lines, mixer
        self._voice, self._recordings, self._ledger = voice, recordings, ledger
        self._flows, self._headers, self._later = flows, headers, later
        self._outbound, self._calls, self._callbacks = outbound, calls, callbacks
        self._monitors, self._succession = monitors, succession
        self._methods = self._by_action()

    def _by_action(self) -> dict[Do, Callable[[LiveContact], None]]:
        return {
            Do.START_FLOW: self._start_flow,
            Do.START_WHISPER: self._start_whisper,
            Do.START_REMAINING: self._start_remaining,
            Do.START_BRIEFING: lambda live: self._whisper(live, AGENT_WHISPER),
            Do.STOP_BRIEFING: lambda live: self._flows.stop(live, Party.AGENT),
            Do.START_GREETING: lambda live: self._whisper(live, CUSTOMER_WHISPER),
            Do.STOP_FLOW: self._flows.stop,
            Do.CONTINUE_FLOW: lambda live: self._flows.went(live, Done()),
            Do.FAIL_FLOW: lambda live: self._flows.went(live, Failed("CallFailed")),
            Do.EXPIRE_FLOW: lambda live: self._flows.went(live, Failed(TOO_LATE)),
            Do.JOIN_QUEUE: self._join_queue,
            Do.REJOIN_QUEUE: self._rejoin_queue,
            Do.LEAVE_QUEUE: self._leave_queue,
            Do.STEP_ASIDE: lambda live: self._router.step_aside(live.contact_id),
            Do.STEP_BACK: lambda live: self._router.step_back(live.contact_id),
            Do.PASS_OVER: lambda live: self._router.decline(live.contact_id),
            Do.TAKE_AGENT: self._take_agent,
            Do.ADOPT_AGENT: self._adopt_agent,
            Do.RING_AGENT: self._ring_agent,
            Do.RING_THIRD_PARTY: self._ring_third_party,
            Do.JOIN_THIRD_PARTY: self._join_third_party,
            Do.RELEASE_THIRD_PARTY: self._release_third_party,
            Do.CANCEL_AGENT: self._cancel_agent,
            Do.ANSWER_CALLER: self._answer_caller,
            Do.REFUSE_CALLER: lambda live: self._lines.refuse(live.caller, live.refusal),
            Do.REFER_CUSTOMER: self._refer_customer,
            Do.HOLD_CUSTOMER: self._hold_customer,
            Do.REPORT_SUCCESS: self._report_success,
            Do.REPORT_FAILURE: self._report_failure,
            Do.BRIDGE: self._bridge,
            Do.START_RECORDING: self._start_recording,
            Do.STOP_RECORDING: self._recordings.stop_all,
            Do.END_MONITORS: self._monitors.end_all,
            Do.RELEASE_AGENT: self._release_agent,
            Do.HANG_UP_CUSTOMER: self._hang_up_customer,
            Do.CLOSE: self._close,
        }

    def perform(self, live: LiveContact, actions: Iterable[Do]) -> None:
        """Every action is tried, even after one that failed: no tear-down stops half-way.

        Raises an ExceptionGroup of what failed.
        """
        failures = []
        for action in actions:
            try:
                self._methods[action](live)
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup(f"contact {live.contact_id}", failures)

    def prompt_on(self, player: Port) -> tuple[LiveContact, Party] | None:
        """Whose prompt this is; None when it plays no longer."""
        return self._voice.heard_by(player)

    def prompt_ended(self, live: LiveContact, party: Party) -> None:
        self._flows.prompt_ended(live, party)

    def pressed(self, live: LiveContact, line: Line, digit: str, duration_ms: int) -> None:
        """Somebody pressed a key, which may be part of a PIN: nobody writes it down."""
        self._recordings.digit(live, duration_ms / 1000)
        for party in live.heard:
            if line is live.line_of(party):
                self._flows.pressed(live, party, digit)

    def told_digit(self, live: LiveContact, line: Line, digit: str, duration_ms: int) -> None:
        """The same, told by SIP INFO: whoever the party talks with hears it as telephone event."""
        self.pressed(live, line, digit, duration_ms)
        for other in live.heard_by(line):
            self._lines.send_digit(other, digit, duration_ms)

    def line_changed(self, live: LiveContact) -> None:
        """A phone held or resumed."""
        if live.call.state in (State.BRIDGED, State.SENDING):
            self._bridge(live)
        else:
            self._mixer.route(live.contact_id, live.routes())

    def hand(self, kept: LiveContact, consult: LiveContact) -> None:
        """The colleague whom the agent called because of a contact has its customer from now on."""
        self._succession.hand(kept, consult)
        self._bridge(consult)
        self._start_recording(consult)

    def _join_queue(self, live: LiveContact) -> None:
        assert live.target_queue, "a contact joins the queue that its flow set"
        self._succession.go_over(live)
        now = datetime.now(UTC)
        live.note(now, queue=live.target_queue, enqueue=now, dequeue=None)
        self._let_wait(live, CUSTOMER_QUEUE)
        self._router.join(live.contact_id, live.target_queue)
        if live.priority is not None or live.added_seconds is not None:
            self._router.prefer(
                live.contact_id, priority=live.priority, added_seconds=live.added_seconds
            )
        self._ledger.save(live.record)

    def _start_flow(self, live: LiveContact) -> None:
        """That of the number, or the one that the API has named."""
        self._succession.go_over(live)
        now = datetime.now(UTC)
        live.note(now, connected_to_system=live.record.connected_to_system or now)
        if TRANSFER.name not in live.hooks:
            self._flows.start(live)
        elif not self._flows.hook(live, TRANSFER):  # it is gone, or published no longer
            self._later(live, Input.FLOW_ENDED)
        live.hooks.pop(TRANSFER.name, None)

    def _start_remaining(self, live: LiveContact) -> None:
        """Where the flow leads the customer to is another contact."""
        live.next_method = InitiationMethod.DISCONNECT
        self._flows.remain(live)

    def _rejoin_queue(self, live: LiveContact) -> None:
        self._router.miss(live.contact_id)

    def _let_wait(self, live: LiveContact, moment: Moment) -> None:
        """The customer hears the flow that was set for this, or music."""
        if not self._flows.hook(live, moment):
            self._flows.stop(live)
            self._voice.hold_music(live)

    def _whisper(self, live: LiveContact, moment: Moment) -> None:
        if not self._flows.hook(live, moment):
            self._later(live, Input.WHISPERED)

    def _leave_queue(self, live: LiveContact) -> None:
        self._flows.stop(live)
        self._router.leave(live.contact_id)

    def _take_agent(self, live: LiveContact) -> None:
        self._router.take(live.contact_id)
        self._succession.go_over(live)
        self._adopt_agent(live)

    def _adopt_agent(self, live: LiveContact) -> None:
        live.agent, live.ringing = live.ringing or live.agent, None
        assert live.agent, "an agent has answered"
        username, now = live.agent.username, datetime.now(UTC)
        agent = self._router.floor.agents.get(username)
        live.note(
            now,
            agent=username,
            agents=(*live.record.agents, username),
            hierarchy=agent.hierarchy if agent else (),
            dequeue=live.record.left_queue(now),
            connected_to_agent=now,
        )

    def _ring_agent(self, live: LiveContact) -> None:
        assert live.offered_to, "a contact rings at the agent it was offered to"
        live.refusal = NO_ANSWER
        live.note(now := datetime.now(UTC), attempts=live.record.attempts + 1)
        if live.agent is None:
            live.note(now, ring_start=now)
        try:
            live.ringing = self._lines.call(
                live.offered_to,
                live.contact_id,
                Party.AGENT,
                caller=(live.identity and live.identity.display) or live.record.customer_endpoint,
                identity=live.identity,
                device=live.device,
                beside=live.customer,
                fields=self._headers.fields(live.carried, live.contact_id),
                at_once=self._accepts_by_itself(live),
            )
        except NoLine as error:
            log.warning("agent not reached", contact_id=live.contact_id, error=str(error))
            self._later(live, Input.AGENT_MISSED)

    def _accepts_by_itself(self, live: LiveContact) -> bool:
        """A contact out of a queue, at an agent who wants it so; a colleague's call rings."""
        agent = self._router.floor.agents.get(live.offered_to or "")
        return live.call.state is State.OFFERING and agent is not None and agent.auto_accept

    def _ring_third_party(self, live: LiveContact) -> None:
        live.refusal = NO_ANSWER
        if live.ringing:  # the agent had called them before
            return
        if not self._outbound.ring(live):
            self._later(live, Input.AGENT_MISSED)

    def _join_third_party(self, live: LiveContact) -> None:
        live.third_party, live.ringing = live.ringing, None
        assert live.onward, "a third party was searched for"
        now = datetime.now(UTC)
        live.note(now, transferred_to=live.onward.first.number, transfer_completed=now)
        if live.call.state is State.FORWARDED:  # else a queue or flow has the customer back
            live.note(now, dequeue=live.record.left_queue(now))
        self._voice.silence(live)
        self._mixer.route(live.contact_id, live.routes())
        self._calls.press(live)
        self._ledger.save(live.record)

    def _release_third_party(self, live: LiveContact) -> None:
        line, live.third_party = live.third_party, None
        self._mixer.route(live.contact_id, live.routes())
        if line is not None:
            self._lines.drop(line, live.farewell)

    def _cancel_agent(self, live: LiveContact) -> None:
        line, live.ringing = live.ringing, None
        if live.agent is None and live.call.state is not State.ENDED:
            live.note(datetime.now(UTC), ring_start=None)
        if line is not None:
            self._lines.drop(line, live.farewell)

    def _start_whisper(self, live: LiveContact) -> None:
        live.note(now := datetime.now(UTC), connected_to_system=now)
        self._flows.whisper(live)

    def _answer_caller(self, live: LiveContact) -> None:
        now = datetime.now(UTC)
        live.note(now, connected_to_system=live.record.connected_to_system or now)
        self._lines.answer(live.caller)

    def _refer_customer(self, live: LiveContact) -> None:
        assert live.sent_to, "who is sent away is sent somewhere"
        self._lines.refer(live.customer, live.sent_to)

    def _hold_customer(self, live: LiveContact) -> None:
        if live.flow is None and live.player is None:
            self._let_wait(live, CUSTOMER_HOLD)
        if live.agent:
            self._flows.hook(live, AGENT_HOLD)
        live.note_hold(datetime.now(UTC))
        self._mixer.route(live.contact_id, live.routes())
        self._recordings.observe(live)

    def _report_success(self, live: LiveContact) -> None:
        assert live.agent
        self._lines.report(live.agent, OK)

    def _report_failure(self, live: LiveContact) -> None:
        assert live.agent
        live.next_method = None
        self._lines.report(live.agent, live.refusal)

    def _bridge(self, live: LiveContact) -> None:
        """A customer on hold hears the hold flow, or music."""
        self._flows.stop(live, Party.AGENT)
        if not live.customer_held:
            self._flows.stop(live)
        elif live.flow is None and live.player is None:
            self._let_wait(live, CUSTOMER_HOLD)
        live.note_hold(datetime.now(UTC))
        self._mixer.route(live.contact_id, live.routes())
        self._recordings.observe(live)

    def _start_recording(self, live: LiveContact) -> None:
        self._recordings.start(live)
        self._mixer.route(live.contact_id, live.routes())
        self._monitors.conversation(live)
        self._ledger.save(live.record)

    def _release_agent(self, live: LiveContact) -> None:
        self._flows.stop(live, Party.AGENT)
        line, live.agent = live.agent, None
        live.note_hold(datetime.now(UTC))
        self._mixer.route(live.contact_id, live.routes())
        self._recordings.observe(live)
        if line is not None:  # else another contact has taken it
            self._lines.drop(line, live.farewell)
            self._router.release(line.username, live.contact_id)

    def _hang_up_customer(self, live: LiveContact) -> None:
        self._flows.stop(live)
        self._mixer.route(live.contact_id, set())
        if live.customer.contact_id == live.contact_id:  # else another contact has taken it
            self._lines.drop(live.customer, live.farewell)

    def _close(self, live: LiveContact) -> None:
        ended_by = live.call.ended_by
        assert ended_by, "a contact is closed when its call has ended"
        if ended_by is Input.CUSTOMER_MISSED and self._callbacks.again(live):
            self._registry.remove(live)
            return
        now = datetime.now(UTC)
        live.note(now, disconnect=now, disconnect_reason=REASONS[ended_by])
        if ended_by is Input.GONE_OUTSIDE:
            live.note(now, transferred_to=live.sent_to, transfer_completed=now)
        self._ledger.save(live.record)
        self._router.release(live.customer.username)  # when it was an agent who called
        self._registry.remove(live)
        if about := self._registry.of_agent(live.customer.username):
            self.line_changed(about)  # its customer may have been held for this one
        log.info("contact ended", contact_id=live.contact_id, reason=REASONS[ended_by].value)
