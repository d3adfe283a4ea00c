"""Agents call numbers outside, and only those they may: who is called is the contact's customer.

The call is made for the agent's queue. It goes by trunk after trunk, until one has news of the
called; the agent's phone rings meanwhile, and is answered when the called have heard the queue's
outbound whisper flow. Early media stays outside: a phone that dials hears its own ringback.

Nobody dials where a flow is to run for whoever answers: `reach`.

A contact that an agent or a flow hands to a third party goes the same ways, by the rights of
whoever does, against whose limit it counts until it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog

from config import Settings
from engine.call import Call, Input
from engine.call_limit import CallLimit
from engine.chain import chained
from engine.contact_record import ContactRecord, InitiationMethod, endpoint
from engine.dialling import Denied, Dialler, DialPlan
from engine.header_policy import Fields, HeaderPolicy
from engine.hunt import Hunt
from engine.ledger import Ledger
from engine.line import Line, NoLine, Party
from engine.lines import Lines
from engine.live import LiveContact
from engine.queue_callers import QueueCallers
from engine.registry import Registry
from engine.routing import Router
from engine.trunk_call import TrunkCall, caller_id
from engine.trunks import Trunks
from sip import Ended, InviteReceived, PeerError, SessionId

TOO_MANY = 503
log = structlog.get_logger("engine.outbound")


class Outbound:
    """Makes the calls to the outside. `step` feeds an input into a call at once; `permits` says
    whether a user has the permission OutboundCallAccess at this moment."""

    def __init__(
        self,
        settings: Settings,
        plan: DialPlan,
        callers: QueueCallers,
        lines: Lines,
        trunks: Trunks,
        registry: Registry,
        router: Router,
        ledger: Ledger,
        headers: HeaderPolicy,
        step: Callable[[LiveContact, Input], None],
        permits: Callable[[str], bool],
    ) -> None:
        self._plan, self._lines, self._trunks = plan, lines, trunks
        self._queue_callers = callers
        self._agents = {agent.username: agent for agent in settings.agents}
        self._registry, self._router, self._ledger = registry, router, ledger
        self._headers, self._step, self._permits = headers, step, permits
        self._ring_seconds = settings.routing.ring_seconds
        self._limit = CallLimit(settings.dialling.max_calls, settings.dialling.calls_per_second)
        self._most_of_user = settings.dialling.max_calls_per_user
        self._callers: dict[SessionId, str] = {}
        self._loop = asyncio.get_running_loop()

    def start(self, invite: InviteReceived) -> None:
        """Call the number that an agent dialled. Raises PeerError, NoLine."""
        username = invite.username
        assert username, "only an agent calls somebody outside"
        hunt = self.hunt(invite.number, username, private=invite.caller.private)
        record = outbound_record(hunt, InitiationMethod.OUTBOUND, queue=hunt.queue)
        if about := self._registry.of_agent(username):
            record = chained(record, about.record)
        carried = self._headers.read(invite.headers, trusted=invite.trusted)
        beside = self._registry.beside(username)
        agent = self._lines.take(invite, record.contact_id, beside, Party.AGENT)
        customer = self._dial(hunt, agent.contact_id, agent, self._headers.outside(carried))
        if customer is None:
            self._lines.refuse(agent, hunt.status)
            return
        live = LiveContact(
            *(record, Call(self._ring_seconds), customer),
            carried=carried,
            system=system_attributes(record, hunt.queue, username),
            target_queue=hunt.queue,
            agent=agent,
            hunt=hunt,
        )
        self._count(customer, username)
        self._router.engage(username)
        self._registry.add(live)
        self._ledger.save(record)
        self._step(live, Input.CUSTOMER_DIALLED)

    def call(self, hunt: Hunt, agent: Line) -> Line | None:
        """Call whom an agent who has answered is to talk with; None when no way is left."""
        customer = self._dial(hunt, agent.contact_id, agent)
        if customer:
            self._count(customer, hunt.agent.username)
        return customer

    def reach(self, hunt: Hunt, contact_id: str) -> Line | None:
        """Call whom nobody has dialled; None when no way is left."""
        customer = self._dial(hunt, contact_id, None)
        if customer:
            self._count(customer, hunt.agent.username)
        return customer

    def failed(self, live: LiveContact, line: Line, event: Ended) -> None:
        """A trunk has not connected the called; another one may."""
        assert live.hunt, "who was called outside was searched for"
        customer = self._dial_again(live, live.hunt, live.agent, line, event)
        if customer is None:
            self._step(live, Input.CUSTOMER_MISSED)
        else:
            live.customer = customer

    def ring(self, live: LiveContact) -> bool:
        """Call the third party who is to have the contact; False when no way is left."""
        assert live.onward, "a third party is searched for first"
        hunt, fields = live.onward, self._headers.outside(live.carried)
        if not self._limit.has_room(self._loop.time()):  # others were quicker since the search
            live.refusal = TOO_MANY
            return False
        live.ringing = self._dial(hunt, live.contact_id, live.customer, fields, Party.THIRD_PARTY)
        if live.ringing is None:
            live.refusal = hunt.status
            return False
        self._count(live.ringing, hunt.agent.username)
        return True

    def rings_on(self, live: LiveContact, line: Line, event: Ended) -> bool:
        """A trunk has not connected the third party: whether another one tries."""
        assert live.onward, "a third party is searched for first"
        live.ringing = self._dial_again(live, live.onward, live.customer, line, event) or line
        return live.ringing is not line

    def ended(self, session: SessionId) -> None:
        """A call counts until its session has ended."""
        if self._callers.pop(session, None):
            self._limit.give()

    def hunt(self, dialled: str, username: str, *, private: bool = False) -> Hunt:
        """The ways to a number; nobody is called yet.

        Raises PeerError unless this agent may call this number now."""
        agent = self._agents.get(username) if self._permits(username) else None
        try:
            return self.search(dialled, agent, self._most_of_user, private=private)
        except PeerError as error:
            log.warning("call refused", agent=username, number=dialled, error=str(error))
            raise

    def search(
        self, dialled: str, dialler: Dialler | None, most: int, *, private: bool = False
    ) -> Hunt:
        """The same for whoever may make `most` calls at a time. Raises PeerError."""
        route = self._plan.route(dialled, dialler, self._trunks.unusable())
        if isinstance(route, Denied):
            raise PeerError(route.reason, status=route.status)
        assert dialler, "nobody has no route"
        if list(self._callers.values()).count(dialler.username) >= most:
            raise PeerError("Too many calls of yours to the outside", status=TOO_MANY)
        if not self._limit.has_room(self._loop.time()):
            raise PeerError("Too many calls to the outside", status=TOO_MANY)
        hunt = Hunt(self._plan, dialler, route, private=private)
        hunt.shown = self._queue_callers.shown(hunt.queue)
        return hunt

    def _dial_again(
        self, live: LiveContact, hunt: Hunt, beside: Line | None, line: Line, event: Ended
    ) -> Line | None:
        """The next way after that of `line`, which led nowhere; None when there is none."""
        log.info("not connected", contact_id=live.contact_id, status=event.status)
        hunt.failed(event.status, event.contacts, self._trunks.unusable())
        fields = self._headers.outside(live.carried)
        again = self._dial(hunt, live.contact_id, beside, fields, line.party)
        if again is None:
            live.refusal = hunt.status
            return None
        self._callers[again.session] = self._callers.pop(line.session)
        self._lines.drop(line)
        return again

    def _dial(
        self,
        hunt: Hunt,
        contact_id: str,
        beside: Line | None,
        fields: Fields = (),
        party: Party = Party.CUSTOMER,
    ) -> Line | None:
        """Call by the best trunk that is left; None when there is none."""
        while way := hunt.next(self._trunks.unusable()):
            call = TrunkCall.by(way, hunt.shown, private=hunt.private)
            try:
                line = self._lines.dial(call, contact_id, beside, fields, party)
            except NoLine as error:
                log.error("not dialled", contact_id=contact_id, error=str(error))
                continue
            self._trunks.take(way.trunk, line.session)
            log.info(
                "dial",
                contact_id=contact_id,
                agent=hunt.agent.username,
                number=way.number,
                trunk=way.trunk.name,
            )
            return line
        return None

    def _count(self, line: Line, username: str) -> None:
        self._limit.take(self._loop.time())
        self._callers[line.session] = username


def outbound_record(hunt: Hunt, method: InitiationMethod, **facts: Any) -> ContactRecord:
    """A new contact with somebody outside, whom nobody has called yet.

    `facts` are more of the record, by their names there.
    """
    now, contact_id = datetime.now(UTC), str(uuid4())
    return ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=method,
        customer_endpoint=hunt.first.number,
        system_endpoint=caller_id(hunt.shown, hunt.first.trunk),
        initiation=now,
        last_update=now,
        **facts,
    )


def system_attributes(record: ContactRecord, queue: str, username: str) -> dict[str, str]:
    """What the whisper flow may ask besides what every flow may (specification 4.4)."""
    return {"Agent.UserName": username, **queue_attributes(record, queue)}


def queue_attributes(record: ContactRecord, queue: str) -> dict[str, str]:
    """What a flow may ask of the queue that a call to the outside is made for."""
    shown = endpoint(record.system_endpoint)
    called = {f"Queue.OutboundCallerId.{name}": value for name, value in shown.items()}
    return {"Queue.Name": queue, **called}
