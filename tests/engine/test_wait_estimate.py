from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.records import Records
from engine.wait_estimate import LATELY, estimate, handle_times
from tests.rig.contacts import NOON, contact_record


@pytest.mark.parametrize(
    ("before", "staffed", "available", "handled", "seconds"),
    [
        (0, 3, 1, [], 0),
        (0, 2, 0, [100, 300], 100),
        (4, 2, 0, [200], 500),
        (2, 4, 1, [200], 100),
        (0, 0, 0, [200], None),
        (5, 2, 0, [], None),
    ],
)
def test_a_wait_is_as_long_as_those_before_keep_the_agents_busy(
    before: int, staffed: int, available: int, handled: list[float], seconds: float | None
) -> None:
    assert estimate(before, staffed, available, handled) == seconds


async def test_only_what_agents_of_the_queue_have_lately_had_counts(records: Records) -> None:
    begun = NOON - timedelta(minutes=10)
    one = replace(
        contact_record(),
        queue="support",
        initiation=begun,
        connected_to_agent=begun + timedelta(seconds=5),
        disconnect=begun + timedelta(seconds=65),
    )
    for name, record in {
        "talk": one,
        "work": replace(one, work_end=begun + timedelta(seconds=95)),
        "abandoned": replace(one, connected_to_agent=None),
        "going on": replace(one, disconnect=None),
        "elsewhere": replace(one, queue="sales"),
        "long ago": replace(one, initiation=begun - LATELY),
    }.items():
        await records.save_contact(replace(record, contact_id=name))
    assert sorted(await handle_times(records, "support", NOON)) == [60, 90]
