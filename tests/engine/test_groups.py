from engine.agents import Agent, Presence, Signal
from engine.groups import Group, Groups
from engine.routing_profile import RoutingProfile, Served

PROFILE = RoutingProfile((Served("support"), Served("sales", delay=30.0)))


def agent(name: str, since: float) -> Agent:
    one = Agent(name, PROFILE, rest_seconds=5.0)
    one.register(since, registered=True)
    return one


def test_the_first_is_who_has_been_available_longest_and_still_is() -> None:
    group, a, b = Group(PROFILE), agent("a", 1.0), agent("b", 0.0)
    group.add(a)
    group.add(b)
    assert group.first() is b
    b.step(Signal.OFFERED, 2.0)
    group.moved(b, Presence.AVAILABLE)
    assert group.first() is a
    assert group.present == {Presence.AVAILABLE: 1, Presence.RINGING: 1}
    group.remove(a)
    assert group.first() is None


def test_groups_are_found_by_queue_while_they_have_members() -> None:
    groups, a, b = Groups(), agent("a", 1.0), agent("b", 0.0)
    groups.enrol(a)
    groups.enrol(b)
    assert groups.of(a) is groups.of(b)
    assert list(groups.serving("sales").values()) == [30.0]
    groups.resign(a)
    assert groups.serving("support").keys() == set(groups)
    groups.resign(b)
    assert not groups.serving("support") and not list(groups)
