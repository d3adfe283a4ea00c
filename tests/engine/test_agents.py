from math import inf

from engine.agents import TABLE, Agent, Presence, Signal


def agent(*signals: Signal) -> Agent:
    one = Agent("agent1", ("support",), rest_seconds=5.0)
    for signal in signals:
        one.step(signal, now=0.0)
    return one


def test_an_agent_is_available_while_the_phone_is_registered() -> None:
    assert agent().presence is Presence.OFFLINE
    assert agent(Signal.REGISTERED).presence is Presence.AVAILABLE
    assert agent(Signal.REGISTERED, Signal.UNREGISTERED).presence is Presence.OFFLINE


def test_a_refreshed_registration_does_not_change_since_when_an_agent_is_available() -> None:
    one = agent(Signal.REGISTERED)
    one.step(Signal.REGISTERED, now=60.0)
    assert one.since == 0.0


def test_one_who_missed_a_contact_rests_and_is_then_available_again() -> None:
    one = agent(Signal.REGISTERED, Signal.OFFERED, Signal.MISSED)
    assert one.deadline == 5.0
    one.tick(4.9)
    assert one.presence is Presence.MISSED
    one.tick(5.0)
    assert one.presence is Presence.AVAILABLE
    assert one.deadline == inf


def test_a_registration_that_ends_in_a_conversation_takes_effect_after_it() -> None:
    one = agent(Signal.REGISTERED, Signal.OFFERED, Signal.ANSWERED, Signal.UNREGISTERED)
    assert one.presence is Presence.LEAVING
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.OFFLINE


def test_a_phone_that_comes_back_in_a_conversation_keeps_its_agent() -> None:
    one = agent(Signal.REGISTERED, Signal.OFFERED, Signal.ANSWERED, Signal.UNREGISTERED)
    one.step(Signal.REGISTERED, now=1.0)
    assert one.presence is Presence.ON_CONTACT


def test_an_agent_with_two_conversations_is_free_after_the_second() -> None:
    one = agent(Signal.REGISTERED, Signal.OFFERED, Signal.ANSWERED, Signal.CALLED)
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.ON_CONTACT
    one.step(Signal.RELEASED, now=2.0)
    assert one.presence is Presence.AVAILABLE
    assert one.since == 2.0


def test_an_agent_who_calls_out_while_the_phone_rings_is_not_free_when_it_stops() -> None:
    for ending in (Signal.MISSED, Signal.WITHDRAWN):
        one = agent(Signal.REGISTERED, Signal.OFFERED, Signal.CALLED, ending)
        assert one.presence is Presence.ON_CONTACT


def test_an_agent_without_a_registration_who_calls_is_gone_after_it() -> None:
    one = agent(Signal.CALLED)
    assert one.presence is Presence.LEAVING
    one.step(Signal.RELEASED, now=1.0)
    assert one.presence is Presence.OFFLINE


def test_no_presence_is_a_trap() -> None:
    for presence in Presence:
        assert any(TABLE[key] is not presence for key in TABLE if key[0] is presence)
    assert set(TABLE.values()) == set(Presence)
    assert {signal for _, signal in TABLE} == set(Signal)
