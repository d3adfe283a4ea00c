from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.app import Running
from engine.call import State
from engine.directory import Kind
from engine.live import Listener, LiveContact
from engine.monitors import Monitors
from engine.records import DisconnectReason, InitiationMethod
from engine.refused import Refused
from engine.supervision import SILENT, Stage
from mixer import Mode, Route, RouteRefused
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Phone


@dataclass
class Talk:
    """A customer and agent1 in conversation, and the phone of manager1."""

    one: Running
    customer: Phone
    agent: Phone
    manager: Phone
    live: LiveContact

    @property
    def monitors(self) -> Monitors:
        return self.one.house.monitors

    def start(self, allowed: frozenset[Mode] = SILENT) -> Listener:
        return self.monitors.start(self.live, "manager1", allowed)

    async def listen(self, allowed: frozenset[Mode] = SILENT) -> Listener:
        """As far as the manager hears something."""
        listener = self.start(allowed)
        await answered(self.manager, self.live)
        return listener


@asynccontextmanager
async def talk(folder: Path, **sections: Any) -> AsyncIterator[Talk]:
    async with engine(folder, **sections) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "support")
            yield Talk(one, customer, agent, manager, live)


async def answered(manager: Phone, live: LiveContact) -> None:
    await manager.called()
    await manager.answer(AUDIO)
    await until(lambda: stages(live) == [Stage.LISTENING])


def stages(live: LiveContact) -> list[Stage]:
    return [one.monitor.stage for one in live.listeners]


async def test_a_supervisor_listens_and_leaves_and_the_conversation_goes_on(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        live, talking = it.live, it.live.routes()
        monitor = await it.listen()
        ear = monitor.line.rtp.port
        assert {route.sink for route in live.routes() - talking} == {ear}
        it.manager.hang_up()
        await until(lambda: not live.listeners)
        assert live.routes() == talking
        assert live.call.state is State.BRIDGED
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(monitor.record.contact_id)
        audits = await it.one.house.records.audits()
    assert record
    assert record.initiation_method is InitiationMethod.MONITOR
    assert record.initial_contact_id == live.contact_id
    assert record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
    assert [(audit.who, audit.action) for audit in audits] == [
        ("manager1", "monitor.stop"),
        ("manager1", "monitor.start"),
    ]


async def test_monitoring_ends_when_the_agent_hangs_up(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        await it.listen()
        it.agent.hang_up()
        assert (await it.manager.hung_up()).by == "BYE"
        assert not it.live.listeners


async def test_a_supervisor_who_does_not_answer_is_rung_no_longer_than_the_conversation(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        it.start()
        await it.manager.called()
        it.manager.ring()
        it.customer.hang_up()
        assert (await it.manager.hung_up()).by == "CANCEL"


async def test_a_supervisor_whose_phone_nobody_answers_is_not_rung_for_ever(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path, routing={"ring_seconds": 0.3}) as it:
        it.start()
        await it.manager.called()
        it.manager.ring()
        assert (await it.manager.hung_up()).by == "CANCEL"
        assert not it.live.listeners
        assert it.live.call.state is State.BRIDGED


async def test_what_a_supervisor_sends_can_never_become_a_source(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        ear = it.start().line.rtp.port
        with pytest.raises(RouteRefused):
            it.one.house.mixer.route("mischief", {Route(ear, it.live.customer.rtp.port)})


async def test_one_listener_too_many_is_refused(tmp_path: Path) -> None:
    async with talk(tmp_path, routing={"max_listeners": 2}) as it:
        async with phone(it.one, "manager2") as second, phone(it.one, "manager3") as third:
            for each in (second, third):
                await each.register()
            it.start()
            it.monitors.start(it.live, "manager2")
            with pytest.raises(Refused) as refused:
                it.monitors.start(it.live, "manager3")
            assert refused.value.error == "ServiceQuotaExceededException"
            assert len(it.live.listeners) == 2


async def test_a_supervisor_without_a_phone_cannot_listen(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        with pytest.raises(Refused, match="not registered"):
            it.monitors.start(it.live, "manager2")


async def test_keys_of_the_supervisors_phone_switch_whom_they_speak_to(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        monitor = (await it.listen(frozenset(Mode))).monitor
        for key, mode in (("6", Mode.BARGE), ("5", Mode.COACH), ("0", Mode.LISTEN)):
            await it.manager.press(key)
            assert monitor.mode is mode
        await it.manager.press("6")
        await it.manager.press("9")
        await it.manager.press("4")
        only = {"SecurityProfileIds": ["QualityAnalyst", "Agent"]}
        await it.one.house.directory.change(Kind.USER, "manager1", only)
        await it.manager.press("6")  # no longer
        assert monitor.mode is Mode.LISTEN
        await it.one.house.ledger.flush()
        said = [each.action for each in reversed(await it.one.house.records.audits())]
    assert said == ["monitor.start"] + [
        f"monitor.{mode}" for mode in ("barge", "coach", "listen", "barge", "listen")
    ]


async def test_whoever_follows_an_agent_is_rung_at_every_conversation(tmp_path: Path) -> None:
    async with talk(tmp_path) as it, phone(it.one) as another:
        it.customer.hang_up()
        await it.agent.hung_up()
        it.monitors.follow("manager1", "agent1")
        for each in (it.customer, another):
            live = await converse(it.one, each, it.agent, "support")
            await answered(it.manager, live)
            each.hang_up()
            assert (await it.manager.hung_up()).by == "BYE"
        facts = {"SecurityProfileIds": ["Agent"]}  # who may listen no longer follows nobody
        await it.one.house.directory.change(Kind.USER, "manager1", facts)
        live = await converse(it.one, it.customer, it.agent, "support")
        await until(lambda: live.call.state is State.BRIDGED)
        assert not live.listeners
        assert it.monitors.followed("manager1") is None


async def test_who_loses_the_right_to_speak_is_silent_and_who_loses_that_to_listen_is_gone(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it:
        listener = await it.listen(frozenset(Mode))
        it.monitors.switch(it.live, listener, Mode.BARGE)
        directory = it.one.house.directory
        only = {"SecurityProfileIds": ["QualityAnalyst", "Agent"]}
        await directory.change(Kind.USER, "manager1", only)
        assert listener.monitor.mode is Mode.LISTEN
        await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": ["Agent"]})
        assert (await it.manager.hung_up()).by == "BYE"
        assert it.live.call.state is State.BRIDGED and not it.live.listeners


async def test_who_is_restricted_to_others_meanwhile_hears_no_more(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        await it.listen()
        directory = it.one.house.directory
        facts = {
            "Permissions": [],
            "AllowedAccessControlTags": {"team": "red"},
            "TagRestrictedResources": ["User"],
        }
        red = await directory.create(Kind.SECURITY_PROFILE, "Red", facts)
        ids = ["QualityAnalyst", "Agent", red.id]
        await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": ids})
        assert (await it.manager.hung_up()).by == "BYE"
        with pytest.raises(Refused, match="manager1 does not have access to the contact"):
            it.start()
