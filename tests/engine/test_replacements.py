from pathlib import Path

import pytest

from engine.agents import Presence
from engine.call import Input, State
from engine.line import Party
from engine.replacements import check
from sip import PeerError
from tests.rig.contacts import line
from tests.rig.house import AUDIO, phone
from tests.rig.patience import until
from tests.rig.phone import HungUp, Phone, Refused
from tests.rig.talk import talk

TRUSTED = {"trusted_sources": ["127.0.0.0/8"], "port": 0}


def instead_of(other: Phone) -> tuple[tuple[str, str], ...]:
    """The header by which a call takes the place of the one that `other` has."""
    ours = other.dialog  # the engine knows it from the other side
    return (("Replaces", ours.replaces),)


def test_whoever_owns_a_line_may_replace_it_and_nobody_replaces_who_listens() -> None:
    customer, agent = line("one", Party.CUSTOMER), line("one", Party.AGENT)
    agent.username = "agent1"
    check(customer, "")
    check(agent, "agent1")
    listener = line("one", Party.SUPERVISOR)
    for old, username in ((agent, ""), (customer, "agent1"), (agent, "agent2"), (listener, "")):
        with pytest.raises(PeerError) as refused:
            check(old, username)
        assert refused.value.status == 603


async def test_an_agent_goes_on_with_another_phone_and_the_contact_stays_the_same(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it, phone(it.one, "agent1") as desk:
        tap = await until(lambda: it.live.tap)
        record = it.live.record
        await desk.invite("anything", AUDIO, fields=instead_of(it.agent))
        ended = await it.agent.hung_up()
        assert ended.by == "BYE"
        assert list(it.one.house.registry) == [it.live]
        assert it.live.call.state is State.BRIDGED
        assert it.live.tap is tap
        assert it.live.record.agents == record.agents == ("agent1",)
        assert it.live.agent
        port = it.live.agent.rtp.port
        assert port in {route.source for route in it.live.routes()}
        assert it.presence("agent1") is Presence.ON_CONTACT
        desk.hang_up()
        assert (await it.customer.hung_up()).by == "BYE"
        assert it.presence("agent1") is Presence.AVAILABLE


async def test_monitors_hear_the_phone_that_took_the_place(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "manager1") as manager:
        await manager.register()
        listener = it.one.house.monitors.start(it.live, "manager1")
        await manager.called()
        await manager.answer(AUDIO)
        async with phone(it.one, "agent1") as desk:
            await desk.invite("support", AUDIO, fields=instead_of(it.agent))
            assert it.live.agent
            ear = listener.line.rtp.port
            heard = {route.source for route in it.live.routes() if route.sink == ear}
            assert heard == {it.live.customer.rtp.port, it.live.agent.rtp.port}
            assert not any(isinstance(event, HungUp) for event in manager.events)


async def test_a_call_that_rings_is_picked_up_at_another_phone_of_the_same_agent(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it, phone(it.one, "agent2") as desk:
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.colleague.ring()
        await desk.invite("agent2", AUDIO, fields=instead_of(it.colleague))
        ended = await it.colleague.hung_up()
        assert ended.by == "CANCEL"
        assert ended.reason == 'SIP;cause=200;text="Call completed elsewhere"'
        await it.is_in(State.BRIDGED)
        assert it.live.record.agents == ("agent1", "agent2")
        assert it.presence("agent2") is Presence.ON_CONTACT
        assert (await it.agent.hung_up()).by == "BYE"


async def test_nobody_takes_the_place_of_somebody_else(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "agent2") as thief:
        for victim in (it.agent, it.customer):
            with pytest.raises(Refused) as refused:
                await thief.invite("support", AUDIO, fields=instead_of(victim))
            assert refused.value.status == 403
        assert it.live.call.state is State.BRIDGED


async def test_a_trusted_network_moves_its_customer_but_takes_no_agents_place(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, sip=TRUSTED) as it, phone(it.one, "other") as other:
        with pytest.raises(Refused) as refused:
            await other.invite("support", AUDIO, fields=instead_of(it.agent))
        assert refused.value.status == 603
        await other.invite("support", AUDIO, fields=instead_of(it.customer))
        assert (await it.customer.hung_up()).by == "BYE"
        assert list(it.one.house.registry) == [it.live]
        assert len(it.live.routes()) >= 2
        other.hang_up()
        assert (await it.agent.hung_up()).by == "BYE"


async def test_a_call_without_an_offer_is_heard_once_its_answer_came(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "agent1") as desk:
        desk.machine.late_answer = AUDIO
        await desk.invite("support", "", fields=instead_of(it.agent))
        await it.agent.hung_up()
        both = {it.live.customer.rtp.port, it.live.agent.rtp.port if it.live.agent else None}
        await until(lambda: both <= {route.source for route in it.live.routes()})
        assert it.live.call.state is State.BRIDGED


async def test_an_agents_call_that_never_says_where_it_hears_is_lost(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "agent1") as desk:
        await desk.invite("support", "", fields=instead_of(it.agent))
        assert (await desk.hung_up()).by == "BYE"
        assert it.live.call.ended_by is Input.AGENT_LOST
