from pathlib import Path

import pytest

from engine.directory.reach import Reach
from engine.refused import Refused
from engine.web.caller import OPERATOR, Caller
from engine.web.known_contacts import KnownContacts
from tests.rig.contacts import NOON, contact_record, live_contact
from tests.rig.house import engine

AGENT, OTHER = Caller("agent1", frozenset()), Caller("agent2", frozenset())


async def test_the_agent_has_their_live_contact_and_others_by_a_permission(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        live, known = live_contact(), KnownContacts(one.house)
        one.house.registry.add(live)
        try:
            for caller in (AGENT, OPERATOR, Caller("m", frozenset({"ManagerListenIn"}))):
                assert known.live_for(caller, live.contact_id, "ManagerListenIn") is live
            with pytest.raises(Refused, match="ManagerListenIn"):
                known.live_for(OTHER, live.contact_id, "ManagerListenIn")
            north = Reach("m", contact_groups=frozenset({"north"}))
            manager = Caller("m", frozenset({"ManagerListenIn"}), north)
            with pytest.raises(Refused, match="m does not have access to the contact"):
                known.live_for(manager, live.contact_id, "ManagerListenIn")
            live.note(NOON, hierarchy=("north",))
            assert known.live(manager, live.contact_id) is live
        finally:
            one.house.registry.remove(live)
        with pytest.raises(Refused, match="No live contact"):
            known.live(OPERATOR, live.contact_id)


async def test_a_record_is_seen_by_those_who_may_see_it(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        record, known = contact_record(), KnownContacts(one.house)
        one.house.ledger.save(record)
        assert await known.record(OPERATOR, record.contact_id) == record
        own_only = Caller("agent1", frozenset(), Reach("agent1", own_contacts=True))
        with pytest.raises(Refused, match="agent1 does not have access to the contact"):
            await known.record(own_only, record.contact_id)
        with pytest.raises(Refused, match="No contact has the id"):
            await known.record(OPERATOR, "nothing")
