import asyncio
import json
import re
import time
from pathlib import Path

import pytest
import structlog

from engine.app import Running
from engine.live import LiveContact
from engine.records import DisconnectReason
from engine.trace_files import read
from tests.rig.house import AUDIO, FLOWS, PROMPT_SECONDS, action, engine, flow, phone
from tests.rig.patience import until
from tests.rig.phone import Phone
from tests.rig.tones import tone, write_wav


async def test_a_prompt_is_played_to_its_end_before_the_flow_goes_on(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        began = time.monotonic()
        await customer.invite("goodbye", AUDIO)
        [live] = one.house.registry
        assert (await customer.hung_up()).by == "BYE"
        assert time.monotonic() - began > PROMPT_SECONDS - 0.05
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


MENU = {"1": "gold", "*": "silver"}
MENU_ERRORS = {
    "NoMatchingCondition": "wrong",
    "InputTimeLimitExceeded": "missing",
    "NoMatchingError": "bye",
}


def menu(folder: Path, seconds: int = 5, **parameters: object) -> dict[str, object]:
    """A number whose flow asks for a key, notes the branch that it takes, and then plays on."""
    ask = action("ask", "GetParticipantInput", "number", **parameters)
    ask["Parameters"] |= {"InputTimeLimitSeconds": str(seconds)}
    stores = ask["Parameters"].setdefault("StoreInput", "False") == "True"
    ask["Transitions"] = {
        "NextAction": "number" if stores else "bye",
        "Conditions": []
        if stores
        else [
            {"NextAction": name, "Condition": {"Operator": "Equals", "Operands": [key]}}
            for key, name in MENU.items()
        ],
        "Errors": [
            {"NextAction": name, "ErrorType": error}
            for error, name in MENU_ERRORS.items()
            if not stores or name == "bye"
        ],
    }
    branches = [
        action(name, "UpdateContactAttributes", "wait", Attributes={"branch": value})
        for name, value in {
            **{each: each for each in ("gold", "silver", "wrong", "missing")},
            "number": "$.StoredCustomerInput",
        }.items()
    ]
    wait = action("wait", "MessageParticipant", "bye", PromptId="short")
    (folder / "menu.json").write_text(json.dumps(flow(ask, *branches, wait)))
    (folder / "prompts").mkdir()
    write_wav(folder / "prompts" / "long.wav", tone(440, 30.0))
    return {"number": "menu", "flow": folder / "menu.json"}


async def dialled(one: Running, customer: Phone) -> LiveContact:
    """Somebody who has heard the menu begin."""
    await customer.invite("menu", AUDIO)
    [live] = one.house.registry
    await until(lambda: live.flow and live.flow.collecting)
    return live


@pytest.mark.parametrize(("key", "branch"), [("1", "gold"), ("*", "silver"), ("7", "wrong")])
async def test_a_key_ends_the_prompt_and_chooses_the_branch(
    tmp_path: Path, key: str, branch: str
) -> None:
    numbers = [menu(tmp_path, PromptId="long")]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        live = await dialled(one, customer)
        playing = await until(lambda: live.player)
        await customer.press(key)
        await until(lambda: live.record.attributes == {"branch": branch})
        assert live.player != playing


async def test_who_presses_no_key_takes_the_branch_for_that(tmp_path: Path) -> None:
    numbers = [menu(tmp_path, seconds=1)]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        live = await dialled(one, customer)
        began = time.monotonic()
        await until(lambda: live.record.attributes == {"branch": "missing"})
        assert time.monotonic() - began > 0.9


async def test_the_time_for_the_first_key_runs_from_the_end_of_the_prompt(tmp_path: Path) -> None:
    numbers = [menu(tmp_path, seconds=1, PromptId="short")]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        live = await dialled(one, customer)
        began = time.monotonic()
        await until(lambda: live.record.attributes == {"branch": "missing"})
        assert time.monotonic() - began > 0.9 + PROMPT_SECONDS


@pytest.mark.parametrize(
    ("keys", "number"), [("12#", "12"), ("9*12#", "12"), ("1234", "1234"), ("12", "12")]
)
async def test_a_number_is_stored(tmp_path: Path, keys: str, number: str) -> None:
    store = {
        "StoreInput": "True",
        "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
        "DTMFConfiguration": {"InterdigitTimeLimitSeconds": "1"},
    }
    numbers = [menu(tmp_path, **store)]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        live = await dialled(one, customer)
        await customer.press(keys)
        await until(lambda: live.record.attributes == {"branch": number})


async def test_a_number_that_is_to_be_encrypted_is_not_asked_for(tmp_path: Path) -> None:
    store = {
        "StoreInput": "True",
        "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
        "InputEncryption": {"EncryptionKeyId": "key", "Key": "PEM"},
    }
    numbers = [menu(tmp_path, **store)]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        await customer.invite("menu", AUDIO)
        assert (await customer.hung_up()).by == "BYE"


async def test_a_key_that_nobody_asked_for_stops_no_prompt_and_is_no_input_later(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("goodbye", AUDIO)
        [live] = one.house.registry
        playing = await until(lambda: live.player)
        await customer.press("1")
        assert live.player == playing
        assert (await customer.hung_up()).by == "BYE"


async def test_a_menu_whose_prompt_cannot_be_played_takes_the_error_branch(tmp_path: Path) -> None:
    numbers = [menu(tmp_path, PromptId="short", seconds=60)]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        (tmp_path / "prompts" / "short.wav").unlink()
        await customer.invite("menu", AUDIO)
        assert (await customer.hung_up()).by == "BYE"


PIN = "94738216"
"""Long enough to be in no contact id and in no figure by chance."""


async def test_keys_are_in_no_log_and_in_no_trace(tmp_path: Path) -> None:
    numbers = [menu(tmp_path, StoreInput="True")]
    with structlog.testing.capture_logs() as logs:
        async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
            live = await dialled(one, customer)
            await customer.press(f"{PIN}#")
            await until(lambda: live.record.attributes == {"branch": PIN})
    messages = [str(entry.message) for entry in read(tmp_path / "traces", live.contact_id)]
    assert [message for message in messages if "INFO sip:" in message]
    assert not [message for message in messages if re.search("Signal=[0-9#]", message)]
    assert not [line for line in logs if PIN in str(line)]


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
