"""What happens on SIP and media goes to the contact it belongs to; what follows is performed.

One call's failure stays with that call: it is logged, and the call is ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import TypeVar
from uuid import uuid4

import structlog

from engine.admission import Admission, Verdict
from engine.call import Call, Input, State
from engine.callbacks import Callbacks
from engine.consults import Consults
from engine.header_policy import HeaderPolicy
from engine.hunt import OF_THE_CALLED
from engine.ledger import Ledger
from engine.line import NO_ANSWER, Keys, Line, NoLine, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.monitors import Monitors
from engine.outbound import Outbound
from engine.own_numbers import OwnNumbers
from engine.performer import Performer
from engine.queues import Offer
from engine.records import ContactRecord, InitiationMethod
from engine.registry import Registry
from engine.replacements import Replacements
from engine.routing import Router
from engine.signalling import of_end, of_invite
from engine.transfers import Transfers
from engine.trunks import Trunks
from mixer import DigitReceived as MediaDigit
from mixer import Event as MediaEvent
from mixer import MediaTimedOut, PlayerEnded
from sip import (
    Answered,
    Cause,
    Confirmed,
    Ended,
    InviteReceived,
    PeerError,
    Progressed,
    ReferProgressed,
    Referred,
    Registered,
    Reoffered,
    SipTransport,
    Throttled,
    TrunkDown,
    TrunkRegistered,
    TrunkUnregistered,
    TrunkUp,
    Unregistered,
)
from sip import DigitReceived as SipDigit
from sip import Event as SipEvent

E = TypeVar("E")

RINGING = 180
OUTCOMES = {
    Party.CUSTOMER: (Input.CUSTOMER_ANSWERED, Input.CUSTOMER_MISSED),
    Party.AGENT: (Input.AGENT_ANSWERED, Input.AGENT_MISSED),
    Party.THIRD_PARTY: (Input.THIRD_PARTY_ANSWERED, Input.AGENT_MISSED),
}
"""What it means for a call that a phone we rang has answered, or has not."""
DIALLED = {State.CALLING, State.CALLING_BACK, State.REACHING}
"""The customer is called, and another trunk may be tried."""
HUNG_UP = {Cause.REMOTE_BYE, Cause.CANCELLED}
log = structlog.get_logger("engine.switchboard")


class Switchboard:
    """Takes in events, walks the calls, keeps their deadlines."""

    def __init__(
        self,
        sip: SipTransport,
        trunks: Trunks,
        lines: Lines,
        registry: Registry,
        router: Router,
        performer: Performer,
        monitors: Monitors,
        transfers: Transfers,
        consults: Consults,
        outbound: Outbound,
        callbacks: Callbacks,
        replacements: Replacements,
        ledger: Ledger,
        admission: Admission,
        own: OwnNumbers,
        headers: HeaderPolicy,
        ring_seconds: float,
    ) -> None:
        self._sip, self._lines, self._registry, self._router = sip, lines, registry, router
        self._trunks = trunks
        self._performer, self._monitors, self._ledger = performer, monitors, ledger
        self._transfers, self._consults, self._outbound = transfers, consults, outbound
        self._callbacks, self._replacements = callbacks, replacements
        self._admission, self._own, self._headers = admission, own, headers
        self._ring_seconds = ring_seconds
        self._loop = asyncio.get_running_loop()
        self._draining, self._hurry = False, asyncio.Event()

    def on_sip(self, event: SipEvent) -> None:
        match event:
            case InviteReceived():
                self._arrive(self._trunks.translated(event))
            case Registered(username=username):
                self._router.register(username)
            case Unregistered(username=username):
                if not self._lines.reaches(username):
                    self._router.unregister(username)
            case TrunkRegistered() | TrunkUnregistered() | TrunkUp() | TrunkDown():
                self._trunks.on_event(event)
            case Ended(session=session):
                self._trunks.ended(session)
                self._on_line(self._lines.ended(session), self._ended, event)
                self._outbound.ended(session)
            case Answered(session=session):
                self._on_line(self._lines.of_session(session), self._answered, event)
            case Confirmed(session=session):
                self._on_line(self._lines.of_session(session), self._confirmed, event)
            case Reoffered(session=session):
                self._on_line(self._lines.of_session(session), self._reoffered, event)
            case Progressed(session=session):
                self._on_line(self._lines.of_session(session), self._progressed, event)
            case Throttled(host=host, username=username):
                log.warning("too many wrong passwords", host=host, username=username)
            case Referred(session=session):
                self._on_line(self._lines.of_session(session), self._transfers.referred, event)
            case ReferProgressed(session=session):
                self._on_line(self._lines.of_session(session), self._transfers.progressed, event)
            case SipDigit(session=session):
                self._on_line(self._lines.of_session(session), self._told_digit, event)

    def on_media(self, event: MediaEvent) -> None:
        match event:
            case PlayerEnded(port=port):
                if heard := self._performer.prompt_on(port):
                    self.guarded(heard[0], lambda: self._performer.prompt_ended(*heard))
            case MediaTimedOut(port=port):
                self._on_line(self._lines.of_port(port), self._vanished, event)
            case MediaDigit(port=port):
                self._on_line(self._lines.of_port(port), self._heard_digit, event)

    def on_offer(self, offer: Offer) -> None:
        if live := self._registry.get(offer.contact_id):
            live.offered_to, live.device = offer.agent, ""
            self.step(live, Input.AGENT_OFFERED)
        else:
            self._callbacks.offered(offer)

    def step(self, live: LiveContact, event: Input) -> None:
        """Something happened to this call."""
        self.guarded(
            live,
            lambda: self._performer.perform(live, live.call.step(event, self._loop.time())),
        )
        self._arm(live)

    def hurry(self) -> None:
        """Who drains waits no longer."""
        self._hurry.set()

    async def drain(self, seconds: float) -> None:
        """No new calls; current ones may finish for so long, then they are ended."""
        self._draining = True
        over = [asyncio.create_task(one.wait()) for one in (self._registry.empty, self._hurry)]
        await asyncio.wait(over, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in over:
            one.cancel()
        if len(self._registry):
            log.warning("ending calls that did not finish", calls=len(self._registry))
        for live in self._registry:
            self.step(live, Input.SHUT_DOWN)

    def _arrive(self, invite: InviteReceived) -> None:
        if invite.replaces:
            self._take(invite, self._replacements.start)
            return
        if invite.username or self._trunks.brought(invite):
            invite = replace(invite, number=self._own.spelled(invite.number))
        decision = self._admission.decide(
            invite.number,
            invite.username,
            trunk=self._trunks.brought(invite),
            calls=len(self._registry),
            draining=self._draining,
        )
        match decision.verdict:
            case Verdict.CHALLENGE:
                self._sip.challenge(invite.session)
            case Verdict.REJECT:
                self._lines.reject(invite.session, decision.status, decision.reason)
            case Verdict.ACCEPT:
                self._take(invite, self._accept)
            case Verdict.CONSULT:
                self._take(invite, self._consults.start)
            case Verdict.DIAL:
                self._take(invite, self._outbound.start)

    def _take(self, invite: InviteReceived, begin: Callable[[InviteReceived], None]) -> None:
        """Begin a contact; when there is no line for it, say why."""
        if not self._trunks.admits(invite):
            self._lines.reject(invite.session, 503, "The trunk is full")
            return
        try:
            begin(invite)
        except PeerError as error:
            self._lines.reject(invite.session, error.status, str(error))
        except NoLine as error:
            log.error("call refused", number=invite.number, error=str(error))
            self._lines.reject(invite.session, 503, "No media port is free")

    def _accept(self, invite: InviteReceived) -> None:
        record = contact_record(invite)
        beside = self._registry.beside(invite.username) if invite.username else None
        line = self._lines.accept(invite, record.contact_id, beside)
        carried = self._headers.read(invite.headers, trusted=invite.trusted)
        live = LiveContact(record, Call(self._ring_seconds), line, invite.caller, carried)
        self._router.engage(line.username)  # when it is an agent who calls
        self._registry.add(live)
        self._ledger.save(record)
        log.info("contact", contact_id=live.contact_id, number=invite.number)

    def _on_line(
        self, line: Line | None, handler: Callable[[LiveContact, Line, E], None], event: E
    ) -> None:
        """Hand an event to the contact of a line; for a line that is gone it is too late."""
        if line is None:
            return
        if live := self._registry.get(line.contact_id):
            self.guarded(live, lambda: handler(live, line, event))
        else:
            self._callbacks.on_line(line, event)

    def _answered(self, live: LiveContact, line: Line, event: Answered) -> None:
        if line.party is Party.SUPERVISOR:
            self._monitors.answered(live, line, event)
            return
        succeeds, fails = OUTCOMES[line.party]
        try:
            self._lines.answered(line, event)
        except PeerError as error:
            log.warning("answer refused", contact_id=live.contact_id, error=str(error))
            live.refusal = error.status
            self.step(live, fails)
            return
        if succeeds is Input.AGENT_ANSWERED and live.is_whispered_to:
            succeeds = Input.AGENT_LISTENS
        self.step(live, succeeds)

    def _progressed(self, live: LiveContact, line: Line, event: Progressed) -> None:
        """A phone rings: whoever waits for it is told."""
        if live.call.state is State.CALLING and line is live.customer:
            self._lines.ring(live.caller)
        elif line is live.ringing and event.status == RINGING:
            if live.call.state is State.DIALLING:
                self._lines.ring(live.customer)
            elif live.call.state is State.TRANSFERRING and live.agent:
                self._lines.report(live.agent, RINGING)

    def _confirmed(self, live: LiveContact, line: Line, event: Confirmed) -> None:
        try:
            self._lines.confirmed(line, event)
        except PeerError as error:
            log.warning("answer in ACK refused", contact_id=live.contact_id, error=str(error))
            self._lost(live, line, hung_up=False)
            return
        if event.answer is not None:
            self._performer.line_changed(live)  # only now is it known who may hear whom
        if line is live.customer:
            self.step(live, Input.CONFIRMED)

    def _reoffered(self, live: LiveContact, line: Line, event: Reoffered) -> None:
        self._lines.reoffered(line, event)
        self._performer.line_changed(live)

    def _ended(self, live: LiveContact, line: Line, event: Ended) -> None:
        if line is live.ringing and event.status is not None:
            live.refusal = event.status if event.status in OF_THE_CALLED else NO_ANSWER
        if line is live.customer and live.call.state in DIALLED:
            self._outbound.failed(live, line, event)
            return
        if line is live.ringing and line.party is Party.THIRD_PARTY:
            if self._outbound.rings_on(live, line, event):
                return
        if line is live.customer or (line is live.agent and live.call.state is State.BRIDGED):
            said = of_end(event.reasons)
            live.note(datetime.now(UTC), signalling={**live.record.signalling, **said})
        live.farewell = self._headers.farewell(event.reasons)
        self._lost(live, line, hung_up=event.cause in HUNG_UP)
        live.farewell = None

    def _vanished(self, live: LiveContact, line: Line, _: MediaTimedOut) -> None:
        if not line.may_fall_silent:
            log.warning("phone vanished", contact_id=live.contact_id, party=line.party.name)
            self._lost(live, line, hung_up=False)

    def _told_digit(self, live: LiveContact, line: Line, event: SipDigit) -> None:
        if not line.presses_by(Keys.SIGNALLING):
            return
        if line.party is Party.SUPERVISOR:
            self._monitors.pressed(live, line, event.digit)
        else:
            self._performer.told_digit(live, line, event.digit, event.duration_ms)

    def _heard_digit(self, live: LiveContact, line: Line, event: MediaDigit) -> None:
        if not line.presses_by(Keys.MEDIA):
            return
        if line.party is Party.SUPERVISOR:
            self._monitors.pressed(live, line, event.digit)
        else:
            self._performer.pressed(live, line, event.digit, event.duration_ms)

    def _lost(self, live: LiveContact, line: Line, *, hung_up: bool) -> None:
        if line.party is Party.SUPERVISOR:
            self._monitors.left(live, line)
        elif line is live.customer:
            self.step(live, Input.CUSTOMER_LEFT if hung_up else Input.CUSTOMER_LOST)
        elif line is live.ringing:
            self.step(live, Input.AGENT_MISSED)
        elif line is live.third_party:
            self.step(live, Input.THIRD_PARTY_LEFT)
        elif live.goes_on_alone:
            self.step(live, Input.CUSTOMER_REMAINS)
        else:
            self.step(live, Input.AGENT_LEFT if hung_up else Input.AGENT_LOST)

    def guarded(self, live: LiveContact, act: Callable[[], None]) -> None:
        """Do it; if it fails, end this contact."""
        try:
            act()
        except Exception:
            log.exception("call failed", contact_id=live.contact_id)
            self._abandon(live)
        self._registry.changed(live)

    def _abandon(self, live: LiveContact) -> None:
        """End a call in which something broke."""
        try:
            self._performer.perform(live, live.call.step(Input.SHUT_DOWN, self._loop.time()))
        except Exception:
            log.exception("call not ended cleanly", contact_id=live.contact_id)

    def _arm(self, live: LiveContact) -> None:
        if live.timer:
            live.timer.cancel()
        due = live.call.deadline
        live.timer = self._loop.call_at(due, self._ring_expired, live) if due < inf else None

    def _ring_expired(self, live: LiveContact) -> None:
        now = max(live.call.deadline, self._loop.time())  # the loop may wake a hair early
        self.guarded(live, lambda: self._performer.perform(live, live.call.tick(now)))
        self._arm(live)


def contact_record(invite: InviteReceived) -> ContactRecord:
    """A new inbound contact; it is answered at once, so it is connected to the system too."""
    now = datetime.now(UTC)
    contact_id = str(uuid4())
    return ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=InitiationMethod.INBOUND,
        customer_endpoint=invite.caller.user or invite.caller.uri,
        system_endpoint=invite.number,
        initiation=now,
        last_update=now,
        connected_to_system=now,
        signalling=of_invite(invite),
    )
