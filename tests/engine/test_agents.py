from math import inf

from engine.agents import OFFLINE, TABLE, Activity, Agent, Presence, Signal, Status, StatusType
from engine.routing_profile import RoutingProfile

LUNCH = Status("lunch", "Lunch", StatusType.CUSTOM)


def agent(*signals: Signal, registered: bool = True, work_seconds: float | None = None) -> Agent:
    one = Agent("agent1", RoutingProfile.of(["support"]), 5.0, work_seconds)
    one.register(0.0, registered=registered)
    for signal in signals:
        one.step(signal, now=0.0)
    return one


def test_an_agent_is_available_while_the_phone_is_registered() -> None:
    assert agent(registered=False).presence is Presence.OFFLINE
    one = agent()
    assert one.presence is Presence.AVAILABLE
    one.register(1.0, registered=False)
    assert one.presence is Presence.OFFLINE


def test_a_refreshed_registration_does_not_change_since_when_an_agent_is_available() -> None:
    one = agent()
    one.register(60.0, registered=True)
    assert one.since == 0.0


def test_one_who_missed_a_contact_rests_and_is_then_available_again() -> None:
    one = agent(Signal.OFFERED, Signal.MISSED)
    assert one.deadline == 5.0
    one.tick(4.9)
    assert one.presence is Presence.MISSED
    one.tick(5.0)
    assert one.presence is Presence.AVAILABLE
    assert one.deadline == inf


def test_a_registration_that_ends_in_a_conversation_takes_effect_after_it() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED)
    one.register(0.5, registered=False)
    assert one.presence is Presence.LEAVING
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.OFFLINE


def test_a_phone_that_comes_back_in_a_conversation_keeps_its_agent() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED)
    one.register(0.5, registered=False)
    one.register(1.0, registered=True)
    assert one.presence is Presence.ON_CONTACT


def test_an_agent_with_two_conversations_is_free_after_the_second() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED, Signal.CALLED)
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.ON_CONTACT
    one.step(Signal.RELEASED, now=2.0)
    assert one.presence is Presence.AVAILABLE
    assert one.since == 2.0


def test_an_agent_who_calls_out_while_the_phone_rings_is_not_free_when_it_stops() -> None:
    for ending in (Signal.MISSED, Signal.WITHDRAWN):
        one = agent(Signal.OFFERED, Signal.CALLED, ending)
        assert one.presence is Presence.ON_CONTACT


def test_a_call_that_ends_while_the_phone_rings_for_a_contact_leaves_it_ringing() -> None:
    one = agent(Signal.OFFERED, Signal.CALLED, Signal.RELEASED)
    assert one.presence is Presence.RINGING


def test_after_contact_work_ends_with_its_limit() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED, work_seconds=30.0)
    assert (one.presence, one.deadline) == (Presence.AFTER_CONTACT_WORK, 30.0)
    one.tick(30.0)
    assert one.presence is Presence.AVAILABLE


def test_after_contact_work_without_a_limit_ends_when_the_contact_is_cleared() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED, work_seconds=inf)
    assert (one.presence, one.deadline) == (Presence.AFTER_CONTACT_WORK, inf)
    one.step(Signal.EXPIRED, now=99.0)
    assert one.presence is Presence.AVAILABLE


def test_a_status_chosen_in_a_contact_is_the_next_one_until_the_work_after_it_is_done() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED, work_seconds=30.0)
    one.choose(LUNCH, now=1.0)
    one.step(Signal.FINISHED, now=2.0)
    assert (one.next_status, one.presence) == (LUNCH, Presence.AFTER_CONTACT_WORK)
    one.tick(32.0)
    assert (one.status, one.status_since) == (LUNCH, 32.0)
    assert (one.next_status, one.presence) == (None, Presence.BREAK)


def test_a_status_chosen_in_after_contact_work_ends_it() -> None:
    one = agent(Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED, work_seconds=30.0)
    one.choose(OFFLINE, now=3.0)
    assert (one.presence, one.since) == (Presence.OFFLINE, 3.0)


def test_who_is_on_a_break_may_call_and_is_on_the_break_again_after_it() -> None:
    one = agent()
    one.choose(LUNCH, now=1.0)
    one.step(Signal.CALLED, now=3.0)
    assert one.presence is Presence.ON_CONTACT
    one.step(Signal.RELEASED, now=4.0)
    assert one.presence is Presence.BREAK


def test_a_phone_that_goes_takes_rest_and_work_with_it() -> None:
    for ending in (Signal.MISSED, Signal.WITHDRAWN):
        one = agent(Signal.OFFERED, ending)
        one.register(1.0, registered=False)
        one.register(2.0, registered=True)
        assert one.presence is Presence.AVAILABLE


def test_an_agent_without_a_registration_who_calls_is_gone_after_it() -> None:
    one = agent(Signal.CALLED, registered=False)
    assert one.presence is Presence.LEAVING
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.OFFLINE


def test_no_activity_is_a_trap() -> None:
    for activity in Activity:
        assert any(TABLE[key] is not activity for key in TABLE if key[0] is activity)
    assert set(TABLE.values()) == set(Activity)
    assert {signal for _, signal in TABLE} == set(Signal)
