from dataclasses import replace
from datetime import datetime, timedelta

from engine.contact_record import ContactRecord, DisconnectReason
from engine.queue_tally import QueueTally, Tally
from tests.rig.contacts import NOON, contact_record


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Day:
    def __init__(self) -> None:
        self.tally = QueueTally(NOON)

    def waits(self) -> ContactRecord:
        record = replace(contact_record(), queue="support", enqueue=NOON)
        assert self.tally.saved(record, NOON) == ()
        return record

    def save(self, record: ContactRecord, now: datetime = NOON) -> tuple[str, ...]:
        return self.tally.saved(record, now)

    @property
    def support(self) -> Tally:
        return self.tally.of("support")


def over(record: ContactRecord, reason: DisconnectReason) -> ContactRecord:
    return replace(record, disconnect=after(99), disconnect_reason=reason)


def test_a_contact_that_an_agent_took_is_handled_once_and_within_a_time() -> None:
    day = Day()
    taken = replace(day.waits(), dequeue=after(25.0), connected_to_agent=after(25.0))
    assert day.save(taken) == ("support",)
    assert day.save(replace(taken, agent="another")) == ()
    day.save(over(taken, DisconnectReason.CUSTOMER_DISCONNECT))
    day.save(replace(over(taken, DisconnectReason.CUSTOMER_DISCONNECT), work_end=after(120)))
    assert (day.support.handled, day.support.abandoned) == (1, 0)
    assert [day.support.answered_within[level] for level in (20, 25, 600)] == [0, 1, 1]


def test_a_contact_that_goes_back_to_a_queue_is_handled_there_again() -> None:
    day = Day()
    first = replace(day.waits(), dequeue=after(5.0))
    day.save(first)
    again = replace(first, queue="sales", enqueue=after(50.0), dequeue=None)
    day.save(again)
    assert day.save(replace(again, dequeue=after(60.0))) == ("sales",)
    assert (day.support.handled, day.tally.of("sales").handled) == (1, 1)


def test_who_gives_up_in_the_queue_is_abandoned_and_whom_the_flow_sends_away_is_not() -> None:
    day = Day()
    for reason in (
        DisconnectReason.CUSTOMER_DISCONNECT,
        DisconnectReason.TELECOM_PROBLEM,
        DisconnectReason.CONTACT_FLOW_DISCONNECT,
    ):
        day.save(over(day.waits(), reason))
    assert (day.support.handled, day.support.abandoned) == (0, 2)


def test_who_goes_on_to_another_queue_or_outside_is_neither_handled_nor_abandoned() -> None:
    day = Day()
    for moved in ({"next_contact_id": "next"}, {"transferred_to": "+4930123456"}):
        day.save(replace(day.waits(), dequeue=after(9.0), disconnect=after(9.0), **moved))
    assert day.support == Tally()
    served = replace(day.waits(), dequeue=after(9.0), connected_to_agent=after(9.0))
    day.save(replace(served, disconnect=after(60.0), next_contact_id="next"))
    assert (day.support.handled, day.support.abandoned) == (1, 0)


def test_what_changes_in_a_record_of_old_counts_for_nothing() -> None:
    day = Day()
    old = over(replace(contact_record(), queue="support", enqueue=NOON), DisconnectReason.OTHER)
    assert day.save(old) == ()
    assert day.support == Tally()


def test_at_midnight_all_begins_anew() -> None:
    day = Day()
    day.save(over(day.waits(), DisconnectReason.OTHER))
    late = NOON + timedelta(hours=13)
    assert day.save(contact_record(), late) == ("support",)
    assert day.support == Tally()
    assert day.tally.since == NOON + timedelta(hours=12)
    assert day.save(contact_record(), late) == ()
