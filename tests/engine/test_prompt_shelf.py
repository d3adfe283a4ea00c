from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import PromptSettings
from engine.directory import Kind, Origin, Resource, Resources
from engine.prompt_shelf import SOUND, PromptShelf
from engine.prompts import PromptError, Prompts
from tests.rig.tones import tone, write_wav

ARN = "arn:aws:connect:local:000000000000:instance/earshot"


def shelf(folder: Path, there: Sequence[Resource] = ()) -> PromptShelf:
    return PromptShelf(PromptSettings(directory=folder), Resources(ARN, there))


def prompt(digest: str, name: str = "Grüße!") -> Resource:
    facts = {"Tags": {}, SOUND: digest}
    return Resource(Kind.PROMPT, "p1", name, facts, Origin.API, datetime.now(UTC))


def content(folder: Path, hertz: float = 440) -> bytes:
    write_wav(folder / "given.wav", tone(hertz, 0.2, rate=22050), 22050)
    return (folder / "given.wav").read_bytes()


@pytest.mark.parametrize("reference", ["p1", "Grüße!", f"{ARN}/prompt/p1", "arn:of/another/p1"])
async def test_a_prompt_is_played_by_its_id_its_name_and_its_arn(
    tmp_path: Path, reference: str
) -> None:
    digest = shelf(tmp_path).keep(content(tmp_path))
    prompts = Prompts(PromptSettings(directory=tmp_path))
    prompts.follow(shelf(tmp_path, [prompt(digest)]).find)
    sound = await prompts.get("prompt_id", reference)
    assert len(sound) == pytest.approx(0.2 * 8000 * 2, rel=0.02)


async def test_a_file_of_the_folder_wins(tmp_path: Path) -> None:
    digest = shelf(tmp_path).keep(content(tmp_path))
    write_wav(tmp_path / "hello.wav", tone(440, 1.0))
    prompts = Prompts(PromptSettings(directory=tmp_path))
    prompts.follow(shelf(tmp_path, [prompt(digest, "hello")]).find)
    assert len(await prompts.get("prompt_id", "hello")) == 16000
    with pytest.raises(PromptError, match="no file"):
        await prompts.get("prompt_id", "nobody")


def test_a_sound_is_forgotten_when_no_prompt_has_it(tmp_path: Path) -> None:
    digest = shelf(tmp_path).keep(content(tmp_path))
    assert digest == shelf(tmp_path).keep(content(tmp_path))
    shelf(tmp_path, [prompt(digest)]).forget(digest)
    assert len([*(tmp_path / "made").iterdir()]) == 1
    shelf(tmp_path).forget(digest)
    shelf(tmp_path).forget(digest)
    assert [*(tmp_path / "made").iterdir()] == []


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no sound"):
        shelf(tmp_path).keep(b"RIFF and so on")
