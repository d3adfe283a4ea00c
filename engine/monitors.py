"""Supervisors on the line: rings a supervisor's phone and joins it, silently, to a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from engine.directory.reach import beyond
from engine.ledger import Ledger
from engine.line import Line, NoLine, Party
from engine.lines import Lines
from engine.live import Listener, LiveContact
from engine.monitor_rights import MonitorRights
from engine.records import ContactRecord, DisconnectReason, InitiationMethod
from engine.refused import Refused
from engine.supervision import KEYS, SILENT, Candidate, Change, Monitor, check
from mixer import Farm, Mode
from sip import Answered, PeerError

log = structlog.get_logger("engine.monitors")


class Monitors:
    """Every supervisor's leg. What the phone of one who may only listen sends is dropped in the
    media core."""

    def __init__(
        self,
        lines: Lines,
        mixer: Farm,
        ledger: Ledger,
        rights: MonitorRights,
        changed: Callable[[LiveContact], None],
        *,
        max_listeners: int,
        ring_seconds: float,
    ) -> None:
        """`changed` is told of a contact whose listeners are other than before."""
        self._lines, self._mixer, self._ledger = lines, mixer, ledger
        self._rights, self._changed = rights, changed
        self._followed: dict[str, str] = {}  # agent, by supervisor
        self._max_listeners, self._ring_seconds = max_listeners, ring_seconds
        self._loop = asyncio.get_running_loop()

    def start(
        self, live: LiveContact, supervisor: str, allowed: frozenset[Mode] = SILENT
    ) -> Listener:
        """Ring the supervisor's phone, which hears the conversation from when it answers.

        Raises Refused.
        """
        if not self._rights.reaches(supervisor, live.record):
            raise beyond(supervisor, f"the contact {live.contact_id}")
        candidate = Candidate(
            live.call.state, live.recorded, [one.monitor.supervisor for one in live.listeners]
        )
        reachable = self._lines.reaches(supervisor, Party.SUPERVISOR)
        check(
            candidate,
            supervisor,
            reachable=reachable,
            max_listeners=self._max_listeners,
            enhanced=self._rights.enhanced,
        )
        line = self._ring(live, supervisor, allowed)
        record = monitor_record(live.record, supervisor)
        listener = Listener(record, Monitor(supervisor, allowed), line)
        listener.ringing = self._loop.call_later(self._ring_seconds, self.left, live, line)
        live.listeners.append(listener)
        self._ledger.save(listener.record)
        self._ledger.audit(supervisor, "monitor.start", live.contact_id)
        self._changed(live)
        return listener

    def _ring(self, live: LiveContact, supervisor: str, allowed: frozenset[Mode]) -> Line:
        try:
            return self._lines.call(
                supervisor,
                live.contact_id,
                Party.SUPERVISOR,
                caller=f"Monitoring {live.record.agent}",
                beside=live.customer,
                listen_only=allowed == SILENT,
            )
        except NoLine as error:
            raise Refused(500, "InternalServiceException", str(error)) from error

    def switch(self, live: LiveContact, listener: Listener, mode: Mode) -> None:
        """Let the supervisor speak to the agent alone, to both, or to nobody. Raises Refused.

        It takes the right to at this moment, besides what was asked for when monitoring began.
        """
        supervisor = listener.monitor.supervisor
        if mode not in self._rights.allowed(supervisor):
            text = f"{supervisor} may not {mode.name.lower()}"
            raise Refused(403, "AccessDeniedException", text)
        if mode is not Mode.LISTEN and not listener.line.may_send:
            raise Refused.invalid(f"The phone of {supervisor} only listens")
        listener.monitor.switch(mode)
        self._mixer.route(live.contact_id, live.routes())
        self._ledger.audit(supervisor, f"monitor.{mode.name.lower()}", live.contact_id)
        self._changed(live)

    def recheck(self, contacts: Iterable[LiveContact]) -> None:
        """Permissions and restrictions may have changed: who may not listen any more is hung up on,
        and who may not speak is heard by nobody."""
        for live in contacts:
            for listener in tuple(live.listeners):
                supervisor = listener.monitor.supervisor
                allowed = self._rights.allowed(supervisor)
                if not allowed or not self._rights.reaches(supervisor, live.record):
                    self._end(live, listener, DisconnectReason.OTHER)
                elif listener.monitor.mode not in allowed:
                    self.switch(live, listener, Mode.LISTEN)

    def pressed(self, live: LiveContact, line: Line, key: str) -> None:
        """A key of the supervisor's phone; one that switches to what they may not goes unheard."""
        if mode := KEYS.get(key):
            try:
                self.switch(live, listener_on(live, line), mode)
            except Refused as refused:
                log.warning("not switched", contact_id=live.contact_id, error=refused.message)

    def follow(self, supervisor: str, agent: str) -> None:
        """From now on every conversation of this agent rings at the supervisor, and of no other."""
        self._followed[supervisor] = agent
        self._ledger.audit(supervisor, "monitor.follow", None, agent)

    def followed(self, supervisor: str) -> str | None:
        """The agent whom this supervisor follows."""
        return self._followed.get(supervisor)

    def unfollow(self, supervisor: str) -> None:
        """What is listened to goes on; the next conversation does not ring."""
        agent = self._followed.pop(supervisor)
        self._ledger.audit(supervisor, "monitor.unfollow", None, agent)

    def conversation(self, live: LiveContact) -> None:
        """An agent and a customer begin to talk: whoever follows the agent is rung."""
        assert live.agent, "a conversation has an agent"
        agent = live.agent.username
        for supervisor in [each for each, whom in self._followed.items() if whom == agent]:
            allowed = self._rights.allowed(supervisor)
            if not allowed:
                self.unfollow(supervisor)
                continue
            try:
                self.start(live, supervisor, allowed)
            except Refused as refused:
                log.warning("not followed", contact_id=live.contact_id, error=refused.message)

    def answered(self, live: LiveContact, line: Line, event: Answered) -> None:
        """The supervisor's phone is up: from now on it hears both."""
        listener = listener_on(live, line)
        try:
            self._lines.answered(line, event)
        except PeerError as error:
            log.warning("monitor leg refused", contact_id=live.contact_id, error=str(error))
            self._end(live, listener, DisconnectReason.TELECOM_PROBLEM)
            return
        listener.monitor.step(Change.ANSWERED)
        stop_ringing(listener)
        now = datetime.now(UTC)
        listener.record = replace(listener.record, last_update=now, connected_to_agent=now)
        self._ledger.save(listener.record)
        self._mixer.route(live.contact_id, live.routes())

    def left(self, live: LiveContact, line: Line) -> None:
        """The supervisor hung up, did not answer, or the phone vanished: only this leg ends."""
        self._end(live, listener_on(live, line), DisconnectReason.AGENT_DISCONNECT)

    def end_all(self, live: LiveContact) -> None:
        """The conversation is over, and monitoring with it."""
        for listener in tuple(live.listeners):
            self._end(live, listener, DisconnectReason.OTHER)

    def _end(self, live: LiveContact, listener: Listener, reason: DisconnectReason) -> None:
        listener.monitor.step(Change.LEFT)
        stop_ringing(listener)
        live.listeners.remove(listener)
        self._mixer.route(live.contact_id, live.routes())
        self._lines.drop(listener.line)
        now = datetime.now(UTC)
        listener.record = replace(
            listener.record, last_update=now, disconnect=now, disconnect_reason=reason
        )
        self._ledger.save(listener.record)
        self._ledger.audit(listener.monitor.supervisor, "monitor.stop", live.contact_id)
        self._changed(live)


def stop_ringing(listener: Listener) -> None:
    if listener.ringing:
        listener.ringing.cancel()


def listener_on(live: LiveContact, line: Line) -> Listener:
    return next(one for one in live.listeners if one.line is line)


def monitor_record(monitored: ContactRecord, supervisor: str) -> ContactRecord:
    """A monitor is a contact of its own (specification item 47)."""
    now = datetime.now(UTC)
    return ContactRecord(
        contact_id=str(uuid4()),
        initial_contact_id=monitored.contact_id,
        initiation_method=InitiationMethod.MONITOR,
        customer_endpoint=monitored.customer_endpoint,
        system_endpoint=monitored.system_endpoint,
        channel=monitored.channel,
        queue=monitored.queue,
        agent=supervisor,
        initiation=now,
        last_update=now,
        connected_to_system=now,
    )
