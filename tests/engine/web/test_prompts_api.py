"""Prompts through their life, by boto3; the link to their sound, by anybody."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile

from engine.web import prompts_api as subject
from tests.rig.aws import NOT_FOUND, administered
from tests.rig.tones import tone, write_wav

BUCKET: dict[str, Any] = {"prompts": {"bucket": "prompts"}}
SHORT, LONG = "s3://prompts/short.wav", "s3://prompts/long.wav"
INVALID = ((400, "InvalidRequestException"), (400, "InvalidParameterException"))


def made(folder: Path) -> int:
    return len([*(folder / "prompts" / "made").iterdir()])


async def test_a_prompt_is_made_described_found_changed_and_deleted(tmp_path: Path) -> None:
    async with administered(tmp_path, **BUCKET) as (_, admin):
        write_wav(tmp_path / "prompts" / "long.wav", tone(440, 1.0))
        given = {"Name": "greeting", "Description": "first", "Tags": {"for": "all"}}
        created = await admin.ask("CreatePrompt", S3Uri=SHORT, **given)
        named = {"PromptId": created["PromptId"]}
        shown = (await admin.ask("DescribePrompt", PromptId=created["PromptARN"]))["Prompt"]
        assert {name: shown[name] for name in given} == given
        assert shown["PromptARN"] == created["PromptARN"]
        told = await admin.refused("CreatePrompt", S3Uri=SHORT, Name="greeting")
        assert told[1] == "DuplicateResourceException"
        assert made(tmp_path) == 1
        await admin.ask("UpdatePrompt", Name="hello", S3Uri=LONG, **named)
        assert made(tmp_path) == 1
        listed = (await admin.ask("ListPrompts"))["PromptSummaryList"]
        assert [(one["Id"], one["Name"]) for one in listed] == [(created["PromptId"], "hello")]
        condition = {"FieldName": "name", "Value": "HEL", "ComparisonType": "STARTS_WITH"}
        criteria = {"StringCondition": condition}
        found = await admin.ask("SearchPrompts", SearchCriteria=criteria)
        assert [one["Description"] for one in found["Prompts"]] == ["first"]
        await admin.ask("DeletePrompt", **named)
        assert made(tmp_path) == 0
        for operation in ("DescribePrompt", "DeletePrompt", "GetPromptFile", "UpdatePrompt"):
            assert (await admin.refused(operation, **named))[:2] == NOT_FOUND


async def test_a_link_leads_to_the_sound_for_a_while_and_to_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with administered(tmp_path, **BUCKET) as (_, admin), httpx.AsyncClient() as stranger:
        one = await admin.ask("CreatePrompt", S3Uri=SHORT, Name="one")
        link = (await admin.ask("GetPromptFile", PromptId=one["PromptId"]))["PromptPresignedUrl"]
        answer = await stranger.get(link)
        samples, rate = soundfile.read(io.BytesIO(answer.content))
        assert (answer.headers["content-type"], rate) == ("audio/wav", 8000)
        assert len(samples) == pytest.approx(1600, rel=0.02)
        for wrong in (link[:-1] + "x", link.replace("expires=", "expires=9"), link + "ü"):
            assert (await stranger.get(wrong)).status_code == 403
        monkeypatch.setattr(subject, "LINK_SECONDS", -1)
        link = (await admin.ask("GetPromptFile", PromptId=one["PromptId"]))["PromptPresignedUrl"]
        assert (await stranger.get(link)).status_code == 403


async def test_a_sound_that_is_not_there_makes_no_prompt(tmp_path: Path) -> None:
    async with administered(tmp_path, **BUCKET) as (_, admin):
        (tmp_path / "prompts" / "text.wav").write_text("not a sound")
        for uri in ("s3://prompts/gone.wav", "s3://prompts/text.wav", "s3://other/short.wav"):
            assert (await admin.refused("CreatePrompt", S3Uri=uri, Name="one"))[:2] in INVALID
        assert (await admin.ask("ListPrompts"))["PromptSummaryList"] == []
