"""Contacts that the API begins: somebody outside is called, and a flow runs for whoever answers.

The call is one of the flows': made where the settings let flows call, and counted against their
limit. Nobody waits for it: what came of it is in the contact record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from config import RoutingSettings
from engine.call import Call, Input
from engine.contact_record import InitiationMethod
from engine.flow_calls import FlowCalls
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.moments import TRANSFER
from engine.outbound import Outbound, outbound_record, queue_attributes
from engine.registry import Registry
from sip import PeerError

RING_SECONDS = 60.0
"""Where nothing else is asked for."""
UNAVAILABLE = 503
log = structlog.get_logger("engine.outbound")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to call, and the flow to run, by its id.

    `queue` by its id shows its caller unless `caller_id` says otherwise, and is the one the flow
    may transfer to; `facts` are more of the contact record, by their names there.
    """

    number: str
    flow: str
    queue: str | None = None
    queue_name: str = ""
    caller_id: str | None = None
    ring_seconds: float = RING_SECONDS
    facts: Mapping[str, Any] = field(default_factory=dict)


class OutboundContacts:
    """`step` feeds an input into a call at once."""

    def __init__(
        self,
        calls: FlowCalls,
        outbound: Outbound,
        registry: Registry,
        ledger: Ledger,
        settings: RoutingSettings,
        step: Callable[[LiveContact, Input], None],
    ) -> None:
        self._calls, self._outbound = calls, outbound
        self._registry, self._ledger = registry, ledger
        self._settings, self._step = settings, step
        self._closed = False

    def close(self) -> None:
        """Nobody is called any more."""
        self._closed = True

    def start(self, wanted: Wanted) -> LiveContact:
        """Raises PeerError where this number may not be called now."""
        if self._closed or len(self._registry) >= self._settings.max_calls:
            raise PeerError("All lines are busy", status=UNAVAILABLE)
        hunt = self._calls.hunt(wanted.number, wanted.queue)
        if wanted.caller_id:
            hunt.shown = replace(hunt.shown, caller_id=wanted.caller_id)
        record = outbound_record(hunt, InitiationMethod.API, **wanted.facts)
        customer = self._outbound.reach(hunt, record.contact_id)
        if customer is None:
            raise PeerError("No trunk is available", status=UNAVAILABLE)
        live = LiveContact(
            *(record, Call(self._settings.ring_seconds), customer),
            hooks={TRANSFER.name: wanted.flow},
            system=queue_attributes(record, wanted.queue_name) if wanted.queue else {},
            target_queue=wanted.queue,
            hunt=hunt,
        )
        live.call.ring_outside(wanted.ring_seconds)
        self._registry.add(live)
        self._ledger.save(record)
        log.info("contact", contact_id=live.contact_id, number=wanted.number)
        self._step(live, Input.API_DIALLED)
        return live
