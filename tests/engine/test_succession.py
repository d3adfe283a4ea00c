"""Contacts that follow one another: what Connect's own transfers make of a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.agents import Presence
from engine.app import Running
from engine.browser_line import Leg
from engine.call import State
from engine.contact_record import ContactRecord
from engine.live import LiveContact
from engine.supervision import Stage
from mixer import Route
from tests.rig.house import AUDIO, PASSWORD, engine, phone
from tests.rig.panel import leg, line_on
from tests.rig.patience import until
from tests.rig.phone import Phone

QUEUES = [{"name": "support"}, {"name": "sales"}]
AGENTS = [
    {"username": "agent1", "password": PASSWORD, "queues": ["support"]},
    {"username": "agent2", "password": PASSWORD, "queues": ["sales"]},
]
FIRST, SECOND = "agent1", "agent2"


@dataclass
class Desk:
    """agent1, whose phone is a browser, talks with a customer; agent2 is there."""

    one: Running
    browser: Leg
    customer: Phone
    colleague: Phone
    live: LiveContact

    @property
    def id(self) -> str:
        return self.live.contact_id

    def presence(self, username: str) -> Presence:
        return self.one.house.router.floor.agents[username].presence

    async def is_with(self, username: str) -> LiveContact:
        """Until this agent talks in the only contact there is."""
        registry = self.one.house.registry
        found = await until(lambda: len(registry) == 1 and registry.of_agent(username))
        await until(lambda: found.call.state is State.BRIDGED)
        return found

    async def record(self, contact_id: str) -> ContactRecord:
        await self.one.house.ledger.flush()
        found = await self.one.house.records.contact(contact_id)
        assert found
        return found

    async def recorded(self, contact_id: str) -> ContactRecord:
        """Once its recording is kept."""

        async def kept() -> ContactRecord | None:
            found = await self.record(contact_id)
            return found if found.recordings and found.recordings[0].stop else None

        return await until(kept)


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    async with (
        engine(folder, queues=QUEUES, agents=AGENTS) as one,
        phone(one) as customer,
        phone(one, SECOND) as colleague,
    ):
        browser = leg(one, FIRST)
        await customer.invite("support", AUDIO)
        one.house.ccp.accept(FIRST, (await line_on(browser)).contact_id)
        [live] = one.house.registry
        await until(lambda: live.call.state is State.BRIDGED)
        live.record = await marked(one, live)
        await colleague.register()
        await until(lambda: live.tap)
        yield Desk(one, browser, customer, colleague, live)


async def marked(one: Running, live: LiveContact) -> ContactRecord:
    live.note(live.record.last_update, attributes={"plan": "gold"})
    one.house.ledger.save(live.record)
    return live.record


def check_chained(former: ContactRecord, record: ContactRecord) -> None:
    assert former.next_contact_id == record.contact_id
    assert record.previous_contact_id == former.contact_id
    assert record.initial_contact_id == former.initial_contact_id == former.contact_id
    assert record.initiation_method == "TRANSFER"
    assert record.attributes == {"plan": "gold"}
    assert (former.agents, former.disconnect_reason) == ((FIRST,), "AGENT_DISCONNECT")
    assert former.disconnect and record.connected_to_agent


async def test_the_next_agent_has_a_contact_and_a_recording_of_their_own(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        first = it.id
        it.one.house.ccp.transfer(FIRST, first, it.one.house.ccp.find(SECOND))
        await it.colleague.called()
        assert it.id == first and it.presence(FIRST) is Presence.ON_CONTACT
        await it.colleague.answer(AUDIO)
        live = await it.is_with(SECOND)
        assert live.contact_id != first and first not in it.one.house.registry
        assert live.agent and Route(live.agent.port, live.customer.port) in live.routes()
        await until(lambda: live.tap)
        assert it.presence(FIRST) is Presence.AVAILABLE
        it.colleague.hang_up()
        assert (await it.customer.hung_up()).by == "BYE"
        former = await it.recorded(first)
        record = await it.recorded(live.contact_id)
        check_chained(former, record)
        assert former.disconnect
        assert record.recordings[0].start >= former.disconnect
        assert (record.queue, record.agent) == (None, SECOND)


async def test_who_refuses_leaves_the_contact_as_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        first = it.id
        it.one.house.ccp.transfer(FIRST, first, it.one.house.ccp.find(SECOND))
        await it.colleague.called()
        it.colleague.reject(603)
        await until(lambda: it.live.call.state is State.BRIDGED)
        assert await it.is_with(FIRST) is it.live
        assert it.id == first and it.live.tap
        assert it.live.next_method is None


async def test_in_a_queue_it_is_the_next_contact_already_and_who_listened_is_gone(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it:
        first, house = it.id, it.one.house
        leg(it.one, "manager1", listen_only=True)
        listener = house.monitors.start(it.live, "manager1")
        await until(lambda: listener.monitor.stage is Stage.LISTENING)
        house.ccp.transfer(FIRST, first, house.ccp.find("sales"))
        assert it.id != first and house.registry.get(it.id) is it.live
        assert not it.live.listeners and not it.live.tap
        waiting = it.live.record
        assert (waiting.queue, waiting.agent) == ("sales", None)
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await it.is_with(SECOND)
        it.customer.hang_up()
        await it.colleague.hung_up()
        former, record = await it.recorded(first), await it.recorded(waiting.contact_id)
        check_chained(former, record)
        assert (former.queue, record.queue) == ("support", "sales")


async def test_whoever_was_asked_first_has_the_contact_that_the_question_began(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it:
        first, house = it.id, it.one.house
        house.ccp.consult(FIRST, first, SECOND)
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        call = await until(lambda: house.registry.of_agent(SECOND))
        await until(lambda: call.call.state is State.BRIDGED)
        tap = await until(lambda: call.tap)
        house.ccp.end(FIRST, first)
        live = await it.is_with(SECOND)
        assert live is call and live.tap is tap
        assert live.agent and Route(live.agent.port, live.customer.port) in live.routes()
        assert not it.browser.lines and it.presence(FIRST) is Presence.AVAILABLE
        it.customer.hang_up()
        assert (await it.colleague.hung_up()).by == "BYE"
        former, record = await it.recorded(first), await it.recorded(live.contact_id)
        check_chained(former, record)
        assert record.customer_endpoint == former.customer_endpoint != FIRST
        assert former.holds == 1 and len(record.recordings) == 1
