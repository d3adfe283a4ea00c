import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.call import TABLE, Input, State
from engine.directory import Kind
from engine.performer import REASONS
from engine.records import DisconnectReason
from tests.rig.house import AUDIO, action, converse, engine, flow, phone, to_queue
from tests.rig.patience import until


def test_every_ending_has_its_disconnect_reason() -> None:
    endings = {event for (_, event), (state, _) in TABLE.items() if state is State.ENDED}
    assert set(REASONS) == endings
    assert REASONS[Input.CUSTOMER_LEFT] is DisconnectReason.CUSTOMER_DISCONNECT


async def test_music_plays_while_a_contact_waits_and_ends_at_the_bridge(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await customer.invite("support", AUDIO)
        [live] = one.house.registry
        await until(lambda: live.call.state is State.WAITING)
        assert live.player
        await agent.register()
        await agent.called()
        assert live.player
        await agent.answer(AUDIO)
        assert live.player is None


async def test_when_a_contact_is_over_every_port_is_given_back(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        customer.hang_up()
        assert (await agent.hung_up()).by == "BYE"
        assert live.tap is live.agent is live.player is None
        assert live.routes() == set()
        assert live.record.disconnect and live.record.disconnect <= datetime.now(UTC)
        assert one.house.router.floor.contacts_in("support") == 0


async def test_a_contact_that_nobody_can_reach_waits_on(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await customer.invite("support", AUDIO)
        await agent.called()
        agent.reject(480)
        await agent.register(expires=0)
        [live] = one.house.registry
        await until(lambda: live.call.state is State.WAITING)
        assert one.house.router.floor.contacts_in("support") == 1


@pytest.mark.parametrize("accepts", [True, False])
async def test_the_phone_of_who_accepts_by_themselves_is_asked_to_answer(
    tmp_path: Path, accepts: bool
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        config = {"PhoneType": "DESK_PHONE", "AutoAccept": accepts}
        await one.house.directory.change(Kind.USER, "agent1", {"PhoneConfig": config})
        await agent.register()
        await customer.invite("support", AUDIO)
        headers = (await agent.called()).invite.headers
        assert headers.get("Answer-Mode") == ("Auto" if accepts else None)
        assert ("Alert-Info" in headers, "Call-Info" in headers) == (accepts, accepts)


async def test_a_contact_stands_in_its_queue_where_its_flow_wants_it(tmp_path: Path) -> None:
    (tmp_path / "urgent.json").write_text(
        json.dumps(
            flow(
                action("first", "UpdateContactRoutingBehavior", "older", QueuePriority="1"),
                action(
                    "older", "UpdateContactRoutingBehavior", "set", QueueTimeAdjustmentSeconds="60"
                ),
                *to_queue()["Actions"][1:-1],
            )
        )
    )
    numbers = [
        {"number": name, "flow": tmp_path / f"{name}.json"} for name in ("support", "urgent")
    ]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as early, phone(one) as late:
        await early.invite("support", AUDIO)
        await late.invite("urgent", AUDIO)
        first, second = one.house.registry
        await until(lambda: second.call.state is State.WAITING)
        place = one.house.router.floor.place(second.contact_id)
        assert place and (place.priority, place.added_seconds) == (1, 60.0)
        async with phone(one, "agent1") as agent:
            await agent.register()
            await agent.called()
            assert (first.call.state, second.call.state) == (State.WAITING, State.OFFERING)
