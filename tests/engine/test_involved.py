from engine.call import State
from engine.involved import Involved
from engine.line import Party
from engine.live import Listener
from engine.supervision import Monitor
from tests.rig.contacts import contact_record, line, live_contact


def test_a_contact_is_found_by_everybody_who_has_a_part_in_it_until_they_have_none() -> None:
    involved, live = Involved(), live_contact(State.TRANSFERRING)
    live.offered_to = "agent2"
    ear = line(live.contact_id, Party.SUPERVISOR)
    live.listeners.append(Listener(contact_record(), Monitor("manager1"), ear))
    assert involved.update(live, lives=True) == {"agent1", "agent2", "manager1"}
    assert list(involved.of("agent2")) == list(involved.of("manager1")) == [live]
    live.listeners.clear()
    live.offered_to = None
    assert involved.update(live, lives=True) == {"agent1", "agent2", "manager1"}
    assert list(involved.of("manager1")) == []
    assert involved.update(live, lives=True) == {"agent1"}
    assert involved.update(live, lives=False) == {"agent1"}
    assert list(involved.of("agent1")) == []
    assert involved.update(live, lives=False) == frozenset()
