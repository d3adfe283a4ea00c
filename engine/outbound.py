"""Agents call numbers outside, and only those they may: who is called is the contact's customer.

The call is made for the agent's queue. It goes by trunk after trunk, until one has news of the
called; the agent's phone rings meanwhile, and is answered when the called have heard the queue's
outbound whisper flow. Early media stays outside: a phone that dials hears its own ringback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from config import Queue, Settings
from engine.call import Call, Input
from engine.call_limit import CallLimit
from engine.contact_record import ContactRecord, InitiationMethod, endpoint
from engine.dialling import Denied, DialPlan
from engine.header_policy import Fields, HeaderPolicy
from engine.hunt import Hunt
from engine.ledger import Ledger
from engine.lines import Line, Lines, NoLine, Party
from engine.live import LiveContact
from engine.registry import Registry
from engine.routing import Router
from engine.trunk_call import TrunkCall, caller_id
from engine.trunks import Trunks
from sip import Ended, InviteReceived, PeerError, SessionId

TOO_MANY = 503
log = structlog.get_logger("engine.outbound")


class Outbound:
    """Makes the calls to the outside. `step` feeds an input into a call at once."""

    def __init__(
        self,
        settings: Settings,
        plan: DialPlan,
        lines: Lines,
        trunks: Trunks,
        registry: Registry,
        router: Router,
        ledger: Ledger,
        headers: HeaderPolicy,
        step: Callable[[LiveContact, Input], None],
    ) -> None:
        self._plan, self._lines, self._trunks = plan, lines, trunks
        self._agents = {agent.username: agent for agent in settings.agents}
        self._queues = {queue.name: queue for queue in settings.queues}
        self._registry, self._router, self._ledger = registry, router, ledger
        self._headers, self._step = headers, step
        self._ring_seconds = settings.routing.ring_seconds
        self._limit = CallLimit(settings.dialling.max_calls, settings.dialling.calls_per_second)
        self._most_of_user = settings.dialling.max_calls_per_user
        self._callers: dict[SessionId, str] = {}
        self._loop = asyncio.get_running_loop()

    def start(self, invite: InviteReceived) -> None:
        """Call the number that an agent dialled. Raises PeerError, NoLine."""
        username = invite.username
        assert username, "only an agent calls somebody outside"
        hunt = self._hunt(invite.number, username, private=invite.caller.private)
        queue = self._queues[hunt.queue]
        record = outbound_record(hunt, queue)
        carried = self._headers.read(invite.headers, trusted=invite.trusted)
        agent = self._lines.take(invite, record.contact_id, party=Party.AGENT)
        customer = self._dial(hunt, agent, self._headers.outside(carried))
        if customer is None:
            self._lines.refuse(agent, hunt.status)
            return
        live = LiveContact(
            *(record, Call(self._ring_seconds), customer),
            carried=carried,
            system=system_attributes(record, queue, username),
            target_queue=queue.name,
            agent=agent,
            hunt=hunt,
        )
        self._count(customer, username)
        self._router.engage(username)
        self._registry.add(live)
        self._ledger.save(record)
        self._step(live, Input.CUSTOMER_DIALLED)

    def failed(self, live: LiveContact, line: Line, event: Ended) -> None:
        """A trunk has not connected the called; another one may."""
        hunt = live.hunt
        assert hunt, "who was called outside was searched for"
        log.info("not connected", contact_id=live.contact_id, status=event.status)
        hunt.failed(event.status, event.contacts, self._trunks.unusable())
        customer = self._dial(hunt, live.caller, self._headers.outside(live.carried))
        if customer is None:
            live.refusal = hunt.status
            self._step(live, Input.CUSTOMER_MISSED)
            return
        self._callers[customer.session] = self._callers.pop(line.session)
        self._lines.drop(line)
        live.customer = customer

    def ended(self, session: SessionId) -> None:
        """A call counts until its session has ended."""
        if self._callers.pop(session, None):
            self._limit.give()

    def _hunt(self, dialled: str, username: str, *, private: bool) -> Hunt:
        """Raises PeerError unless this agent may call this number now."""
        agent = self._agents.get(username)
        route = self._plan.route(dialled, agent, self._trunks.unusable())
        try:
            if isinstance(route, Denied):
                raise PeerError(route.reason, status=route.status)
            if list(self._callers.values()).count(username) >= self._most_of_user:
                raise PeerError("Too many calls of yours to the outside", status=TOO_MANY)
            if not self._limit.has_room(self._loop.time()):
                raise PeerError("Too many calls to the outside", status=TOO_MANY)
        except PeerError as error:
            log.warning("call refused", agent=username, number=dialled, error=str(error))
            raise
        assert agent, "a route is an agent's"
        return Hunt(self._plan, agent, route, private=private)

    def _dial(self, hunt: Hunt, beside: Line, fields: Fields) -> Line | None:
        """Call by the best trunk that is left; None when there is none."""
        queue = self._queues[hunt.queue]
        while way := hunt.next(self._trunks.unusable()):
            call = TrunkCall.by(way, queue, private=hunt.private)
            try:
                line = self._lines.dial(call, beside, fields)
            except NoLine as error:
                log.error("not dialled", contact_id=beside.contact_id, error=str(error))
                continue
            self._trunks.take(way.trunk, line.session)
            log.info(
                "dial",
                contact_id=beside.contact_id,
                agent=hunt.agent.username,
                number=way.number,
                trunk=way.trunk.name,
            )
            return line
        return None

    def _count(self, line: Line, username: str) -> None:
        self._limit.take(self._loop.time())
        self._callers[line.session] = username


def outbound_record(hunt: Hunt, queue: Queue) -> ContactRecord:
    """A new contact with somebody outside, whom nobody has called yet."""
    now = datetime.now(UTC)
    contact_id = str(uuid4())
    return ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=InitiationMethod.OUTBOUND,
        customer_endpoint=hunt.first.number,
        system_endpoint=caller_id(queue, hunt.first.trunk),
        queue=queue.name,
        initiation=now,
        last_update=now,
    )


def system_attributes(record: ContactRecord, queue: Queue, username: str) -> dict[str, str]:
    """What the whisper flow may ask besides what every flow may (specification 4.4)."""
    shown = endpoint(record.system_endpoint)
    return {
        "Agent.UserName": username,
        "Queue.Name": queue.name,
        **{f"Queue.OutboundCallerId.{name}": value for name, value in shown.items()},
    }
