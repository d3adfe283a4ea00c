from __future__ import annotations

from pathlib import Path

import pytest

from config import StoreSettings
from config.settings import PromptSettings
from engine import prompt_source as subject
from engine.prompt_source import fetch
from engine.prompts import PromptError
from recorder.object_store import ObjectStore


def settings(folder: Path, bucket: str | None = "prompts") -> PromptSettings:
    return PromptSettings(directory=folder, bucket=bucket)


async def test_a_file_of_the_folder_is_an_object_of_its_bucket(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"sound")
    assert await fetch("s3://prompts/hello.wav", settings(tmp_path), None) == b"sound"


async def test_what_the_store_has_is_read_there(tmp_path: Path) -> None:
    store = ObjectStore(StoreSettings(location=f"file://{tmp_path}"))
    (tmp_path / "hello.wav").write_bytes(b"sound")
    assert await fetch(f"file://{tmp_path}/hello.wav", settings(tmp_path), store) == b"sound"
    with pytest.raises(PromptError, match="not there"):
        await fetch(f"file://{tmp_path}/gone.wav", settings(tmp_path), store)


@pytest.mark.parametrize(
    "uri",
    [
        *("s3://prompts/gone.wav", "s3://prompts/../secret", "s3://prompts/a/b.wav"),
        *("s3://prompts/", "s3://elsewhere/hello.wav", "https://prompts.s3.amazonaws.com/hello"),
    ],
)
async def test_nothing_else_is_reached(tmp_path: Path, uri: str) -> None:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(PromptError):
        await fetch(uri, settings(folder), None)
    with pytest.raises(PromptError):
        await fetch("s3://prompts/hello.wav", settings(folder, None), None)


async def test_a_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MAX_BYTES", 4)
    (tmp_path / "hello.wav").write_bytes(b"sound")
    with pytest.raises(PromptError, match="at most 4"):
        await fetch("s3://prompts/hello.wav", settings(tmp_path), None)
