from math import inf

from engine.agents import AVAILABLE, OFFLINE, Agent, Presence
from engine.queues import Floor, Offer, Worked
from engine.routing_profile import RoutingProfile, Served

REST = 5.0


def floor(*agents: str, queues: tuple[str, ...] = ("support",)) -> Floor:
    one = Floor(
        [Agent(name, RoutingProfile.of(queues), REST) for name in ("a", "b", "c")],
        ["support", "sales"],
    )
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


def served(*agents: tuple[str, tuple[Served, ...]]) -> Floor:
    one = Floor(
        [Agent(name, RoutingProfile(queues), REST) for name, queues in agents],
        ["support", "sales"],
    )
    for now, (name, _) in enumerate(agents):
        one.register(name, now=float(now))
    return one


def test_a_queue_of_higher_priority_in_the_profile_goes_first_and_in_it_that_of_the_contact() -> (
    None
):
    one = served(("a", (Served("support", 2), Served("sales", 1))))
    one.engage("a", now=1.0)
    one.join("c1", "support", now=1.0)
    one.join("c2", "sales", now=2.0)
    one.join("c3", "sales", now=3.0)
    assert one.prefer("c3", now=4.0, priority=1, added_seconds=None) == []
    assert one.release("a", now=5.0) == [Offer("c3", "a")]
    assert one.leave("c3", now=6.0) == [Offer("c2", "a")]
    assert one.leave("c2", now=7.0) == [Offer("c1", "a")]


def test_who_serves_with_a_delay_gets_what_nobody_took_until_then() -> None:
    one = served(("a", (Served("support", delay=30.0),)))
    assert one.join("c1", "support", now=10.0) == []
    assert one.deadline == 40.0
    assert one.tick(39.0) == []
    assert one.tick(40.0) == [Offer("c1", "a")]
    assert one.deadline == inf


def test_who_serves_with_a_delay_only_now_gets_what_waits_already_after_that_delay() -> None:
    one = Floor([Agent("a", RoutingProfile(), REST)], ["support"])
    one.register("a", now=0.0)
    assert one.join("c1", "support", now=1.0) == []
    profile = RoutingProfile((Served("support", delay=30.0),))
    assert one.hire(Agent("a", profile, REST), now=2.0) == []
    assert one.deadline == 31.0
    assert one.tick(31.0) == [Offer("c1", "a")]


def test_time_that_is_added_to_a_contact_ends_a_delay_at_once() -> None:
    one = served(("a", (Served("support", delay=30.0),)))
    one.join("c1", "support", now=10.0)
    assert one.prefer("c1", now=11.0, priority=None, added_seconds=60.0) == [Offer("c1", "a")]


def test_a_contact_in_an_agents_own_queue_waits_for_that_agent_alone() -> None:
    one = served(("a", (Served("support"),)), ("b", (Served("support"),)))
    one.engage("a", now=2.0)
    assert one.join("c1", "agent/a", now=3.0) == []
    one.join("c2", "support", now=3.0)
    assert one.contacts_in("agent/a") == 1
    assert one.release("a", now=4.0) == [Offer("c1", "a")]


def test_an_agent_who_gets_other_queues_takes_what_waits_there() -> None:
    one = floor("a")
    one.join("c1", "sales", now=1.0)
    assert one.hire(Agent("a", RoutingProfile.of(["sales"]), REST), now=2.0) == [Offer("c1", "a")]


def test_an_agent_who_is_dismissed_goes_when_the_conversation_is_over() -> None:
    one = floor("a", "b")
    one.join("c1", "support", now=5.0)
    one.dismiss("a")
    one.dismiss("b")
    assert set(one.agents) == {"a", "c"}
    one.take("c1", now=6.0)
    assert one.release("a", now=7.0, contact_id="c1") == []
    assert set(one.agents) == {"c"}


def test_what_was_missed_or_finished_is_cleared_before_its_time() -> None:
    one = Floor([Agent("a", RoutingProfile.of(["support"]), REST, inf)], ["support"])
    one.register("a", now=0.0)
    one.join("c1", "support", now=1.0)
    one.miss("c1", now=2.0)
    assert one.clear("a", now=3.0) == [Offer("c1", "a")]
    one.take("c1", now=4.0)
    assert one.release("a", now=5.0, contact_id="c1") == []
    assert (one.agents["a"].presence, one.deadline) == (Presence.AFTER_CONTACT_WORK, inf)
    one.clear("a", now=6.0)
    assert one.worked == [Worked("c1", 5.0, 6.0)]
    assert one.agents["a"].presence is Presence.AVAILABLE


def test_who_chooses_to_be_available_gets_the_next_contact() -> None:
    one = floor("a")
    one.choose("a", OFFLINE, now=1.0)
    assert one.join("c1", "support", now=2.0) == []
    assert one.choose("a", AVAILABLE, now=3.0) == [Offer("c1", "a")]


def test_whoever_listens_is_told_of_each_agent_and_queue_that_may_be_other_than_before() -> None:
    one = floor("a")
    agents, queues = list[str](), list[str]()
    one.listen(agents.append)
    one.listen_to_queues(queues.extend)
    for change in (
        lambda: one.join("c1", "support", now=5.0),
        lambda: one.take("c1", now=6.0),
        lambda: one.choose("a", OFFLINE, now=7.0),
        lambda: one.release("a", now=8.0),
        lambda: one.hire(Agent("a", RoutingProfile.of(["sales"]), REST), now=9.0),
        lambda: one.dismiss("a"),
    ):
        change()
        assert agents and set(agents) == {"a"}
        assert queues and set(queues) <= {"support", "sales"}
        agents.clear()
        queues.clear()


def test_an_agent_who_comes_to_other_queues_is_told_of_the_old_ones_too() -> None:
    one, queues = floor("a"), list[str]()
    one.listen_to_queues(queues.extend)
    one.hire(Agent("a", RoutingProfile.of(["sales"]), REST), now=9.0)
    assert set(queues) == {"support", "sales"}


def test_a_contact_that_steps_aside_keeps_its_place_and_is_offered_to_nobody() -> None:
    one = floor("a")
    assert one.join("c1", "support", now=1.0) == [Offer("c1", "a")]
    assert one.join("c2", "support", now=2.0) == []
    assert one.step_aside("c1", now=3.0) == [Offer("c2", "a")]
    one.take("c2", now=4.0)
    assert one.join("c3", "support", now=5.0) == []
    assert one.contacts_in("support") == 2 and one.oldest_in("support", now=6.0) == 5.0
    assert one.step_back("c1", now=7.0) == []
    assert one.release("a", now=8.0) == [Offer("c1", "a")]


def test_a_contact_that_stepped_aside_may_leave() -> None:
    one = floor()
    one.join("c1", "support", now=1.0)
    assert one.step_aside("c1", now=2.0) == one.leave("c1", now=3.0) == []
    assert one.register("a", now=4.0) == []


def test_who_is_free_when_a_contact_steps_back_gets_it() -> None:
    one = floor()
    one.join("c1", "support", now=1.0)
    one.step_aside("c1", now=2.0)
    assert one.register("a", now=3.0) == []
    assert one.step_back("c1", now=4.0) == [Offer("c1", "a")]
