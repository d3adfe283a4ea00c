from pathlib import Path

from engine.directory import Directory, Kind
from engine.directory.reach import OWN_GROUP_ONLY
from engine.web.live.viewers import Viewers
from tests.rig.house import engine


async def test_a_user_sees_what_their_profiles_and_their_place_in_the_hierarchy_say(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        directory, changed = one.house.directory, list[str | None]()
        viewers = Viewers(directory)
        viewers.listen(changed.append)
        free = viewers.of("manager1")
        assert free and "AccessMetrics" in free.permissions and free.groups is None
        assert viewers.of("nobody") is None
        facts = {"Permissions": [OWN_GROUP_ONLY], "Tags": {}}
        profile = await directory.create(Kind.SECURITY_PROFILE, "own group", facts)
        assert changed == [None]
        both = [*directory.resources.get(Kind.USER, "manager1").facts["SecurityProfileIds"]]
        both.append(profile.id)
        await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": both})
        assert changed == [None, "manager1"]
        bound = viewers.of("manager1")
        assert bound and bound.groups == frozenset()
        top = await directory.create(Kind.HIERARCHY_GROUP, "north", {"Tags": {}})
        child = await directory.create(
            Kind.HIERARCHY_GROUP, "team", {"ParentGroupId": top.id, "Tags": {}}
        )
        await directory.change(Kind.USER, "manager1", {"HierarchyGroupId": top.id})
        placed = viewers.of("manager1")
        assert placed and placed.groups == {top.id, child.id}


async def bind(directory: Directory, resource: str) -> None:
    """Bind manager1 to what is tagged as of the site in the north."""
    facts = {
        "Permissions": ["AccessMetrics"],
        "AllowedAccessControlTags": {"site": "north"},
        "TagRestrictedResources": [resource],
        "Tags": {},
    }
    profile = await directory.create(Kind.SECURITY_PROFILE, "north", facts)
    await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": [profile.id]})


async def test_who_is_bound_to_users_with_a_tag_sees_those_and_themselves(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        directory, changed = one.house.directory, list[str | None]()
        viewers = Viewers(directory)
        await bind(directory, "User")
        viewers.listen(changed.append)
        await directory.change(Kind.USER, "agent1", {"Tags": {"site": "north"}})
        assert changed == [None]
        placed = viewers.of("manager1")
        assert placed and placed.agents == {"agent1", "manager1"}
        seen = [name for name in ("agent1", "agent2", None) if placed.sees_agent(name, None)]
        assert seen == ["agent1"]


async def test_who_is_bound_to_queues_with_a_tag_sees_those(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        directory, changed = one.house.directory, list[str | None]()
        viewers = Viewers(directory)
        await bind(directory, "Queue")
        bound = viewers.of("manager1")
        assert bound and bound.queues == frozenset()
        viewers.listen(changed.append)
        await directory.change(Kind.QUEUE, "support", {"Tags": {"site": "north"}})
        assert changed == [None]
        placed = viewers.of("manager1")
        assert placed and placed.queues == {"support"}
