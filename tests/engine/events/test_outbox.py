from __future__ import annotations

from collections.abc import Sequence

from engine.events.outbox import EVENTS_AT_ONCE, Declined, Event, Outbox, Undelivered
from tests.rig.patience import until


class Destination:
    """Takes nothing while it is `down`, and never what is `bad`."""

    def __init__(self) -> None:
        self.down, self.tries = False, 0
        self.bad: Event | None = None
        self.taken: list[Event] = []
        self.outbox = Outbox("test", self.deliver, max_waiting=300, first_retry_seconds=0.01)

    async def deliver(self, events: Sequence[Event]) -> None:
        self.tries += 1
        if self.down:
            raise Undelivered("down")
        if self.bad in events:
            raise Declined("bad")
        assert len(events) <= EVENTS_AT_ONCE
        self.taken += events

    @property
    def numbers(self) -> list[int]:
        return [each["n"] for each in self.taken]


async def test_events_arrive_in_their_order_however_often_it_takes() -> None:
    there = Destination()
    there.down = True
    there.outbox.start()
    for n in range(250):
        there.outbox.add({"n": n})
    await until(lambda: there.tries >= 3)
    assert not there.taken
    there.down = False
    await until(lambda: len(there.taken) == 250)
    assert there.numbers == list(range(250))
    there.outbox.add({"n": 250})
    await until(lambda: len(there.taken) == 251)
    await there.outbox.stop()
    assert there.outbox.lost == 0


async def test_of_too_many_that_wait_the_oldest_are_lost() -> None:
    there = Destination()
    for n in range(305):
        there.outbox.add({"n": n})
    assert there.outbox.lost == 5
    await there.outbox.stop()
    assert there.numbers == list(range(5, 305))


async def test_at_the_stop_what_waits_is_tried_once_more() -> None:
    there = Destination()
    there.down = True
    there.outbox.add({"n": 1})
    await there.outbox.stop()
    assert (there.tries, there.taken) == (1, [])


async def test_an_event_that_is_declined_holds_up_no_other() -> None:
    there = Destination()
    there.bad = {"n": 7}
    for n in range(150):
        there.outbox.add({"n": n})
    there.outbox.start()
    await until(lambda: len(there.taken) == 149)
    await there.outbox.stop()
    assert there.numbers == [*range(7), *range(8, 150)]
    assert there.outbox.lost == 1
