from datetime import timedelta

from engine.call import Input, State
from engine.line import Line, Party
from engine.live import Listener, LiveContact
from engine.supervision import Change, Monitor
from mixer import Port, Route
from tests.rig.contacts import NOON, contact_record, line, live_contact

LEFT, RIGHT, PLAYER = Port(100, 1, 0), Port(100, 1, 1), Port(101, 1)


class OpenTap:
    left, right = LEFT, RIGHT


def recorded(live: LiveContact, *participants: str) -> LiveContact:
    live.note(NOON, recorded=frozenset(participants))
    live.tap = OpenTap()  # type: ignore[assignment] # only its two sides matter here
    return live


def agent_of(live: LiveContact) -> Line:
    assert live.agent
    return live.agent


def listener(live: LiveContact, *changes: Change) -> Listener:
    one = Listener(contact_record(), Monitor("manager1"), line(live.contact_id, Party.SUPERVISOR))
    for change in changes:
        one.monitor.step(change)
    live.listeners.append(one)
    return one


def both_ways(live: LiveContact) -> set[Route]:
    customer, agent = live.customer.rtp.port, agent_of(live).rtp.port
    return {Route(customer, agent), Route(agent, customer)}


def test_on_the_bridge_customer_and_agent_hear_each_other() -> None:
    live = live_contact()
    assert live.routes() == both_ways(live)


def test_before_the_bridge_the_customer_hears_the_player_and_nobody_else() -> None:
    live = live_contact(State.OFFERING)
    live.agent = line(live.contact_id, Party.AGENT)
    live.heard[Party.CUSTOMER].player = PLAYER
    assert live.routes() == {Route(PLAYER, live.customer.rtp.port)}


def test_the_recording_has_the_customer_left_and_the_agent_right() -> None:
    live = recorded(live_contact(), "Agent", "Customer")
    customer, agent = live.customer.rtp.port, agent_of(live).rtp.port
    assert live.routes() - both_ways(live) == {Route(customer, LEFT), Route(agent, RIGHT)}


def test_one_side_alone_is_recorded_on_its_own_channel() -> None:
    live = recorded(live_contact(), "Agent")
    assert live.routes() - both_ways(live) == {Route(agent_of(live).rtp.port, RIGHT)}


def test_a_supervisor_hears_both_once_the_phone_answered_and_is_heard_by_nobody() -> None:
    live = live_contact()
    one = listener(live)
    assert live.routes() == both_ways(live)
    one.monitor.step(Change.ANSWERED)
    ear = one.line.rtp.port
    heard = {Route(live.customer.rtp.port, ear), Route(agent_of(live).rtp.port, ear)}
    assert live.routes() - both_ways(live) == heard
    assert ear not in {route.source for route in live.routes()}


def test_while_the_agent_holds_the_customer_hears_music_and_is_not_recorded() -> None:
    live = recorded(live_contact(), "Agent", "Customer")
    live.agent = line(live.contact_id, Party.AGENT, direction="sendonly")
    live.heard[Party.CUSTOMER].player = PLAYER
    assert live.agent_holds
    assert live.routes() == {
        Route(PLAYER, live.customer.rtp.port),
        Route(live.agent.rtp.port, RIGHT),
    }


def test_while_another_agent_rings_the_customer_hears_music_and_the_first_is_recorded() -> None:
    live = recorded(live_contact(State.TRANSFERRING), "Agent", "Customer")
    live.heard[Party.CUSTOMER].player = PLAYER
    assert live.routes() == {
        Route(PLAYER, live.customer.rtp.port),
        Route(agent_of(live).rtp.port, RIGHT),
    }


def test_a_contact_between_two_agents_is_silent_in_its_recording() -> None:
    live = recorded(live_contact(), "Agent", "Customer")
    live.call.step(Input.TO_QUEUE, now=0.0)
    live.agent, live.heard[Party.CUSTOMER].player = None, PLAYER
    assert live.routes() == {Route(PLAYER, live.customer.rtp.port)}


def test_a_fact_about_the_contact_says_when_it_was_learnt() -> None:
    live = live_contact()
    later = NOON.replace(hour=13)
    live.note(later, queue="support")
    assert (live.record.queue, live.record.last_update) == ("support", later)


def test_a_hold_is_counted_when_it_is_over() -> None:
    live = live_contact()
    speaking, live.agent = live.agent, line(live.contact_id, Party.AGENT, "sendonly")
    live.note_hold(NOON)
    live.note_hold(NOON + timedelta(seconds=3))
    assert live.record.holds == 0
    live.agent = speaking
    live.note_hold(NOON + timedelta(seconds=9))
    assert (live.record.holds, live.record.hold_seconds) == (1, 9)
