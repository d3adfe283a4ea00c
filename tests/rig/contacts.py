"""Contacts without phones: live ones in a given state, for tests of what needs no network."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from engine.call import Call, Input, State
from engine.codecs import FORMATS
from engine.line import Line, Party, SipLine
from engine.live import LiveContact
from engine.records import ContactRecord, InitiationMethod
from mixer import Port, RtpPort
from sip import Negotiation, SessionId

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CALLED = (Input.CUSTOMER_DIALLED, Input.CUSTOMER_ANSWERED)
PATH = (Input.CONFIRMED, Input.QUEUED, Input.AGENT_OFFERED, Input.AGENT_ANSWERED, Input.TO_AGENT)
TALKING = (State.BRIDGED, State.TRANSFERRING, State.CALLING, State.WHISPERING)
_slots = count(1)


def contact_record() -> ContactRecord:
    contact_id = str(uuid4())
    return ContactRecord(
        contact_id=contact_id,
        initial_contact_id=contact_id,
        initiation_method=InitiationMethod.INBOUND,
        customer_endpoint="+15550100",
        system_endpoint="support",
        initiation=NOON,
        last_update=NOON,
    )


def line(contact_id: str, party: Party, direction: str = "sendrecv") -> Line:
    """A line whose phone offered `direction`, on a port that no mixer knows."""
    slot = next(_slots)
    negotiation = Negotiation("127.0.0.1", 20000 + 2 * slot, tuple(FORMATS.values()), slot)
    peer = Negotiation("127.0.0.1", 30000 + 2 * slot, tuple(FORMATS.values()), slot)
    negotiation.answer(peer.offer(direction))
    session = SessionId(f"session-{slot}")
    return SipLine(
        contact_id, party, session, RtpPort(Port(slot, 1), 20000 + 2 * slot), negotiation
    )


def live_contact(state: State = State.BRIDGED) -> LiveContact:
    record = contact_record()
    call = Call(ring_seconds=20.0)
    for event in CALLED if state in (State.CALLING, State.WHISPERING) else PATH:
        if call.state is not state:
            call.step(event, now=0.0)
    assert call.state is state
    live = LiveContact(record, call, line(record.contact_id, Party.CUSTOMER))
    if call.state in TALKING:
        live.agent = line(record.contact_id, Party.AGENT)
        live.agent.username, live.target_queue = "agent1", "support"
    return live
