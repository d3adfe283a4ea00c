"""Agents call the outside, by carriers of the rig."""

from __future__ import annotations

import json
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.agents import Presence
from engine.call import State
from engine.directory import Kind
from engine.hunt import MAX_REDIRECTIONS
from engine.records import DisconnectReason, InitiationMethod
from mixer import Route
from tests.rig.desk import BERLIN, OURS, PARIS, Json, desk, recorded, trunk, whisper
from tests.rig.house import AUDIO, action, phone, to_queue
from tests.rig.patience import until
from tests.rig.phone import Called, Phone, Progress, Refused


async def test_an_agent_calls_somebody_outside_who_answers(tmp_path: Path) -> None:
    async with desk(tmp_path, queue={"caller_name": "Support"}) as it:
        called = await it.dials("0301234567")
        assert called.invite.uri.startswith(f"sip:{BERLIN}@127.0.0.3:")
        assert called.invite.from_.display == "Support"
        assert called.invite.from_.uri.startswith(f"sip:{OURS}@")
        assert it.live.call.state is State.CALLING
        assert it.live.routes() == set()
        assert it.calls == [1]
        await it.carrier.answer(AUDIO)
        await it.agent.finished("INVITE")
        live = it.live
        assert len(live.routes()) == 2 and live.tap is None
        it.agent.hang_up()
        assert (await it.carrier.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        assert it.calls == [0]
        await it.one.house.ledger.flush()
        record = await it.one.house.records.contact(live.contact_id)
    assert record
    assert record.initiation_method is InitiationMethod.OUTBOUND
    assert (record.customer_endpoint, record.system_endpoint) == (BERLIN, OURS)
    assert (record.queue, record.agent, record.agents) == ("support", "agent1", ("agent1",))
    assert record.connected_to_system and record.connected_to_agent and record.enqueue is None
    assert record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT


async def test_the_called_may_hang_up_and_the_agent_is_free(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        live = await it.talks()
        assert it.one.house.router.floor.agents["agent1"].presence is Presence.ON_CONTACT
        it.carrier.hang_up()
        assert (await it.agent.hung_up()).by == "BYE"
        assert live.record.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT
        assert it.one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE


@pytest.mark.parametrize(
    ("number", "status"), [(PARIS, 403), ("+4919001234567", 403), ("112", 403), ("nobody", 404)]
)
async def test_what_an_agent_may_not_call_is_refused_and_nothing_is_sent(
    tmp_path: Path, number: str, status: int
) -> None:
    dialling = {"denied": ["+491900"]}
    async with desk(tmp_path, dialling=dialling) as it:
        it.agent.dial(number, AUDIO)
        assert await it.refused() == status
        assert it.carrier.events == []
        assert not len(it.one.house.registry)


async def test_an_agent_without_a_permission_calls_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path) as it, phone(it.one, "agent2") as other:
        with pytest.raises(Refused) as refused:
            await other.invite(BERLIN, AUDIO)
        assert refused.value.status == 403
        assert it.carrier.events == []


@pytest.mark.parametrize(
    ("name", "status"), [("stranger", 401), ("manager1", 404), ("carrier", 404)]
)
async def test_nobody_else_calls_the_outside_not_even_by_a_trunk(
    tmp_path: Path, name: str, status: int
) -> None:
    async with desk(tmp_path, carriers=2) as it:
        caller = it.carriers[1] if name == "carrier" else phone(it.one, name)
        async with AsyncExitStack() as stack:
            if name != "carrier":
                await stack.enter_async_context(caller)
            with pytest.raises(Refused) as refused:
                await caller.invite(BERLIN, AUDIO)
            assert refused.value.status == status
        assert it.carrier.events == []


async def test_who_only_says_to_be_an_agent_calls_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        thief = Phone("agent1", "a guess", ("127.0.0.1", it.one.house.sip.port))
        async with thief:
            with pytest.raises(Refused) as refused:
                await thief.invite(BERLIN, AUDIO)
        assert refused.value.status in (401, 403)
        assert it.carrier.events == []


@pytest.mark.parametrize("status", [180, 183])
async def test_ringing_outside_is_ringing_at_the_agent(tmp_path: Path, status: int) -> None:
    async with desk(tmp_path) as it:
        await it.dials()
        it.carrier.do(it.carrier.machine.ring(status, AUDIO if status == 183 else ""))
        progress = await it.agent.take(Progress)
        assert (progress.status, progress.body) == (180, "")


async def test_an_agent_who_gives_up_stops_the_call(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.dials()
        it.carrier.ring()
        await it.agent.take(Progress)
        live = it.live
        it.agent.hang_up()
        assert (await it.carrier.hung_up()).by == "CANCEL"
        await until(lambda: not len(it.one.house.registry))
        assert live.record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
        assert it.calls == [0]


@pytest.mark.parametrize(("status", "told"), [(486, 486), (603, 603), (404, 404), (407, 503)])
async def test_why_the_called_cannot_be_had_is_what_the_agent_is_told(
    tmp_path: Path, status: int, told: int
) -> None:
    async with desk(tmp_path, carriers=2) as it:
        await it.dials()
        it.carrier.reject(status)
        assert await it.refused() == told
        assert it.carriers[1].events == []
        await until(lambda: not len(it.one.house.registry))
        assert it.one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE
        assert it.calls == [0, 0]


async def test_without_the_permission_nobody_calls_outside(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        only = {"Permissions": ["BasicAgentAccess"]}
        await it.one.house.directory.change(Kind.SECURITY_PROFILE, "Agent", only)
        it.agent.dial("0301234567", AUDIO)
        assert await it.refused() == 403
        assert not len(it.one.house.registry)


async def test_a_trunk_that_is_out_of_service_is_followed_by_the_next(tmp_path: Path) -> None:
    async with desk(tmp_path, carriers=2) as it:
        await it.dials()
        it.carrier.reject(503)
        await it.carriers[1].called()
        assert it.calls == [0, 1]
        await it.carriers[1].answer(AUDIO)
        await it.agent.finished("INVITE")
        assert len(it.live.routes()) == 2
        it.agent.hang_up()
        assert (await it.carriers[1].hung_up()).by == "BYE"
        await until(lambda: it.calls == [0, 0])


async def test_a_trunk_that_says_nothing_is_followed_by_the_next(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.5", 0))
        async with desk(tmp_path, more=[trunk(deaf.getsockname(), 0)]) as it:
            it.agent.dial(BERLIN, AUDIO)
            await it.carrier.called()
            it.carrier.reject(500)
            assert await it.refused() == 500


async def test_a_redirection_is_followed_by_our_own_trunks(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.dials()
        it.carrier.reject(302, "<sip:+49897654321@192.0.2.1>")
        called = await it.carrier.called()
        assert called.invite.uri.startswith("sip:+49897654321@127.0.0.3:")


@pytest.mark.parametrize(
    ("target", "status"),
    [("+33123456789", 403), ("somebody", 404), (BERLIN, 480)],
)
async def test_a_redirection_to_what_the_agent_may_not_dial_is_not_followed(
    tmp_path: Path, target: str, status: int
) -> None:
    async with desk(tmp_path, trunks={"allowed": ["+"]}) as it:
        await it.dials()
        it.carrier.reject(302, f"<sip:{target}@127.0.0.3>")
        assert await it.refused() == status
        assert not [one for one in it.carrier.events if isinstance(one, Called)]


async def test_redirections_come_to_an_end(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.dials()
        for number in range(MAX_REDIRECTIONS):
            it.carrier.reject(302, f"<sip:{BERLIN}{number}@127.0.0.3>")
            await it.carrier.called()
        it.carrier.reject(302, f"<sip:{BERLIN}9@127.0.0.3>")
        assert await it.refused() == 480


@pytest.mark.parametrize(
    "limits",
    [
        {"dialling": {"max_calls": 1}},
        {"dialling": {"max_calls_per_user": 1}},
        {"dialling": {"calls_per_second": 0.01}},
        {"trunks": {"max_calls": 1}},
    ],
)
async def test_one_call_too_many_is_refused(tmp_path: Path, limits: Json) -> None:
    async with desk(tmp_path, **limits) as it, phone(it.one, "agent1") as second:
        await it.talks()
        with pytest.raises(Refused) as refused:
            await second.invite(BERLIN, AUDIO)
        assert refused.value.status == 503
        it.agent.hang_up()
        assert (await it.carrier.hung_up()).by == "BYE"
        if "calls_per_second" not in limits.get("dialling", {}):
            await until(lambda: it.calls == [0])
            second.dial(BERLIN, AUDIO)
            await it.carrier.called()


async def test_the_whisper_flow_sets_the_recording_before_the_agent_is_put_through(
    tmp_path: Path,
) -> None:
    said = action("say", "MessageParticipant", "record", PromptId="short")
    flow = whisper(said, recorded("Agent", "Customer"))
    async with desk(tmp_path, flow=flow) as it:
        await it.dials()
        await it.carrier.answer(AUDIO)
        live = it.live
        await until(lambda: live.player)
        assert live.call.state is State.WHISPERING
        assert live.routes() == {Route(live.player, live.customer.rtp.port)}
        await it.agent.finished("INVITE")
        assert live.recorded == {"Agent", "Customer"}
        assert live.tap and live.player is None
        assert Route(live.customer.rtp.port, live.tap.left) in live.routes()


async def test_an_agent_may_give_up_and_the_called_hang_up_during_the_whisper(
    tmp_path: Path,
) -> None:
    flow = whisper(action("say", "MessageParticipant", "end", PromptId="short"))
    for who in ("agent", "carrier"):
        async with desk(tmp_path, flow=flow) as it:
            await it.dials()
            await it.carrier.answer(AUDIO)
            await until(lambda: it.live.player)
            getattr(it, who).hang_up()
            if who == "agent":
                assert (await it.carrier.hung_up()).by == "BYE"
            else:
                assert await it.refused() == 480
            await until(lambda: not len(it.one.house.registry))


async def test_a_call_to_the_outside_is_transferred_and_listened_to_like_any_other(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, flow=whisper(recorded("Agent", "Customer"))) as it:
        async with phone(it.one, "agent2") as other, phone(it.one, "manager1") as manager:
            await other.register()
            await manager.register()
            live = await it.talks()
            it.one.house.monitors.start(live, "manager1")
            await manager.called()
            await manager.answer(AUDIO)
            await it.agent.refer("agent2")
            await other.called()
            await other.answer(AUDIO)
            assert (await it.agent.hung_up()).by == "BYE"
            await until(lambda: live.call.state is State.BRIDGED)
            assert live.record.agents == ("agent1", "agent2")
            it.carrier.hang_up()
            assert (await other.hung_up()).by == "BYE"
            assert (await manager.hung_up()).by == "BYE"


async def test_only_a_trusted_trunk_is_told_who_calls(tmp_path: Path) -> None:
    for setting, told in (("refuse", None), ("trust", OURS)):
        async with desk(tmp_path, trunks={"asserted_identity": setting}) as it:
            it.agent.dial(BERLIN, AUDIO, (("Privacy", "id"),))
            invite = (await it.carrier.called()).invite
            assert invite.from_.uri == "sip:anonymous@anonymous.invalid"
            assert invite.headers.get("Privacy") == "id"
            asserted = invite.headers.get("P-Asserted-Identity")
            assert told in (asserted, None) or (asserted and told in asserted)
            assert (asserted is None) == (told is None)


async def test_nothing_of_the_phone_that_dialled_leaves_the_house(tmp_path: Path) -> None:
    sip = {"passed_headers": ["X-Secret"], "contact_id_header": "X-Contact"}
    async with desk(tmp_path, sip={"port": 0, **sip}) as it:
        fields = (
            ("Diversion", "<sip:+49301111@192.0.2.7>;reason=no-answer"),
            ("History-Info", "<sip:+49301111@192.0.2.7>;index=1"),
            ("X-Secret", "inside"),
            ("P-Asserted-Identity", "<sip:boss@inside.example>"),
            ("Max-Forwards", "7"),
        )
        it.agent.dial(BERLIN, AUDIO, fields)
        invite = (await it.carrier.called()).invite
        for name, _ in fields[:-1]:
            assert name not in invite.headers
        assert "X-Contact" not in invite.headers
        assert invite.headers.get("Max-Forwards") == "6"
        assert b"agent1" not in invite.encode()


async def test_a_number_of_ours_in_another_spelling_does_not_go_outside(tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text(json.dumps(to_queue()))
    numbers = [{"number": OURS, "flow": tmp_path / "ours.json"}]
    async with desk(tmp_path, numbers=numbers) as it:
        assert await it.agent.invite("0049" + OURS.removeprefix("+49"), AUDIO)
        assert it.live.number == OURS
        assert it.calls == [0]
