"""A prompt that is made by unpatched boto3 is heard in a flow at once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rig.aws import administered
from tests.rig.house import AUDIO, action, flow, phone
from tests.rig.patience import until


async def test_a_flow_that_names_a_prompt_plays_it_and_fails_where_it_is_gone(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path, prompts={"bucket": "prompts"}) as (one, admin):
        made = await admin.ask("CreatePrompt", Name="hello", S3Uri="s3://prompts/short.wav")
        say = action("say", "MessageParticipant", "note", PromptId=made["PromptARN"])
        say["Transitions"]["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
        note = action("note", "UpdateContactAttributes", "bye", Attributes={"heard": "yes"})
        (tmp_path / "support.json").write_text(json.dumps(flow(say, note)))
        await one.flows.reread(one.house.directory)
        for heard in ({"heard": "yes"}, {}):
            async with phone(one) as customer:
                await customer.invite("support", AUDIO)
                [live] = one.house.registry
                assert (await customer.hung_up()).by == "BYE"
                await until(lambda: not len(one.house.registry))
                assert live.record.attributes == heard
            if heard:
                await admin.ask("DeletePrompt", PromptId=made["PromptId"])
