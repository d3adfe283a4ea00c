from dataclasses import replace
from pathlib import Path

import pytest

from engine.agents import Presence
from engine.call import State
from engine.records import contact_trace_record
from sip import PeerError
from tests.rig.house import AUDIO, phone
from tests.rig.patience import until
from tests.rig.phone import Progress, ReferAsked, Refused, audio
from tests.rig.talk import statuses, talk


async def test_a_blind_transfer_rings_the_other_agent_and_then_lets_the_first_one_go(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        contact_id = it.live.contact_id
        tap = await until(lambda: it.live.tap)
        await it.agent.refer("agent2")
        await statuses(it.agent, 100)
        await it.colleague.called()
        it.colleague.ring()
        await statuses(it.agent, 180)
        assert it.live.call.state is State.TRANSFERRING
        assert it.live.player in {route.source for route in it.live.routes()}
        await it.colleague.answer(AUDIO)
        await statuses(it.agent, 200)
        assert (await it.agent.hung_up()).by == "BYE"
        assert it.live.call.state is State.BRIDGED
        assert it.live.player is None
        assert it.live.contact_id == contact_id
        assert it.live.tap is tap
        assert it.presence("agent1") is Presence.AVAILABLE
        assert it.presence("agent2") is Presence.ON_CONTACT
        it.colleague.hang_up()
        assert (await it.customer.hung_up()).by == "BYE"
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(contact_id)
    assert record
    assert (record.agent, record.agents) == ("agent2", ("agent1", "agent2"))
    assert record.queue == "support"


async def test_the_agent_has_the_contact_back_when_the_other_one_refuses(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        talking = it.live.routes()
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.colleague.reject(603)
        await statuses(it.agent, 100, 603)
        assert it.live.call.state is State.BRIDGED
        assert it.live.routes() == talking
        assert it.presence("agent1") is Presence.ON_CONTACT
        assert it.presence("agent2") is Presence.MISSED
        await it.agent.refer("sales")  # and may try something else


async def test_the_agent_has_the_contact_back_when_the_other_one_does_not_answer(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing={"ring_seconds": 0.3}) as it:
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.colleague.ring()
        await statuses(it.agent, 100, 180, 480)
        assert (await it.colleague.hung_up()).by == "CANCEL"
        assert it.live.call.state is State.BRIDGED


async def test_music_goes_on_after_a_failure_when_the_agent_had_put_the_customer_on_hold(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        await it.agent.reinvite(audio(4000, direction="sendonly", version=2))
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.colleague.reject()
        await it.is_in(State.BRIDGED)
        assert it.live.player
        await it.agent.reinvite(audio(4000, version=3))
        assert it.live.player is None


async def test_an_agent_who_hangs_up_while_it_rings_has_still_transferred(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.agent.hang_up()
        await it.is_in(State.HANDED_OVER)
        assert it.presence("agent1") is Presence.AVAILABLE
        await it.colleague.answer(AUDIO)
        await it.is_in(State.BRIDGED)
        assert it.live.record.agents == ("agent1", "agent2")


async def test_without_the_first_agent_a_refused_contact_goes_back_to_its_queue(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.agent.hang_up()
        await it.is_in(State.HANDED_OVER)
        it.colleague.reject()
        await it.agent.called()  # agent1 serves that queue, and is available again
        await it.agent.answer(AUDIO)
        await it.is_in(State.BRIDGED)
        assert it.live.record.agents == ("agent1", "agent1")


async def test_a_customer_who_leaves_while_it_rings_frees_both_agents(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        await it.agent.refer("agent2")
        await it.colleague.called()
        it.customer.hang_up()
        assert (await it.colleague.hung_up()).by == "CANCEL"
        assert (await it.agent.hung_up()).by == "BYE"
        for username in ("agent1", "agent2"):
            assert it.presence(username) is Presence.AVAILABLE
        assert it.live.tap is None


async def test_a_transfer_to_a_queue_frees_the_agent_at_once(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        tap = await until(lambda: it.live.tap)
        await it.agent.refer("sales")
        await statuses(it.agent, 100, 200)
        assert (await it.agent.hung_up()).by == "BYE"
        await it.colleague.called()
        assert it.live.tap is tap
        await it.colleague.answer(AUDIO)
        await it.is_in(State.BRIDGED)
        assert it.live.record.queue == "sales"
        assert it.live.record.agents == ("agent1", "agent2")
        assert it.live.record.queue_seconds is not None


async def test_a_transfer_to_a_number_runs_its_flow_for_the_same_contact(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        await it.agent.refer("goodbye")
        await statuses(it.agent, 100, 200)
        assert (await it.agent.hung_up()).by == "BYE"
        assert it.live.flow
        assert (await it.customer.hung_up()).by == "BYE"  # the flow has said its prompt
        assert it.live.record.system_endpoint == "support"
        assert it.presence("agent1") is Presence.AVAILABLE


@pytest.mark.parametrize(
    ("target", "status"),
    [("+15550199", 404), ("manager1", 404), ("agent3", 480), ("agent1", 486)],
)
async def test_a_transfer_that_leads_nowhere_is_refused_and_the_talk_goes_on(
    tmp_path: Path, target: str, status: int
) -> None:
    async with talk(tmp_path) as it:
        talking = it.live.routes()
        with pytest.raises(Refused) as refused:
            await it.agent.refer(target)
        assert refused.value.status == status
        assert it.live.routes() == talking


async def test_a_customer_transfers_nobody(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        for target in ("agent2", "sales", "elsewhere"):
            with pytest.raises(Refused) as refused:
                await it.customer.refer(target)
            assert refused.value.status == 603
        assert it.live.call.state is State.BRIDGED


async def test_an_attended_transfer_joins_the_customer_with_the_colleague(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, it.consult() as second:
        tap = await until(lambda: it.live.tap)
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await second.finished("INVITE")
        await it.agent.refer("agent2", second.dialog)
        await statuses(it.agent, 100, 200)
        for line in (it.agent, second):
            assert (await line.hung_up()).by == "BYE"
        assert list(it.one.house.registry) == [it.live]
        assert it.live.tap is tap
        assert it.live.record.agents == ("agent1", "agent2")
        assert it.live.agent and it.live.agent.username == "agent2"
        assert it.presence("agent1") is Presence.AVAILABLE
        assert it.presence("agent2") is Presence.ON_CONTACT
        it.customer.hang_up()
        assert (await it.colleague.hung_up()).by == "BYE"
        assert it.presence("agent2") is Presence.AVAILABLE


async def test_the_refer_may_come_in_the_call_to_the_colleague(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, it.consult() as second:
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await second.finished("INVITE")
        await second.refer("agent1", it.agent.dialog)
        await statuses(second, 100, 200)
        await until(lambda: it.live.record.agents == ("agent1", "agent2"))
        assert list(it.one.house.registry) == [it.live]


async def test_who_transfers_before_the_colleague_answers_transfers_blindly(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it, it.consult() as second:
        await it.colleague.called()
        it.colleague.ring()
        ringing = await second.take(Progress)
        assert ringing.status == 180 and ringing.tag
        early = replace(second.dialog, remote=second.dialog.remote.with_tag(ringing.tag))
        await it.agent.refer("agent2", early)
        assert (await it.colleague.hung_up()).by == "CANCEL"
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await statuses(it.agent, 100, 200)
        await it.is_in(State.BRIDGED)
        assert it.live.record.agents == ("agent1", "agent2")


async def test_who_answers_a_number_that_the_agent_dialled_can_be_joined_too(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it, it.consult("to-sales") as second:
        await second.finished("INVITE")
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await until(lambda: it.presence("agent2") is Presence.ON_CONTACT)
        await it.agent.refer("to-sales", second.dialog)
        await statuses(it.agent, 100, 200)
        await until(lambda: it.live.record.agents == ("agent1", "agent2"))
        assert list(it.one.house.registry) == [it.live]


async def test_who_waits_in_a_queue_leaves_the_place_to_the_customer(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, it.consult("to-sales") as second:
        await second.finished("INVITE")
        await it.colleague.called()
        await it.agent.refer("to-sales", second.dialog)
        await statuses(it.agent, 100, 200)
        assert (await second.hung_up()).by == "BYE"
        assert it.live.record.queue == "sales"
        assert list(it.one.house.registry) == [it.live]


async def test_a_call_of_somebody_else_cannot_be_taken_over(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "other") as other:
        await other.invite("support", AUDIO)
        with pytest.raises(Refused) as refused:
            await it.agent.refer("support", other.dialog)
        assert refused.value.status == 603
        assert len(it.one.house.registry) == 2


async def test_monitors_hear_on_after_a_transfer(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one, "manager1") as manager:
        await manager.register()
        listener = it.one.house.monitors.start(it.live, "manager1")
        await manager.called()
        await manager.answer(AUDIO)
        await it.agent.refer("sales")
        await it.colleague.called()
        await it.colleague.answer(AUDIO)
        await it.is_in(State.BRIDGED)
        assert it.live.agent
        ear, speaker = listener.line.rtp.port, it.live.agent.rtp.port
        assert speaker in {route.source for route in it.live.routes() if route.sink == ear}
        it.customer.hang_up()
        assert (await manager.hung_up()).by == "BYE"


async def test_a_colleague_dialled_while_the_contact_rings_can_be_joined_later(
    tmp_path: Path,
) -> None:
    media = {"threads": 2}
    async with talk(tmp_path, media=media) as it, phone(it.one, "new") as customer:
        it.customer.hang_up()
        await it.agent.hung_up()
        await customer.invite("support", AUDIO)
        await it.agent.called()
        async with it.consult() as second:
            await it.colleague.called()
            await it.agent.answer(AUDIO)
            await it.colleague.answer(AUDIO)
            await second.finished("INVITE")
            await it.agent.refer("agent2", second.dialog)
            await statuses(it.agent, 100, 200)
            [live] = await until(
                lambda: [one for one in it.one.house.registry if len(one.record.agents) == 2]
            )
            assert live.record.agents == ("agent1", "agent2")


OUTSIDE = {"refer_targets": ["sip:desk@pbx.example.com"]}
DESK = "sip:desk@pbx.example.com"


async def test_an_agent_sends_the_customer_outside_and_the_contact_ends_when_that_call_is_answered(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing=OUTSIDE) as it:
        talking = it.live.routes()
        await it.agent.refer_to(DESK)
        asked = await it.customer.take(ReferAsked)
        assert asked.target == f"<{DESK}>"
        await it.customer.notify(180)
        await statuses(it.agent, 100, 180)
        assert it.live.call.state is State.SENDING
        assert it.live.routes() == talking
        await it.customer.notify(200)
        await statuses(it.agent, 200)
        for each in (it.customer, it.agent):
            assert (await each.hung_up()).by == "BYE"
        assert it.presence("agent1") is Presence.AVAILABLE
        assert not len(it.one.house.registry)
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(it.live.contact_id)
    assert record and record.transferred_to == DESK
    assert record.transfer_completed == record.disconnect
    trace = contact_trace_record(record, "arn:aws:connect:local:0:instance/i")
    assert trace["TransferredToEndpoint"] == {"Address": DESK, "Type": "VOIP"}


async def test_the_conversation_goes_on_when_nobody_outside_answers(tmp_path: Path) -> None:
    async with talk(tmp_path, routing=OUTSIDE) as it:
        talking = it.live.routes()
        await it.agent.refer_to(DESK)
        await it.customer.take(ReferAsked)
        await it.customer.notify(486)
        await statuses(it.agent, 100, 486)
        assert it.live.call.state is State.BRIDGED
        assert it.live.routes() == talking
        assert it.live.record.transferred_to is None


async def test_without_the_agent_a_customer_who_cannot_go_outside_is_back_in_the_queue(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing=OUTSIDE) as it:
        await it.agent.refer_to(DESK)
        await it.customer.take(ReferAsked)
        it.agent.hang_up()
        await it.is_in(State.SENT_ALONE)
        assert it.live.player and not it.live.agent
        await it.customer.notify(603)
        await it.agent.called()
        await it.agent.answer(AUDIO)
        await it.is_in(State.BRIDGED)


async def test_a_customer_sent_away_alone_is_gone_when_the_call_is_answered(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing=OUTSIDE) as it:
        await it.agent.refer_to(DESK)
        await it.customer.take(ReferAsked)
        it.agent.hang_up()
        await it.is_in(State.SENT_ALONE)
        await it.customer.notify(200)
        await it.is_in(State.ENDED)
        assert it.live.record.transferred_to == DESK


@pytest.mark.parametrize(
    "target",
    ["sip:other@pbx.example.com", "sip:desk@pbx.example.com:5090", "sips:desk@pbx.example.com"],
)
async def test_nobody_is_sent_where_no_setting_allows_it(tmp_path: Path, target: str) -> None:
    async with talk(tmp_path, routing=OUTSIDE) as it:
        with pytest.raises(Refused) as refused:
            await it.agent.refer_to(target)
        assert refused.value.status == 404
        with pytest.raises(PeerError) as denied:
            it.one.house.transfers.send_away(it.live, target)
        assert denied.value.status == 403
        assert it.live.call.state is State.BRIDGED
