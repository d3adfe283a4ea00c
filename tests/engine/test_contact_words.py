from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.contact_search import Search, SearchError, search
from engine.contact_words import Named, NameMatch, Tagged
from engine.records import Records
from tests.rig.contacts import NOON, contact_record

NAMES = ("Refund of order 7", "refund, 100%", "Complaint", None)
TAGS = ({"team": "red"}, {"team": "red", "site": "north"}, {"site": "south"}, {})


@pytest.fixture
async def records(records: Records) -> Records:
    """Four contacts that have ended."""
    for number, (name, tags) in enumerate(zip(NAMES, TAGS, strict=True)):
        begun = NOON + timedelta(minutes=number)
        one = replace(contact_record(), contact_id=str(number), initiation=begun, disconnect=begun)
        await records.save_contact(replace(one, name=name, tags=tags))
    return records


async def found(
    records: Records, named: Named | None = None, tagged: Tagged | None = None
) -> list[int]:
    wanted = Search(
        *("INITIATION_TIMESTAMP", NOON, NOON + timedelta(days=1)),
        named=named,
        tagged=tagged,
        descending=False,
    )
    return [int(one.contact_id) for one in (await search(records, wanted, 10)).contacts]


@pytest.mark.parametrize(
    ("match", "texts", "numbers"),
    [
        ("MATCH_ANY", ("REFUND", "plain"), [0, 1, 2]),
        ("MATCH_ALL", ("refund", "order"), [0]),
        ("MATCH_ALL", ("0%",), [1]),
        ("MATCH_ALL", ("%",), [1]),
        ("MATCH_EXACT", ("Complaint", "refund"), [2]),
        ("MATCH_NONE", ("refund",), [2, 3]),
        ("MATCH_ANY", ("\ud800'; --\0",), []),
    ],
)
async def test_by_name(
    records: Records, match: str, texts: tuple[str, ...], numbers: list[int]
) -> None:
    assert await found(records, Named(texts, NameMatch(match))) == numbers


@pytest.mark.parametrize(
    ("groups", "numbers"),
    [
        (((("team", "red"),),), [0, 1]),
        (((("team", "red"), ("site", "north")),), [1]),
        (((("site", "south"),), (("team", "red"), ("site", "north"))), [1, 2]),
        (((("site", None),),), [1, 2]),
        (((("team", "\ud800'; --\0"),),), []),
        (((("a.b:c/d e", "1"),),), []),
    ],
    ids=str,
)
async def test_by_tags(
    records: Records, groups: tuple[tuple[tuple[str, str | None], ...], ...], numbers: list[int]
) -> None:
    assert await found(records, tagged=Tagged(groups)) == numbers


@pytest.mark.parametrize("key", ["", 'team"', "team\\", "\ud800", "a\0b"])
async def test_what_is_no_key_of_a_tag_is_refused(records: Records, key: str) -> None:
    with pytest.raises(SearchError, match="the key of no tag"):
        await found(records, tagged=Tagged((((key, "red"),),)))
