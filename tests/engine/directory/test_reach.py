from dataclasses import replace

import pytest

from engine.contact_record import ContactRecord
from engine.directory import Kind, Resource, Resources
from engine.directory.reach import EVERYTHING, reach, restrictions
from engine.refused import Refused
from tests.engine.directory.people import THERE, resource, user
from tests.rig.contacts import contact_record

QUEUE = resource(Kind.QUEUE, "sales", Tags={"team": "blue"})


def seen(*profiles: str, group: str = "south") -> list[str]:
    """Which of these users somebody with the profiles sees."""
    people = [
        user("top", group="north"),
        user("below", group="kiel", team="red"),
        user("beside", group="bonn", team="red", size="big"),
        resource(Kind.USER, "nowhere"),
    ]
    mine = reach(user("me", *profiles, group=group), THERE)
    return [one.name for one in people if mine.sees(one)]


@pytest.mark.parametrize(
    ("profiles", "names"),
    [
        (["Agent"], ["top", "below", "beside", "nowhere"]),
        (["north"], ["top", "below"]),
        (["kiel"], ["below"]),
        (["north", "kiel"], ["below"]),
        (["red"], ["below", "beside"]),
        (["red and big"], ["beside"]),
        (["red", "north"], ["below"]),
        (["own"], ["top", "below", "beside", "nowhere"]),
    ],
)
def test_every_restriction_of_every_profile_holds(profiles: list[str], names: list[str]) -> None:
    assert seen(*profiles) == names


def test_everybody_sees_themselves_and_kinds_that_are_not_restricted() -> None:
    me = user("me", "red", group="south")
    mine = reach(me, THERE)
    assert mine.sees(me) and mine.sees_user("nobody", THERE) is False
    assert not mine.sees(QUEUE)
    assert reach(user("me", "north"), THERE).sees(QUEUE)
    assert mine.restricts(Kind.QUEUE) and not mine.restricts(Kind.CONTACT_FLOW)


def test_what_is_out_of_reach_is_refused_by_name() -> None:
    mine = reach(user("me", "red"), THERE)
    with pytest.raises(Refused, match="me does not have access to the queue sales") as refused:
        mine.check(QUEUE)
    assert refused.value.error == "AccessDeniedException"
    mine.check_stays(Kind.QUEUE, {"Tags": {"team": "red", "more": "tags"}})
    with pytest.raises(Refused, match="a queue with these tags"):
        mine.check_stays(Kind.QUEUE, {"Tags": {}})


def record(*hierarchy: str, agent: str = "ann") -> ContactRecord:
    return replace(contact_record(), agent=agent, agents=(agent,), hierarchy=hierarchy)


@pytest.mark.parametrize(
    ("me", "sees"),
    [
        (user("me", "Agent"), [True, True, True]),
        (user("me", "north"), [True, False, False]),
        (user("me", "kiel"), [True, False, False]),
        (user("me", "own"), [False, False, True]),
        (user("me", "own group", group="north"), [True, False, False]),
        (user("me", "own group", group="bonn"), [False, False, False]),
        (user("me", "own group", group=""), [False, False, True]),
        (user("me", "red"), [False, False, False]),
    ],
)
def test_contacts_are_seen_by_the_groups_their_agent_was_in(me: Resource, sees: list[bool]) -> None:
    contacts = [record("north", "kiel"), record(), record(agent="me")]
    mine = reach(me, THERE)
    assert [mine.sees_contact(one, THERE) for one in contacts] == sees


def test_contacts_are_seen_by_the_tags_their_agent_has_now() -> None:
    there = Resources(THERE.instance_arn, THERE.all(Kind.SECURITY_PROFILE))
    there.put(user("ann", team="red"))
    there.put(user("bob", team="blue"))
    mine = reach(user("me", "red"), there)
    assert mine.agents(there) == ("ann",)
    assert [mine.sees_contact(record(agent=name), there) for name in ("ann", "bob", "gone")] == [
        *(True, False, False)
    ]


def test_whose_contacts_are_seen_is_said_by_name_where_it_is_not_those_of_all() -> None:
    assert EVERYTHING.agents(THERE) is None
    assert reach(user("me", "north"), THERE).agents(THERE) is None
    assert reach(user("me", "own"), THERE).agents(THERE) == ("me",)
    assert reach(user("me", "red"), THERE).agents(THERE) == ("me",)


@pytest.mark.parametrize(
    ("profiles", "group", "groups"),
    [
        (["Agent", "own"], "north", None),
        (["north"], "", {"north", "kiel"}),
        (["north", "kiel"], "", {"kiel"}),
        (["north", "own group"], "south", set()),
        (["own group"], "south", {"south", "bonn"}),
        (["own group"], "", set()),
        (["red", "north"], "", {"north", "kiel"}),
    ],
)
def test_agents_at_work_are_seen_by_group(
    profiles: list[str], group: str, groups: set[str] | None
) -> None:
    assert reach(user("me", *profiles, group=group), THERE).agent_groups() == groups


def test_agents_at_work_are_seen_by_tags_too() -> None:
    people = (user("ann", team="red"), user("bob", team="blue"), user("me", "red"))
    there = Resources(THERE.instance_arn, (*THERE.every(), *people))
    assert reach(user("me", "north"), there).agents_by_tags(there) is None
    assert reach(user("me", "red"), there).agents_by_tags(there) == {"ann", "me"}


def test_restrictions_of_profiles_are_compared_by_what_they_say() -> None:
    assert restrictions(["north"], THERE) < restrictions(["north", "red"], THERE)
    assert not restrictions(["Admin", "gone"], THERE)
