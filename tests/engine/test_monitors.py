from pathlib import Path

import pytest

from engine.call import State
from engine.directory import Kind
from engine.live import LiveContact
from engine.records import DisconnectReason, InitiationMethod
from engine.refused import Refused
from engine.supervision import Stage
from mixer import Mode, Route, RouteRefused
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Phone


async def listen(manager: Phone) -> None:
    await manager.called()
    await manager.answer(AUDIO)


def stages(live: LiveContact) -> list[Stage]:
    return [one.monitor.stage for one in live.listeners]


async def test_a_supervisor_listens_and_leaves_and_the_conversation_goes_on(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            talking = live.routes()
            monitor = one.house.monitors.start(live, "manager1", None)
            await listen(manager)
            await until(lambda: stages(live) == [Stage.LISTENING])
            ear = monitor.line.rtp.port
            assert {route.sink for route in live.routes() - talking} == {ear}
            manager.hang_up()
            await until(lambda: not live.listeners)
            assert live.routes() == talking
            assert live.call.state is State.BRIDGED
            await one.house.ledger.flush()
            record = await one.house.records.contact(monitor.record.contact_id)
            audits = await one.house.records.audits()
    assert record
    assert record.initiation_method is InitiationMethod.MONITOR
    assert record.initial_contact_id == live.contact_id
    assert record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
    assert [(audit.who, audit.action) for audit in audits] == [
        ("manager1", "monitor.stop"),
        ("manager1", "monitor.start"),
    ]


async def test_monitoring_ends_when_the_agent_hangs_up(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            one.house.monitors.start(live, "manager1", None)
            await listen(manager)
            agent.hang_up()
            assert (await manager.hung_up()).by == "BYE"
            assert not live.listeners


async def test_a_supervisor_who_does_not_answer_is_rung_no_longer_than_the_conversation(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            one.house.monitors.start(live, "manager1", None)
            await manager.called()
            manager.ring()
            customer.hang_up()
            assert (await manager.hung_up()).by == "CANCEL"


async def test_a_supervisor_whose_phone_nobody_answers_is_not_rung_for_ever(
    tmp_path: Path,
) -> None:
    routing = {"ring_seconds": 0.3}
    async with engine(tmp_path, routing=routing) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            one.house.monitors.start(live, "manager1", None)
            await manager.called()
            manager.ring()
            assert (await manager.hung_up()).by == "CANCEL"
            assert not live.listeners
            assert live.call.state is State.BRIDGED


async def test_what_a_supervisor_sends_can_never_become_a_source(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            ear = one.house.monitors.start(live, "manager1", None).line.rtp.port
            with pytest.raises(RouteRefused):
                one.house.mixer.route("mischief", {Route(ear, live.customer.rtp.port)})


async def test_one_listener_too_many_is_refused_and_a_repeated_request_is_not_a_second_one(
    tmp_path: Path,
) -> None:
    routing = {"max_listeners": 2}
    async with engine(tmp_path, routing=routing) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "manager1") as first:
            async with phone(one, "manager2") as second, phone(one, "manager3") as third:
                for each in (agent, first, second, third):
                    await each.register()
                live = await converse(one, customer, agent, "support")
                monitors = one.house.monitors
                started = monitors.start(live, "manager1", "token-1")
                assert monitors.start(live, "manager1", "token-1") is started
                monitors.start(live, "manager2", "token-2")
                with pytest.raises(Refused) as refused:
                    monitors.start(live, "manager3", "token-3")
                assert refused.value.error == "ServiceQuotaExceededException"
                assert len(live.listeners) == 2


async def test_a_supervisor_without_a_phone_cannot_listen(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        with pytest.raises(Refused, match="not registered"):
            one.house.monitors.start(live, "manager1", None)


async def test_keys_of_the_supervisors_phone_switch_whom_they_speak_to(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            allowed = frozenset(Mode)
            monitor = one.house.monitors.start(live, "manager1", None, allowed).monitor
            await listen(manager)
            await until(lambda: stages(live) == [Stage.LISTENING])
            for key, mode in (("6", Mode.BARGE), ("5", Mode.COACH), ("0", Mode.LISTEN)):
                await manager.press(key)
                assert monitor.mode is mode
            await manager.press("6")
            await manager.press("9")
            await manager.press("4")
            await one.house.directory.change(
                Kind.USER, "manager1", {"SecurityProfileIds": ["QualityAnalyst", "Agent"]}
            )
            await manager.press("6")  # no longer
            assert monitor.mode is Mode.LISTEN
            await one.house.ledger.flush()
            said = [each.action for each in reversed(await one.house.records.audits())]
    assert said == ["monitor.start"] + [
        f"monitor.{mode}" for mode in ("barge", "coach", "listen", "barge", "listen")
    ]


async def test_whoever_follows_an_agent_is_rung_at_every_conversation(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager, phone(one) as another:
            await agent.register()
            await manager.register()
            one.house.monitors.follow("manager1", "agent1")
            for each in (customer, another):
                live = await converse(one, each, agent, "support")
                await listen(manager)
                await until(lambda live=live: stages(live) == [Stage.LISTENING])  # type: ignore[misc]
                each.hang_up()
                assert (await manager.hung_up()).by == "BYE"
            facts = {"SecurityProfileIds": ["Agent"]}  # who may listen no longer follows nobody
            await one.house.directory.change(Kind.USER, "manager1", facts)
            live = await converse(one, customer, agent, "support")
            await until(lambda: live.call.state is State.BRIDGED)
            assert not live.listeners
            assert one.house.monitors.followed("manager1") is None


async def test_who_loses_the_right_to_speak_is_silent_and_who_loses_that_to_listen_is_gone(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            everything = frozenset(Mode)
            listener = one.house.monitors.start(live, "manager1", None, everything)
            await listen(manager)
            await until(lambda: stages(live) == [Stage.LISTENING])
            one.house.monitors.switch(live, listener, Mode.BARGE)
            directory = one.house.directory
            only = {"SecurityProfileIds": ["QualityAnalyst", "Agent"]}
            await directory.change(Kind.USER, "manager1", only)
            assert listener.monitor.mode is Mode.LISTEN
            await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": ["Agent"]})
            assert (await manager.hung_up()).by == "BYE"
            assert live.call.state is State.BRIDGED and not live.listeners
