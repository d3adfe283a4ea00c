"""The panel's buttons on live calls: the agent has a browser, all others speak SIP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.agents import Presence
from engine.app import Running
from engine.browser_line import BrowserLine, Leg
from engine.call import State
from engine.live import LiveContact
from engine.refused import Refused
from engine.supervision import Stage
from mixer import Mode, Route
from tests.rig.house import AUDIO, engine, phone
from tests.rig.panel import leg, line_on
from tests.rig.patience import until
from tests.rig.phone import Phone

ME = "agent1"


@dataclass
class Desk:
    one: Running
    leg: Leg
    live: LiveContact
    line: BrowserLine
    customer: Phone

    @property
    def id(self) -> str:
        return self.live.contact_id

    def other(self) -> LiveContact | None:
        """The call that was made because of the contact."""
        return next((each for each in self.one.house.registry if each is not self.live), None)


@asynccontextmanager
async def desk(folder: Path, **sections: object) -> AsyncIterator[Desk]:
    """An agent in a browser talks with a customer out of the queue."""
    async with engine(folder, **sections) as one, phone(one) as customer:
        browser = leg(one, ME)
        await customer.invite("support", AUDIO)
        line = await line_on(browser)
        one.house.ccp.accept(ME, line.contact_id)
        [live] = one.house.registry
        await until(lambda: live.call.state is State.BRIDGED)
        yield Desk(one, browser, live, line, customer)


@asynccontextmanager
async def consulting(it: Desk) -> AsyncIterator[tuple[Phone, LiveContact]]:
    """A colleague was called because of it, and has answered."""
    async with phone(it.one, "agent2") as colleague:
        await colleague.register()
        it.one.house.ccp.consult(ME, it.id, "agent2")
        await colleague.called()
        await colleague.answer(AUDIO)
        other = await until(it.other)
        await until(lambda: other.call.state is State.BRIDGED)
        yield colleague, other


async def test_an_agent_accepts_talks_and_ends_and_has_work_to_clear(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        agent = it.one.house.router.floor.agents[ME]
        assert agent.presence is Presence.ON_CONTACT and it.live.agent is it.line
        assert Route(it.live.customer.port, it.leg.port) in it.live.routes()
        it.one.house.ccp.end(ME, it.id)
        assert (await it.customer.hung_up()).by == "BYE"
        assert not it.leg.lines and not it.one.house.ccp.talks(ME)
        assert it.one.house.browsers.leg(ME) is it.leg  # it is kept for the next one


async def test_who_rejects_has_missed_it(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        browser = leg(one, ME)
        await customer.invite("support", AUDIO)
        line = await line_on(browser)
        one.house.ccp.reject(ME, line.contact_id)
        agent = one.house.router.floor.agents[ME]
        assert (agent.presence, agent.contact_id) == (Presence.MISSED, line.contact_id)
        with pytest.raises(Refused):
            one.house.ccp.accept(ME, line.contact_id)


async def test_hold_is_music_for_the_customer_and_mute_silence(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        customer = it.live.customer.port
        it.one.house.ccp.hold(ME, it.id, held=True)
        assert it.live.agent_holds and it.live.player
        assert Route(it.leg.port, customer) not in it.live.routes()
        it.one.house.ccp.hold(ME, it.id, held=False)
        assert Route(it.leg.port, customer) in it.live.routes() and not it.live.player
        it.one.house.ccp.mute(ME, it.id, muted=True)
        assert Route(it.leg.port, customer) not in it.live.routes()
        assert Route(customer, it.leg.port) in it.live.routes()
        it.one.house.ccp.mute(ME, it.id, muted=False)
        assert Route(it.leg.port, customer) in it.live.routes()
        assert it.live.record.holds == 1


async def test_who_is_consulted_talks_with_the_agent_alone_until_they_are_swapped(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it, consulting(it) as (_, other):
        customer, colleague = it.live.customer.port, other.agent
        assert colleague and it.live.agent_holds
        [talk] = it.one.house.ccp.talks(ME)
        assert (talk.live, talk.third) == (it.live, other)
        assert Route(it.leg.port, colleague.port) in other.routes()
        assert not {route for route in it.live.routes() if it.leg.port in route.ends}
        it.one.house.ccp.swap(ME, it.id)
        assert Route(it.leg.port, customer) in it.live.routes()
        assert not {route for route in other.routes() if it.leg.port in route.ends}
        it.one.house.ccp.swap(ME, it.id)
        assert Route(it.leg.port, colleague.port) in other.routes() and it.live.agent_holds
        it.one.house.ccp.end(ME, it.id, third=True)
        assert not it.other() and Route(it.leg.port, customer) in it.live.routes()


async def test_in_a_conference_all_hear_each_other_and_it_is_recorded_with_the_customer(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it, consulting(it) as (colleague, other):
        it.one.house.ccp.conference(ME, it.id)
        assert other.agent and it.live.tap
        three = (it.live.customer.port, it.leg.port, other.agent.port)
        every = {Route(a, b) for a in three for b in three if a != b}
        assert every <= it.live.routes() | other.routes()
        assert not it.live.routes() & other.routes()
        assert Route(other.agent.port, it.live.tap.left) in it.live.routes()
        it.one.house.ccp.hold(ME, it.id, held=True)
        assert not it.live.guest and it.live.player
        it.one.house.ccp.conference(ME, it.id)
        colleague.hang_up()
        await until(lambda: not it.other())
        assert it.live.guest is None
        assert Route(it.leg.port, it.live.customer.port) in it.live.routes()


async def test_who_leaves_leaves_the_two_together(tmp_path: Path) -> None:
    async with desk(tmp_path) as it, consulting(it) as (colleague, other):
        line = other.agent
        assert line
        it.one.house.ccp.conference(ME, it.id)
        it.one.house.ccp.end(ME, it.id)
        await until(lambda: len(it.one.house.registry) == 1)
        assert list(it.one.house.registry) == [other] and not it.leg.lines
        assert other.agent is line and Route(line.port, other.customer.port) in other.routes()
        assert other.guest is None
        colleague.hang_up()
        assert (await it.customer.hung_up()).by == "BYE"


async def test_a_contact_goes_to_a_colleague_or_a_queue_without_a_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as it, phone(it.one, "agent2") as colleague:
        await colleague.register()
        ccp = it.one.house.ccp
        with pytest.raises(Refused):
            ccp.find("nowhere")
        ccp.transfer(ME, it.id, ccp.find("agent2"))
        await colleague.called()
        await colleague.answer(AUDIO)
        await until(lambda: it.live.agent and it.live.agent.username == "agent2")
        assert not it.leg.lines


async def test_what_is_dialled_rings_and_says_why_it_cannot_be(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one, "agent2") as colleague:
        browser = leg(one, ME)
        await colleague.register()
        for number in ("agent1", "+15550100"):
            with pytest.raises(Refused):
                one.house.ccp.dial(ME, number, ME)
        assert not browser.lines and not len(one.house.registry)
        one.house.ccp.dial(ME, "agent2", ME)
        await colleague.called()
        [live] = one.house.registry
        one.house.ccp.end(ME, live.contact_id)
        assert (await colleague.hung_up()).by == "CANCEL"
        await until(lambda: not len(one.house.registry))


async def test_keys_are_heard_by_who_is_talked_with(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        it.one.house.ccp.press(ME, it.id, "12#")
        assert it.line.keys


async def test_a_supervisor_listens_in_a_browser_and_speaks_only_with_a_microphone(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as it:
        ccp, ear = it.one.house.ccp, leg(it.one, "manager1", listen_only=True)
        profiles = it.one.house.rights.allowed("manager1")
        it.one.house.monitors.start(it.live, "manager1", profiles)
        found = await until(lambda: ccp.monitoring("manager1"))
        await until(lambda: found[1].monitor.stage is Stage.LISTENING)
        assert Route(it.live.customer.port, ear.port) in it.live.routes()
        with pytest.raises(Refused, match="listens"):
            ccp.switch("manager1", Mode.COACH)
        assert not {route for route in it.live.routes() if route.source == ear.port}
        ccp.stop_monitoring("manager1")
        assert not it.live.listeners and it.live.call.state is State.BRIDGED
        with pytest.raises(Refused):
            ccp.stop_monitoring("manager1")


async def test_whoever_has_no_such_contact_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        ccp = it.one.house.ccp
        for wrong in (
            lambda: ccp.hold("agent2", it.id, held=True),
            lambda: ccp.end(ME, "another"),
            lambda: ccp.swap(ME, it.id),
            lambda: ccp.conference(ME, it.id),
            lambda: ccp.end(ME, it.id, third=True),
            lambda: ccp.reject(ME, it.id),
        ):
            with pytest.raises(Refused):
                wrong()
