import asyncio
from pathlib import Path

import pytest

from engine.agents import Presence
from engine.call import Input, State
from engine.records import DisconnectReason
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Refused, audio


async def test_a_customer_is_connected_to_an_agent_and_the_record_says_so(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        agent.hang_up()
        assert (await customer.hung_up()).by == "BYE"
        await until(lambda: not len(one.house.registry))
        await one.house.ledger.flush()
        record = await one.house.records.contact(live.contact_id)
    assert record
    assert record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
    assert (record.queue, record.agent) == ("support", "agent1")
    assert (record.customer_endpoint, record.system_endpoint) == ("customer", "support")
    times = [
        record.initiation,
        record.connected_to_system,
        record.enqueue,
        record.dequeue,
        record.connected_to_agent,
        record.disconnect,
    ]
    assert all(times)
    assert times == sorted(time for time in times if time)


@pytest.mark.parametrize(
    ("caller", "number", "status"),
    [
        ("customer", "nobody", 401),  # a stranger, and the password is not that of a customer
        ("customer", "agent1", 401),
        ("agent1", "nobody", 404),
        ("manager1", "agent1", 403),
    ],
)
async def test_who_may_not_dial_is_told_by_status(
    tmp_path: Path, caller: str, number: str, status: int
) -> None:
    async with engine(tmp_path) as one, phone(one, caller) as stranger:
        with pytest.raises(Refused) as refused:
            await stranger.invite(number, AUDIO)
        assert refused.value.status == status
        assert not len(one.house.registry)


async def test_beyond_the_limit_of_calls_and_without_a_common_codec_there_is_no_call(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path, routing={"max_calls": 1}) as one, phone(one) as first:
        with pytest.raises(Refused) as refused:
            await first.invite("support", AUDIO.replace("AVP 0 8", "AVP 18").replace("rtpmap", "x"))
        assert refused.value.status == 488
        await first.invite("support", AUDIO)
        async with phone(one, "second") as second:
            with pytest.raises(Refused) as refused:
                await second.invite("support", AUDIO)
        assert refused.value.status == 503


async def test_the_next_agent_rings_when_the_first_does_not_answer(tmp_path: Path) -> None:
    routing = {"ring_seconds": 0.2}
    async with engine(tmp_path, routing=routing) as one, phone(one) as customer:
        async with phone(one, "agent1") as first, phone(one, "agent2") as second:
            await first.register()
            await second.register()
            await customer.invite("support", AUDIO)
            await first.called()
            first.ring()
            assert (await first.hung_up()).by == "CANCEL"
            await second.called()
            await second.answer(AUDIO)
            [live] = one.house.registry
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.agent == "agent2"
            assert one.house.router.floor.agents["agent1"].presence is Presence.MISSED


async def test_an_agent_who_refuses_is_passed_over_at_once(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        async with phone(one, "agent1") as first, phone(one, "agent2") as second:
            await first.register()
            await second.register()
            await customer.invite("support", AUDIO)
            await first.called()
            first.reject(486)
            await second.called()


async def test_a_customer_who_gives_up_while_it_rings_frees_the_agent(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await customer.invite("support", AUDIO)
        await agent.called()
        agent.ring()
        customer.hang_up()
        assert (await agent.hung_up()).by == "CANCEL"
        assert one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE


async def test_a_phone_that_vanishes_is_ended(tmp_path: Path) -> None:
    media = {"silence_timeout_seconds": 0.3}
    async with engine(tmp_path, media=media) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        [live] = one.house.registry
        assert (await customer.hung_up()).by == "BYE"
        assert live.record.disconnect_reason is DisconnectReason.TELECOM_PROBLEM


async def test_a_phone_on_hold_may_be_silent(tmp_path: Path) -> None:
    media = {"silence_timeout_seconds": 0.3}
    async with engine(tmp_path, media=media) as one, phone(one) as customer:
        await customer.invite("support", audio(4000, direction="inactive"))
        with pytest.raises(TimeoutError):
            await customer.hung_up(0.8)


async def test_a_customer_hears_music_while_the_agent_holds(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        talking = live.routes()
        answer = await agent.reinvite(audio(4000, direction="sendonly", version=2))
        assert "a=recvonly" in answer
        assert live.player in {route.source for route in live.routes()}
        await agent.reinvite(audio(4000, version=3))
        assert live.routes() == talking


async def test_an_offer_that_comes_with_the_acknowledgement_starts_the_flow(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        offer = await customer.invite("support", "")
        assert "m=audio" in offer
        [live] = one.house.registry
        await until(lambda: live.call.state is State.ENDED)  # its ACK had no answer in it
        assert live.record.disconnect_reason is DisconnectReason.TELECOM_PROBLEM


async def test_a_call_that_fails_inside_is_ended_and_harms_no_other(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "other") as other:
        await customer.invite("goodbye", AUDIO)
        await other.invite("support", AUDIO)
        broken, sound = one.house.registry
        one.house.switchboard.step(broken, Input.QUEUED)  # no flow set a queue: an assertion
        assert (await customer.hung_up()).by == "BYE"
        assert broken.record.disconnect_reason is DisconnectReason.OTHER
        assert list(one.house.registry) == [sound]


async def test_who_is_told_to_hurry_does_not_wait_for_calls_to_finish(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        draining = asyncio.create_task(one.house.switchboard.drain(60.0))
        await asyncio.sleep(0)
        one.house.switchboard.hurry()
        assert (await customer.hung_up()).by == "BYE"
        await draining


async def test_draining_takes_no_new_calls_and_ends_the_old_ones_in_time(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "late") as late:
        await customer.invite("support", AUDIO)
        draining = asyncio.create_task(one.house.switchboard.drain(0.3))
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await late.invite("support", AUDIO)
        assert refused.value.status == 503
        assert not draining.done()
        assert (await customer.hung_up()).by == "BYE"
        await draining
