from math import inf

from engine.agents import Agent, Presence
from engine.queues import Floor, Offer

REST = 5.0


def floor(*agents: str, queues: tuple[str, ...] = ("support",)) -> Floor:
    one = Floor([Agent(name, queues, REST) for name in ("a", "b", "c")], ["support", "sales"])
    for now, name in enumerate(agents):
        assert one.register(name, now=float(now)) == []
    return one


def test_the_agent_who_has_been_available_longest_gets_the_contact() -> None:
    assert floor("b", "a").join("c1", "support", now=10.0) == [Offer("c1", "b")]


def test_contacts_are_served_in_the_order_in_which_they_came() -> None:
    one = floor()
    assert one.join("c1", "support", now=1.0) == []
    assert one.join("c2", "support", now=2.0) == []
    assert one.register("a", now=3.0) == [Offer("c1", "a")]
    assert one.register("b", now=4.0) == [Offer("c2", "b")]


def test_agents_get_contacts_of_their_own_queues_only() -> None:
    one = floor("a")
    assert one.join("c1", "sales", now=1.0) == []
    assert one.join("c2", "support", now=2.0) == [Offer("c2", "a")]


def test_a_missed_contact_goes_to_the_next_agent_before_those_who_came_later() -> None:
    one = floor("a", "b")
    assert one.join("c1", "support", now=5.0) == [Offer("c1", "a")]
    assert one.join("c2", "support", now=6.0) == [Offer("c2", "b")]
    assert one.miss("c1", now=25.0) == []
    one.take("c2", now=26.0)
    assert one.join("c3", "support", now=27.0) == []
    assert one.release("b", now=28.0) == [Offer("c1", "b")]


def test_with_one_agent_only_it_rings_again_after_a_rest() -> None:
    one = floor("a")
    one.join("c1", "support", now=0.0)
    assert one.miss("c1", now=20.0) == []
    assert one.deadline == 25.0
    assert one.tick(24.9) == []
    assert one.tick(25.0) == [Offer("c1", "a")]
    assert one.deadline == inf


def test_a_contact_that_leaves_frees_the_agent_it_rang_at_for_the_next() -> None:
    one = floor("a")
    one.join("c1", "support", now=1.0)
    one.join("c2", "support", now=2.0)
    assert one.contacts_in("support") == 2
    assert one.leave("c1", now=3.0) == [Offer("c2", "a")]
    assert one.contacts_in("support") == 1


def test_an_agent_who_took_a_contact_is_not_offered_another() -> None:
    one = floor("a")
    one.join("c1", "support", now=1.0)
    one.take("c1", now=2.0)
    assert one.agents["a"].presence is Presence.ON_CONTACT
    assert one.join("c2", "support", now=3.0) == []
    assert one.release("a", now=4.0) == [Offer("c2", "a")]


def test_an_agent_who_went_home_gets_nothing() -> None:
    one = floor("a")
    one.unregister("a", now=1.0)
    assert one.join("c1", "support", now=2.0) == []


def test_a_contact_for_one_agent_rings_there_and_nowhere_else() -> None:
    one = floor("a", "b")
    assert one.call("c1", "b", now=5.0)
    assert one.agents["b"].presence is Presence.RINGING
    assert one.contacts_in("support") == 0
    one.take("c1", now=6.0)
    assert one.agents["b"].presence is Presence.ON_CONTACT


def test_who_is_not_available_cannot_be_called() -> None:
    one = floor("a")
    assert not one.call("c1", "b", now=5.0)  # not there
    one.join("c2", "support", now=5.0)
    assert not one.call("c1", "a", now=5.0)  # another contact rings


def test_who_misses_a_call_meant_for_them_rests_and_the_contact_waits_no_longer() -> None:
    one = floor("a")
    assert one.call("c1", "a", now=5.0)
    assert one.decline("c1", now=6.0) == []
    assert one.agents["a"].presence is Presence.MISSED
    assert one.tick(11.0) == []


def test_an_agent_who_calls_somebody_is_offered_nothing_until_released() -> None:
    one = floor("a")
    one.engage("a", now=5.0)
    assert one.join("c1", "support", now=6.0) == []
    assert one.release("a", now=7.0) == [Offer("c1", "a")]
