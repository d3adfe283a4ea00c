from dataclasses import replace
from datetime import timedelta

import pytest

from engine.chain import followed, following, handed
from engine.contact_record import ContactRecord, DisconnectReason, InitiationMethod
from tests.rig.contacts import NOON, contact_record

LATER = NOON + timedelta(minutes=5)


def talked() -> ContactRecord:
    return replace(
        contact_record(),
        queue="support",
        enqueue=NOON,
        dequeue=NOON,
        ring_start=NOON,
        connected_to_agent=NOON,
        agent="agent1",
        agents=("agent1",),
        hierarchy=("group",),
        attributes={"plan": "gold"},
        recorded=frozenset({"Agent", "Customer"}),
        tags={"team": "blue"},
        attempts=2,
        holds=1,
        hold_seconds=9,
    )


def test_the_next_contact_knows_the_customer_and_nothing_of_the_agent() -> None:
    former = talked()
    record = following(former, InitiationMethod.TRANSFER, LATER)
    assert record.contact_id != former.contact_id
    assert record.previous_contact_id == record.initial_contact_id == former.contact_id
    assert record.initiation_method is InitiationMethod.TRANSFER
    assert record.initiation == record.connected_to_system == LATER
    for fact in ("customer_endpoint", "system_endpoint", "attributes", "recorded", "tags"):
        assert getattr(record, fact) == getattr(former, fact)
    for fact in ("queue", "enqueue", "agent", "connected_to_agent", "ring_start"):
        assert getattr(record, fact) is None
    assert (record.agents, record.hierarchy, record.attempts, record.holds) == ((), (), 0, 0)


def test_a_chain_is_named_by_its_first_contact() -> None:
    first = talked()
    second = following(first, InitiationMethod.TRANSFER, LATER)
    third = following(second, InitiationMethod.QUEUE_TRANSFER, LATER)
    assert third.initial_contact_id == first.contact_id
    assert third.previous_contact_id == second.contact_id


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        (InitiationMethod.TRANSFER, DisconnectReason.AGENT_DISCONNECT),
        (InitiationMethod.DISCONNECT, DisconnectReason.AGENT_DISCONNECT),
        (InitiationMethod.QUEUE_TRANSFER, DisconnectReason.CONTACT_FLOW_DISCONNECT),
    ],
)
def test_the_contact_before_is_over_when_the_next_one_begins(
    method: InitiationMethod, reason: DisconnectReason
) -> None:
    former = talked()
    record = following(former, method, LATER)
    over = followed(former, by=record)
    assert over.next_contact_id == record.contact_id
    assert (over.disconnect, over.disconnect_reason, over.last_update) == (LATER, reason, LATER)
    assert over.dequeue == NOON and over.agent == "agent1"
    unheard = followed(contact_record(), by=record)
    assert unheard.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT


def test_who_is_sent_to_another_queue_has_left_the_first_one() -> None:
    waits = replace(contact_record(), queue="support", enqueue=NOON)
    record = following(waits, InitiationMethod.QUEUE_TRANSFER, LATER)
    assert followed(waits, by=record).queue_seconds == 300
    assert followed(contact_record(), by=record).dequeue is None


def test_the_call_to_a_colleague_is_the_next_contact_once_they_have_the_customer() -> None:
    before = talked()
    call = replace(
        contact_record(),
        customer_endpoint="agent1",
        agent="agent2",
        connected_to_agent=NOON,
        attributes={"plan": "none", "asked": "yes"},
    )
    record = handed(call, before, LATER)
    assert record.contact_id == call.contact_id
    assert record.previous_contact_id == record.initial_contact_id == before.contact_id
    assert record.initiation_method is InitiationMethod.TRANSFER
    assert record.customer_endpoint == before.customer_endpoint
    assert record.attributes == {"plan": "gold", "asked": "yes"}
    assert (record.agent, record.connected_to_agent) == ("agent2", NOON)
    assert record.recorded == before.recorded
