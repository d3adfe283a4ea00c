import asyncio

from engine.call import State
from engine.line import Party
from engine.registry import Registry
from tests.rig.contacts import contact_record, line, live_contact


async def test_a_contact_is_found_by_its_id_while_it_lives() -> None:
    registry, live = Registry(), live_contact()
    registry.add(live)
    assert registry.get(live.contact_id) is live
    assert list(registry) == [live]
    registry.remove(live)
    assert registry.get(live.contact_id) is None
    assert len(registry) == 0


async def test_contacts_may_end_while_they_are_walked() -> None:
    registry = Registry()
    for _ in range(3):
        registry.add(live_contact())
    for live in registry:
        registry.remove(live)
    assert len(registry) == 0


async def test_who_waits_for_the_last_contact_is_woken_when_it_ends() -> None:
    registry, live = Registry(), live_contact()
    await registry.empty.wait()
    registry.add(live)
    waiting = asyncio.create_task(registry.empty.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    registry.remove(live)
    await waiting


async def test_a_line_that_an_agent_opens_goes_beside_the_contact_they_talk_in_or_that_rings() -> (
    None
):
    registry, rings, talks = Registry(), live_contact(State.OFFERING), live_contact()
    rings.ringing = line(rings.contact_id, Party.AGENT)
    rings.ringing.username = "agent1"
    registry.add(rings)
    assert registry.beside("agent1") is rings.customer
    registry.add(talks)
    assert registry.beside("agent1") is talks.customer
    assert registry.beside("agent2") is None


async def test_whoever_listens_is_told_when_a_contact_comes_changes_and_ends_and_for_whom() -> None:
    registry, live = Registry(), live_contact()
    told, lives = list[tuple[set[str], int]](), list[bool]()
    registry.listen(lambda one: lives.append(one.contact_id in registry))
    registry.listen_to_people(
        lambda who: told.append((set(who), len(registry.involving("agent1"))))
    )
    registry.add(live)
    assert list(registry.involving("agent1")) == [live]
    registry.changed(live)
    registry.remove(live)
    assert told == [({"agent1"}, 1), ({"agent1"}, 1), ({"agent1"}, 0)]
    assert lives == [True, True, False]


async def test_a_contact_that_becomes_the_next_one_is_known_by_its_new_id_alone() -> None:
    registry, live, told = Registry(), live_contact(), list[set[str]]()
    live.agent = line(live.contact_id, Party.AGENT)
    live.agent.username = "agent1"
    registry.add(live)
    registry.listen_to_people(lambda who: told.append(set(who)))
    former, record = live.contact_id, contact_record()
    registry.renew(live, record)
    assert former not in registry and registry.get(record.contact_id) is live
    assert list(registry) == list(registry.involving("agent1")) == [live]
    assert told == [{"agent1"}] and not registry.empty.is_set()
    registry.remove(live)
    assert registry.empty.is_set() and not registry.involving("agent1")
