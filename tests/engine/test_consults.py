from pathlib import Path

import pytest

from engine.agents import Presence
from engine.app import Running
from engine.call import State
from engine.consults import consult_record
from engine.records import InitiationMethod
from tests.rig.contacts import contact_record
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Refused


def presence(one: Running, username: str) -> Presence:
    return one.house.router.floor.agents[username].presence


async def test_an_agent_calls_another_and_is_answered_when_that_one_answers(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        async with phone(one, "agent2") as second:
            await first.register()
            await second.register()
            first.dial("agent2", AUDIO)
            await second.called()
            [live] = one.house.registry
            assert live.call.state is State.DIALLING
            second.ring()
            await second.answer(AUDIO)
            await first.finished("INVITE")
            assert live.call.state is State.BRIDGED
            assert len(live.routes()) == 2  # each hears the other, nobody else does
            assert live.tap is None
            for username in ("agent1", "agent2"):
                assert presence(one, username) is Presence.ON_CONTACT
            second.hang_up()
            assert (await first.hung_up()).by == "BYE"
            for username in ("agent1", "agent2"):
                assert presence(one, username) is Presence.AVAILABLE
            await one.house.ledger.flush()
            record = await one.house.records.contact(live.contact_id)
    assert record
    assert record.initiation_method is InitiationMethod.OUTBOUND
    assert (record.customer_endpoint, record.system_endpoint) == ("agent1", "agent2")
    assert record.agents == ("agent2",)


async def test_all_phones_of_an_agent_ring_and_the_contact_is_with_the_one_that_answers(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        async with phone(one, "agent1") as desk, phone(one, "agent1") as soft:
            await desk.register()
            await soft.register()
            await customer.invite("support", AUDIO)
            for rings in (desk, soft):
                await rings.called()
                rings.ring()
            await soft.answer(AUDIO)
            assert (await desk.hung_up()).by == "CANCEL"
            [live] = one.house.registry
            await until(lambda: live.call.state is State.BRIDGED)
            soft.hang_up()
            assert (await customer.hung_up()).by == "BYE"


async def test_the_phone_that_a_gruu_names_rings_alone(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        async with phone(one, "agent2") as desk, phone(one, "agent2") as soft:
            for number, each in enumerate((desk, soft)):
                uri = "sip:agent2@{}:{}".format(*each.machine.address)
                await each.register(contact=f'<{uri}>;+sip.instance="<urn:uuid:{number}>"')
            host = "{}:{}".format(*first.machine.server)
            first.dial(f"agent2@{host};gr=urn:uuid:0", AUDIO)
            await desk.called()
            await desk.answer(AUDIO)
            await first.finished("INVITE")
            assert not soft.machine.call
            desk.hang_up()
            assert (await first.hung_up()).by == "BYE"


@pytest.mark.parametrize(("status", "told"), [(486, 486), (603, 603), (302, 480), (401, 480)])
async def test_a_colleague_who_refuses_is_told_by_status(
    tmp_path: Path, status: int, told: int
) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        async with phone(one, "agent2") as second:
            await second.register()
            first.dial("agent2", AUDIO)
            await second.called()
            second.reject(status)
            with pytest.raises(Refused) as refused:
                await first.finished("INVITE")
            assert refused.value.status == told
            await until(lambda: not len(one.house.registry))


async def test_a_colleague_who_does_not_answer_is_480(tmp_path: Path) -> None:
    routing = {"ring_seconds": 0.2}
    async with engine(tmp_path, routing=routing) as one, phone(one, "agent1") as first:
        async with phone(one, "agent2") as second:
            await second.register()
            first.dial("agent2", AUDIO)
            await second.called()
            second.ring()
            with pytest.raises(Refused) as refused:
                await first.finished("INVITE")
            assert refused.value.status == 480


async def test_a_colleague_who_is_not_there_or_talks_is_told_by_status(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        await first.register()
        for number, status in (("agent2", 480), ("agent1", 486)):
            with pytest.raises(Refused) as refused:
                await first.invite(number, AUDIO)
            assert refused.value.status == status
        assert not len(one.house.registry)
        assert presence(one, "agent1") is Presence.AVAILABLE


async def test_who_gives_up_stops_the_ringing(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        async with phone(one, "agent2") as second:
            await second.register()
            first.dial("agent2", AUDIO)
            await second.called()
            second.ring()
            await until(lambda: first.machine.call and first.machine.call.cseq > 1)
            first.hang_up()
            assert (await second.hung_up()).by == "CANCEL"
            await until(lambda: not len(one.house.registry))
            assert presence(one, "agent2") is Presence.AVAILABLE


async def test_a_call_about_a_contact_is_chained_to_it_and_recorded_as_it_is(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "agent2") as colleague, phone(one, "agent1") as second:
            await agent.register()
            about = await converse(one, customer, agent, "support")
            await colleague.register()
            second.dial("agent2", AUDIO)
            await colleague.called()
            await colleague.answer(AUDIO)
            await second.finished("INVITE")
            _, live = one.house.registry
            assert live.tap
            customer.hang_up()
            assert (await agent.hung_up()).by == "BYE"
            assert live.call.state is State.BRIDGED
            assert live.record.previous_contact_id == about.contact_id
            assert presence(one, "agent1") is Presence.ON_CONTACT
            second.hang_up()
            assert (await colleague.hung_up()).by == "BYE"
            assert presence(one, "agent1") is Presence.AVAILABLE


async def test_an_agent_who_dials_a_number_is_proven_and_not_offered_the_own_contact(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as first:
        await first.register()
        await first.invite("support", AUDIO)
        [live] = one.house.registry
        await until(lambda: live.call.state is State.WAITING)
        assert live.customer.username == "agent1"
        assert presence(one, "agent1") is Presence.ON_CONTACT
        first.hang_up()
        await until(lambda: not len(one.house.registry))
        assert presence(one, "agent1") is Presence.AVAILABLE


def test_the_record_of_a_call_about_nothing_begins_a_chain_of_its_own() -> None:
    record = consult_record("agent1", "agent2", None)
    assert record.initial_contact_id == record.contact_id
    about = contact_record()
    chained = consult_record("agent1", "agent2", about)
    assert chained.initial_contact_id == about.initial_contact_id
    assert chained.initiation_method is InitiationMethod.TRANSFER
