import pytest

from engine.agent_contacts import agent_contact_state
from engine.call import Input, State
from engine.line import Party
from tests.rig.contacts import line, live_contact


@pytest.mark.parametrize(
    ("state", "offered_to", "said"),
    [
        (State.BRIDGED, "agent1", "CONNECTED"),
        (State.TRANSFERRING, "agent2", "CONNECTED_ONHOLD"),
        (State.OFFERING, "agent1", "INCOMING"),
        (State.OFFERING, "agent2", None),
        (State.WAITING, "agent1", None),
        (State.CALLING, "agent1", "CONNECTING"),
    ],
)
def test_how_a_contact_stands_for_an_agent(state: State, offered_to: str, said: str | None) -> None:
    live = live_contact(state)
    live.offered_to = offered_to
    assert agent_contact_state(live, "agent1") == said


@pytest.mark.parametrize("listens", [Input.AGENT_LISTENS, Input.WHISPERED])
def test_an_agent_is_not_connected_while_somebody_hears_a_whisper(listens: Input) -> None:
    live = live_contact(State.OFFERING)
    for event in (Input.AGENT_LISTENS, listens):
        live.call.step(event, now=0.0)
    agent = line(live.contact_id, Party.AGENT)
    agent.username = "agent1"
    if live.call.state is State.BRIEFING:
        live.ringing = agent
    else:
        live.agent = agent
    assert agent_contact_state(live, "agent1") == "CONNECTING"


def test_a_contact_on_its_way_rings_at_the_next_agent_and_is_held_by_the_first() -> None:
    live = live_contact(State.TRANSFERRING)
    live.offered_to = "agent2"
    assert agent_contact_state(live, "agent2") == "INCOMING"


def test_an_agent_whose_phone_holds_has_the_contact_on_hold() -> None:
    live = live_contact()
    assert live.agent
    live.agent = line(live.contact_id, Party.AGENT, "sendonly")
    live.agent.username = "agent1"
    assert agent_contact_state(live, "agent1") == "CONNECTED_ONHOLD"
