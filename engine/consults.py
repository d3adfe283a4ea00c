"""An agent calls a colleague: a contact of its own, often because of another one.

It is recorded when the contact it is about is, the caller on the customer's side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from engine.call import Call, Input
from engine.chain import chained
from engine.contact_record import ContactRecord, InitiationMethod
from engine.header_policy import HeaderPolicy
from engine.ledger import Ledger
from engine.line import NO_ANSWER
from engine.lines import Lines
from engine.live import LiveContact
from engine.registry import Registry
from engine.routing import Router
from engine.signalling import of_invite
from sip import InviteReceived

BUSY = 486
log = structlog.get_logger("engine.consults")


class Consults:
    """Starts the calls between agents. `step` feeds an input into a call at once."""

    def __init__(
        self,
        lines: Lines,
        registry: Registry,
        router: Router,
        ledger: Ledger,
        headers: HeaderPolicy,
        ring_seconds: float,
        step: Callable[[LiveContact, Input], None],
    ) -> None:
        self._lines, self._registry = lines, registry
        self._router, self._ledger, self._step = router, ledger, step
        self._headers, self._ring_seconds = headers, ring_seconds

    def start(self, invite: InviteReceived) -> None:
        """Ring the colleague whose extension was dialled. Raises PeerError, NoLine."""
        caller = invite.username
        assert caller, "only an agent calls an agent"
        about = self._registry.of_agent(caller)
        record = consult_record(caller, invite.number, about.record if about else None)
        record = replace(record, signalling=of_invite(invite))
        line = self._lines.take(invite, record.contact_id, self._registry.beside(caller))
        carried = self._headers.read(invite.headers, trusted=invite.trusted)
        live = LiveContact(
            record,
            Call(self._ring_seconds),
            line,
            invite.caller,
            carried,
            offered_to=invite.number,
            device=invite.device,
        )
        self._router.engage(caller)
        if not self._router.call(live.contact_id, invite.number):
            self._router.release(caller)
            reachable = self._lines.reaches(invite.number)
            self._lines.refuse(line, BUSY if reachable else NO_ANSWER)
            return
        self._registry.add(live)
        self._ledger.save(record)
        log.info("consult", contact_id=live.contact_id, caller=caller, agent=invite.number)
        self._step(live, Input.COLLEAGUE_DIALLED)


def consult_record(caller: str, colleague: str, about: ContactRecord | None) -> ContactRecord:
    """The record of a call between two agents; `about` is the contact the caller talks in."""
    now = datetime.now(UTC)
    contact_id = str(uuid4())
    record = ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=InitiationMethod.OUTBOUND,
        customer_endpoint=caller,
        system_endpoint=colleague,
        initiation=now,
        last_update=now,
    )
    if about is None:
        return record
    record = replace(record, initiation_method=InitiationMethod.TRANSFER, recorded=about.recorded)
    return chained(record, about)
