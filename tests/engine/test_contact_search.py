from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.contact_search import Place, Search, SearchError, search
from engine.records import DisconnectReason, InitiationMethod, Records
from tests.rig.contacts import NOON, contact_record

DAY = timedelta(days=1)


@pytest.fixture
async def records(records: Records) -> Records:
    """Ten contacts, a minute apart, of two agents in turn; the last one still goes on."""
    for number in range(10):
        await records.save_contact(
            replace(
                contact_record(),
                contact_id=f"contact-{number}",
                initiation=NOON + number * timedelta(minutes=1),
                connected_to_agent=NOON + timedelta(hours=1) if number % 3 else None,
                disconnect=NOON + timedelta(hours=2) if number < 9 else None,
                disconnect_reason=DisconnectReason.AGENT_DISCONNECT if number == 6 else None,
                customer_endpoint=f"+155501000{number}",
                agent=f"agent{number % 2}",
                hierarchy=("north", "kiel") if number % 2 else ("south",),
                queue="support" if number < 5 else "sales",
                attributes={"tier": "gold" if number == 3 else "none", "n": str(number % 2)},
                initiation_method=list(InitiationMethod)[number % 2],
            )
        )
    return records


def wanted(**changes: Any) -> Search:
    given = {"time": "INITIATION_TIMESTAMP", "start": NOON, "end": NOON + DAY}
    return Search(**given | changes)


async def numbers(records: Records, size: int = 100, **changes: Any) -> list[int]:
    found = await search(records, wanted(**changes), size)
    return [int(one.contact_id.rpartition("-")[2]) for one in found.contacts]


async def test_ended_contacts_are_found_the_newest_first(records: Records) -> None:
    assert await numbers(records) == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert await numbers(records, descending=False) == list(range(9))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"agents": ("agent1",)}, [7, 5, 3, 1]),
        ({"queues": ("support",)}, [4, 3, 2, 1, 0]),
        ({"channels": ("CHAT",)}, []),
        ({"initiation_methods": ("OUTBOUND",)}, [7, 5, 3, 1]),
        ({"attributes": {"tier": ("gold",)}}, [3]),
        ({"attributes": {"tier": ("gold",), "n": ("0",)}}, []),
        (
            {"attributes": {"tier": ("gold",), "n": ("0",)}, "all_attributes": False},
            [8, 6, 4, 3, 2, 0],
        ),
        ({"attributes": {"tier": ("gold", "silver")}}, [3]),
        ({"attributes": {"tier": ("gold",)}, "agents": ("agent0",)}, []),
        ({"customers": ("+1555010003", "+1555010004")}, [4, 3]),
        ({"customer_suffix": "0003"}, [3]),
        ({"customer_suffix": "00999"}, []),
        ({"customer_suffix": "010005"}, [5]),
        ({"customer_suffix": "99990005"}, []),
        ({"groups": (("level_one", ("north", "south")),)}, [8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ({"groups": (("level_two", ("kiel",)),)}, [7, 5, 3, 1]),
        ({"groups": (("level_one", ("south",)), ("level_two", ("kiel",)))}, []),
        ({"disconnect_reasons": ("AGENT_DISCONNECT",)}, [6]),
        ({"end": NOON + timedelta(minutes=2)}, [2, 1, 0]),
        ({"time": "DISCONNECT_TIMESTAMP", "end": NOON + timedelta(hours=1)}, []),
        ({"time": "CONNECTED_TO_AGENT_TIMESTAMP"}, [8, 7, 5, 4, 2, 1]),
    ],
)
async def test_what_is_asked_for_is_found(
    records: Records, changes: dict[str, Any], found: list[int]
) -> None:
    assert await numbers(records, **changes) == found


@pytest.mark.parametrize(
    "order", ["INITIATION_TIMESTAMP", "CONNECTED_TO_AGENT_TIMESTAMP", "CHANNEL"]
)
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_together_are_the_whole_in_its_order(
    records: Records, order: str, descending: bool
) -> None:
    asked = wanted(order=order, descending=descending)
    whole = await search(records, asked, 100)
    seen: list[str] = []
    place: Place | None = None
    for _ in range(5):
        page = await search(records, asked, 2, place)
        assert page.total == 9
        seen += [one.contact_id for one in page.contacts]
        place = page.next
    assert place is None
    assert seen == [one.contact_id for one in whole.contacts]


async def test_a_contact_that_is_new_moves_no_other(records: Records) -> None:
    first = await search(records, wanted(), 3)
    late = replace(first.contacts[0], contact_id="new", initiation=NOON + timedelta(hours=3))
    await records.save_contact(late)
    second = await search(records, wanted(), 3, first.next)
    assert [one.contact_id for one in second.contacts] == ["contact-5", "contact-4", "contact-3"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"time": "SCHEDULED_TIMESTAMP"}, "TimeRange/Type"),
        ({"order": "EXPIRY_TIMESTAMP"}, "Sort/FieldName"),
        ({"end": NOON + timedelta(weeks=9)}, "8 weeks"),
        ({"end": NOON - DAY}, "8 weeks"),
        ({"customer_suffix": "111%"}, "4 to 15 digits"),
        ({"customer_suffix": "111"}, "4 to 15 digits"),
        ({"groups": (("level_six", ("north",)),)}, "level_six"),
    ],
)
def test_what_cannot_be_searched_is_said(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(SearchError, match=expected):
        wanted(**changes)
