"""Functions that a flow calls on a real call: one answers, one raises, one hangs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.calls.party import Party
from tests.rig.house import Json, action, engine, flow, phone
from tests.rig.patience import until
from tests.rig.tones import spans, tone, write_wav

pytestmark = [pytest.mark.call, pytest.mark.timeout(40)]
HERTZ = {"found": 600.0, "failed": 820.0, "late": 1050.0, "wrong": 1270.0}
PROMPT_SECONDS, LIMIT_SECONDS = 0.4, 1
SOURCE = """
import time

def finds(event, context):
    return {"name": "Ada of " + event["Details"]["Parameters"]["town"]}

def raises(event, context):
    raise KeyError(event["Details"]["ContactData"]["ContactId"])

def hangs(event, context):
    time.sleep(60)
"""


def calls(function: str, leads: str, fails: str, seconds: int = 8) -> Json:
    parameters = {
        "LambdaFunctionARN": f"arn:aws:lambda:eu-central-1:123456789012:function:{function}",
        "InvocationTimeLimitSeconds": str(seconds),
        "LambdaInvocationAttributes": {"town": "London"},
    }
    block = action(function, "InvokeLambdaFunction", leads, **parameters)
    block["Transitions"]["Errors"] = [{"NextAction": fails, "ErrorType": "NoMatchingError"}]
    return block


def prepare(folder: Path) -> dict[str, object]:
    """Settings of an engine whose number `functions` calls one after the other."""
    says = [
        action(name, "MessageParticipant", leads, PromptId=name)
        for name, leads in (("found", "raises"), ("failed", "hangs"), ("late", "bye"))
    ]
    document = flow(
        calls("finds", "note", "wrong"),
        action("note", "UpdateContactAttributes", "found", Attributes={"name": "$.External.name"}),
        calls("raises", "wrong", "failed"),
        calls("hangs", "wrong", "late", LIMIT_SECONDS),
        *says,
        action("wrong", "MessageParticipant", "bye", PromptId="wrong"),
    )
    (folder / "functions.json").write_text(json.dumps(document))
    (folder / "desk.py").write_text(SOURCE)
    (folder / "prompts").mkdir()
    for name, hertz in HERTZ.items():
        write_wav(folder / "prompts" / f"{name}.wav", tone(hertz, PROMPT_SECONDS, -10.0))
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:"
    names = ("finds", "raises", "hangs")
    return {
        "numbers": [{"number": "functions", "flow": folder / "functions.json"}],
        "functions": {"directory": folder},
        "lambda_functions": [{"arn": f"{arn}{name}", "python": f"desk.{name}"} for name in names],
    }


async def test_a_function_answers_one_raises_and_one_hangs_and_the_call_goes_on(
    tmp_path: Path,
) -> None:
    async with (
        engine(tmp_path, **prepare(tmp_path)) as one,
        Party.of(phone(one, "customer"), tone(440.0, 1.0, -10.0)) as customer,
    ):
        await customer.dial("functions")
        [live] = one.house.registry
        assert (await customer.phone.hung_up()).by == "BYE"
        await until(lambda: not len(one.house.registry))
        await one.house.ledger.flush()
        record = await one.house.records.contact(live.contact_id)
        samples = customer.talker.heard()
    assert record and record.attributes == {"name": "Ada of London"}
    spoken = [spans(samples, HERTZ[name]) for name in ("found", "failed", "late")]
    [found], [failed], [late] = spoken
    assert found.end <= failed.start and failed.end <= late.start
    assert not spans(samples, HERTZ["wrong"])
