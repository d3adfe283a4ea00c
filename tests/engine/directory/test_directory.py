import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.directory import Directory, Kind, Origin, Resource, Store
from engine.directory.store import mark_of
from engine.records import Records
from engine.refused import Refused
from tests.engine.directory.desk import ARN, NOON, directory

FACTS = {"SecurityProfileIds": ["Agent"], "RoutingProfileId": "support", "Tags": {}}


async def test_what_was_created_is_there_after_a_restart(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        ann = await one.create(Kind.USER, "ann", FACTS, {"MD5": "digest"})
    async with directory(tmp_path) as one:
        assert one.resources.named(Kind.USER, "ann") == ann
        await one.delete(Kind.USER, ann.id)
    async with directory(tmp_path) as one:
        assert one.resources.named(Kind.USER, "ann") is None


async def test_two_writers_of_one_resource_lose_nothing(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        ann = await one.create(Kind.USER, "ann", FACTS)
        changes = ({f"member{n}": n} for n in range(20))
        await asyncio.gather(*(one.change(Kind.USER, ann.id, each) for each in changes))
        facts = one.resources.get(Kind.USER, ann.id).facts
        assert [facts[f"member{n}"] for n in range(20)] == list(range(20))
        assert facts["Tags"] == {}


@pytest.fixture
async def two_engines(records: Records) -> tuple[Directory, Directory]:
    """Two directories on one database, as two engines have them."""
    await Store(records).save(Resource(Kind.USER, "ann", "ann", {"Tags": {}}, Origin.API, NOON))
    first, second = (Directory(Store(records), ARN) for _ in range(2))
    for one in (first, second):
        await one.open(lambda _: ())
    return first, second


async def test_an_engine_that_knows_an_older_version_is_refused_and_loses_nothing(
    records: Records, two_engines: tuple[Directory, Directory]
) -> None:
    first, second = two_engines
    await first.change(Kind.USER, "ann", {"First": 1})
    with pytest.raises(Refused, match="ann was changed by another engine") as refused:
        await second.change(Kind.USER, "ann", {"Second": 2})
    told = (refused.value.status, refused.value.error)
    assert told == (409, "ConditionalOperationFailedException")
    assert second.resources.get(Kind.USER, "ann").facts == {"Tags": {}, "First": 1}
    await second.change(Kind.USER, "ann", {"Second": 2})
    [kept] = await Store(records).load()
    assert (kept.facts, kept.version) == ({"Tags": {}, "First": 1, "Second": 2}, 3)


async def test_what_another_engine_has_changed_or_deleted_is_not_changed_unseen(
    two_engines: tuple[Directory, Directory],
) -> None:
    first, second = two_engines
    await first.change(Kind.USER, "ann", {"First": 1}, name="anna")
    told: list[Resource | None] = []
    second.listen(lambda _, new: told.append(new))
    with pytest.raises(Refused, match="another engine"):
        await second.delete(Kind.USER, "ann")
    assert second.resources.named(Kind.USER, "anna") and len(told) == 1
    await second.delete(Kind.USER, "ann")
    with pytest.raises(Refused, match="another engine"):
        await first.change(Kind.USER, "ann", {"First": 2})
    assert first.resources.find(Kind.USER, "ann") is None


async def test_two_engines_give_one_name_away_once_and_both_know_to_whom(
    two_engines: tuple[Directory, Directory],
) -> None:
    first, second = two_engines
    bob = await first.create(Kind.HIERARCHY_GROUP, "bob", {"Tags": {}})
    with pytest.raises(Refused, match="bob already") as refused:
        await second.create(Kind.HIERARCHY_GROUP, "bob", {"Tags": {}})
    assert refused.value.error == "DuplicateResourceException"
    assert second.resources.find(Kind.HIERARCHY_GROUP, bob.id) == bob
    cid = await second.create(Kind.HIERARCHY_GROUP, "cid", {"Tags": {}})
    with pytest.raises(Refused, match="cid already"):
        await first.change(Kind.HIERARCHY_GROUP, bob.id, {}, "cid")
    assert first.resources.find(Kind.HIERARCHY_GROUP, cid.id) == cid


async def test_an_engine_catches_up_with_what_another_one_has_changed(
    two_engines: tuple[Directory, Directory],
) -> None:
    first, second = two_engines
    await first.change(Kind.USER, "ann", {"First": 1}, "bob")
    ann = await first.create(Kind.HIERARCHY_GROUP, "ann", {"Tags": {}})
    told: list[tuple[Resource | None, Resource | None]] = []
    second.listen(lambda former, new: told.append((former, new)))
    await second.catch_up()
    assert mark_of(second.resources.every()) == mark_of(first.resources.every())
    assert sorted(new.name for _, new in told if new) == ["ann", "bob"]
    await second.catch_up()
    assert len(told) == 2  # there was nothing new
    await first.delete(Kind.HIERARCHY_GROUP, ann.id)
    await second.catch_up()
    assert told[2:] == [(ann, None)]


async def test_two_who_want_the_same_name_at_once_do_not_both_get_it(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        wishes = [one.create(Kind.USER, "ann", FACTS) for _ in range(2)]
        first, second = await asyncio.gather(*wishes, return_exceptions=True)
        assert isinstance(first, Resource) and isinstance(second, Refused)
        assert second.error == "DuplicateResourceException"


async def test_listeners_hear_what_was_and_what_is(tmp_path: Path) -> None:
    heard: list[tuple[Resource | None, Resource | None]] = []
    async with directory(tmp_path) as one:
        one.listen(lambda former, new: heard.append((former, new)))
        ann = await one.create(Kind.USER, "ann", FACTS)
        _, changed = await one.change(Kind.USER, ann.id, {"Tags": {"a": "b"}})
        await one.delete(Kind.USER, ann.id)
    assert heard == [(None, ann), (ann, changed), (changed, None)]


async def test_a_change_is_made_of_what_is_there_when_its_turn_comes(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        ann = await one.create(Kind.USER, "ann", FACTS | {"Count": 0})

        def count(former: Resource) -> dict[str, int]:
            return {"Count": former.facts["Count"] + 1}

        await asyncio.gather(*(one.change(Kind.USER, ann.id, count) for _ in range(20)))
        assert one.resources.get(Kind.USER, ann.id).facts["Count"] == 20


async def test_members_are_taken_away_and_names_changed_unless_they_are_taken(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        ann = await one.create(Kind.USER, "ann", FACTS | {"Shoe": 43})
        _, new = await one.change(Kind.USER, ann.id, {"Shoe": None}, "anna")
        assert "Shoe" not in new.facts and one.resources.named(Kind.USER, "anna") == new
        with pytest.raises(Refused, match="agent1 already"):
            await one.change(Kind.USER, ann.id, {}, "agent1")
    async with directory(tmp_path) as one:
        assert one.resources.named(Kind.USER, "anna")


async def test_what_others_need_or_did_not_come_by_the_api_stays(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        with pytest.raises(Refused, match="comes with the configuration"):
            await one.delete(Kind.USER, "agent1")
        mine = await one.create(Kind.SECURITY_PROFILE, "mine", {"Permissions": []})
        facts = FACTS | {"SecurityProfileIds": [one.resources.arn(mine)]}
        ann = await one.create(Kind.USER, "ann", facts)
        assert ann.facts["SecurityProfileIds"] == [mine.id]
        with pytest.raises(Refused, match="ann has it") as refused:
            await one.delete(Kind.SECURITY_PROFILE, mine.id)
        assert refused.value.error == "ResourceInUseException"
        assert one.resources.get(Kind.SECURITY_PROFILE, mine.id) == mine
        await one.delete(Kind.USER, ann.id)
        await one.delete(Kind.SECURITY_PROFILE, mine.id)


async def test_what_is_referred_to_has_to_be_there(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        with pytest.raises(Refused, match="no routing profile nowhere"):
            await one.create(Kind.USER, "ann", FACTS | {"RoutingProfileId": "nowhere"})
        with pytest.raises(Refused, match="no hierarchy group nowhere"):
            await one.change(Kind.USER, "agent1", {"HierarchyGroupId": "nowhere"})


async def test_names_of_the_configuration_may_change_hands(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        kind, now = Kind.CONTACT_FLOW, datetime.now(UTC)

        async def align(**names: str) -> None:
            wanted = [
                Resource(kind, id_, name, {}, Origin.CONFIGURATION, now)
                for id_, name in names.items()
            ]
            await one.align(wanted, [kind])

        await align(f1="menu", f2="other")
        await align(f1="other", f2="menu")
        assert [(each.id, each.name) for each in one.resources.all(kind)] == [
            ("f2", "menu"),
            ("f1", "other"),
        ]
        await align(f2="menu")
        assert [each.id for each in one.resources.all(kind)] == ["f2"]
