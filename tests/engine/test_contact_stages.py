from dataclasses import replace
from datetime import timedelta

from engine.contact_stages import stages
from tests.rig.contacts import NOON, contact_record


def test_a_whole_contact_goes_from_the_flow_to_after_contact_work() -> None:
    minute = timedelta(minutes=1)
    record = replace(
        contact_record(),
        connected_to_system=NOON,
        enqueue=NOON + minute,
        ring_start=NOON + 1.5 * minute,
        dequeue=NOON + 2 * minute,
        connected_to_agent=NOON + 2 * minute,
        disconnect=NOON + 5 * minute,
        work_start=NOON + 5 * minute,
        work_end=NOON + 6 * minute,
    )
    told = stages(record, [(30.0, 60.0)], NOON + 2 * minute)
    assert [(one.kind, one.start - NOON, one.end and one.end - NOON) for one in told] == [
        ("FLOW", timedelta(), minute),
        ("QUEUE", minute, 1.5 * minute),
        ("RING", 1.5 * minute, 2 * minute),
        ("TALK", 2 * minute, 5 * minute),
        ("HOLD", 2.5 * minute, 3 * minute),
        ("WORK", 5 * minute, 6 * minute),
    ]


def test_who_gives_up_in_the_queue_has_a_flow_and_a_queue_only() -> None:
    later = timedelta(seconds=9)
    record = replace(contact_record(), enqueue=NOON, disconnect=NOON + later)
    told = stages(record, [], None)
    assert [(one.kind, one.end) for one in told] == [("FLOW", NOON), ("QUEUE", NOON + later)]


def test_what_goes_on_has_no_end() -> None:
    assert [one.end for one in stages(contact_record(), [], None)] == [None]


def test_who_gives_up_while_a_phone_rings_leaves_it_ringing_to_the_end() -> None:
    second = timedelta(seconds=1)
    record = replace(
        contact_record(),
        connected_to_agent=NOON,  # by an agent before, who sent it back into the queue
        enqueue=NOON + second,
        ring_start=NOON + 2 * second,
        disconnect=NOON + 3 * second,
    )
    rang = [one for one in stages(record, [], None) if one.kind in ("QUEUE", "RING")]
    assert [(one.start - NOON, one.end and one.end - NOON) for one in rang] == [
        (second, 2 * second),
        (2 * second, 3 * second),
    ]
