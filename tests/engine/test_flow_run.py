import asyncio
import json
import time
from pathlib import Path

from engine.flow_run import system_attributes
from engine.records import DisconnectReason
from tests.rig.contacts import live_contact
from tests.rig.house import AUDIO, FLOWS, PROMPT_SECONDS, action, engine, flow, phone
from tests.rig.patience import until


async def test_a_prompt_is_played_to_its_end_before_the_flow_goes_on(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("goodbye", AUDIO)
        [live] = one.house.registry
        began = time.monotonic()
        assert (await customer.hung_up()).by == "BYE"
        assert PROMPT_SECONDS - 0.05 < time.monotonic() - began < PROMPT_SECONDS + 1.0
        assert live.record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
        assert live.player is None


async def test_a_prompt_with_nothing_to_say_takes_the_error_branch_and_the_contact_ends(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("silent", AUDIO)
        assert (await customer.hung_up()).by == "BYE"


async def test_a_queue_that_does_not_exist_takes_the_error_branch(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("lost", AUDIO)
        [live] = one.house.registry
        assert (await customer.hung_up()).by == "BYE"
        assert live.record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT


async def test_attributes_and_recording_reach_the_contact_record(tmp_path: Path) -> None:
    document = flow(
        action("note", "UpdateContactAttributes", "set", Attributes={"from": "$.Channel"}),
        *FLOWS["agent-only"]["Actions"][1:-1],
    )
    first = FLOWS["agent-only"]["Actions"][0]
    document["Actions"].insert(0, {**first, "Transitions": {"NextAction": "note"}})
    document["StartAction"] = first["Identifier"]
    (tmp_path / "noted.json").write_text(json.dumps(document))
    numbers = [{"number": "noted", "flow": tmp_path / "noted.json"}]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        await customer.invite("noted", AUDIO)
        [live] = one.house.registry
        await until(lambda: live.record.queue)
        assert live.record.attributes == {"from": "VOICE"}
        assert live.record.recorded == {"Agent"}


async def test_a_block_that_the_engine_cannot_do_yet_takes_its_error_branch(
    tmp_path: Path,
) -> None:
    ask = action("ask", "GetParticipantInput", Text="1 or 2?", StoreInput="False")
    ask["Parameters"]["InputTimeLimitSeconds"] = "5"
    errors = ("NoMatchingCondition", "NoMatchingError", "InputTimeLimitExceeded")
    ask["Transitions"] = {"Errors": [{"NextAction": "bye", "ErrorType": each} for each in errors]}
    (tmp_path / "menu.json").write_text(json.dumps(flow(ask)))
    numbers = [{"number": "menu", "flow": tmp_path / "menu.json"}]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        await customer.invite("menu", AUDIO)
        assert (await customer.hung_up()).by == "BYE"


async def test_a_customer_who_leaves_stops_the_flow(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("goodbye", AUDIO)
        [live] = one.house.registry
        customer.hang_up()
        await customer.finished("BYE")
        await until(lambda: not len(one.house.registry))
        assert live.flow is None
        await asyncio.sleep(PROMPT_SECONDS)  # the prompt would have ended, and the flow gone on
        assert live.record.disconnect_reason is DisconnectReason.CUSTOMER_DISCONNECT


def test_a_flow_may_read_who_calls_and_what_was_dialled() -> None:
    live = live_contact()
    system = system_attributes(live)
    assert system["CustomerEndpoint.Address"] == "+15550100"
    assert system["SystemEndpoint.Address"] == "support"
    assert system["ContactId"] == live.contact_id
