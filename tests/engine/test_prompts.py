from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from config.settings import PromptSettings
from engine import prompts as subject
from engine.prompts import PromptError, Prompts
from tests.rig import tones

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/4711/prompt/greeting"


def samples_of(sound: bytes) -> tones.Samples:
    return np.frombuffer(sound, "<i2").astype(np.int16)


def seconds_of(sound: bytes) -> float:
    return len(sound) / 2 / tones.RATE


def spoken_files(directory: Path) -> list[Path]:
    return sorted((directory / "spoken").iterdir())


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Prompts]:
    def prompts(**settings: Any) -> Prompts:
        return Prompts(PromptSettings(directory=tmp_path, **settings))

    return prompts


class Program:
    """A stand-in for espeak-ng on the path, that says what it was asked."""

    def __init__(self, folder: Path, script: str) -> None:
        self._log = folder / "asked"
        path = folder / "espeak-ng"
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {self._log}\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def asked(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(script: str) -> Program:
        folder = tmp_path_factory.mktemp("bin")
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        tones.write_wav(folder / "speech.wav", tones.tone(440, 0.5, rate=22050), 22050)
        return Program(folder, script.replace("SPEECH", str(folder / "speech.wav")))

    return install


async def test_a_text_is_spoken_as_telephone_sound(make: Callable[..., Prompts]) -> None:
    sound = await make().get("text", "Welcome. You will be connected to an agent.")
    assert 1.5 < seconds_of(sound) < 5
    speech = samples_of(sound).astype(float)
    assert -30 < 20 * np.log10(np.sqrt(np.mean(speech**2) * 2) / 32767) < -6


async def test_ssml_pauses_where_it_says(make: Callable[..., Prompts]) -> None:
    prompts = make()
    plain = await prompts.get("ssml", "<speak>one two</speak>")
    pause = await prompts.get("ssml", '<speak>one <break time="2s"/> two</speak>')
    assert seconds_of(pause) - seconds_of(plain) == pytest.approx(2, abs=0.5)


async def test_in_a_text_markup_is_spoken_and_in_ssml_obeyed(make: Callable[..., Prompts]) -> None:
    prompts = make()
    text = 'well <break time="3s"/> hello'
    assert await prompts.get("text", text) != await prompts.get("ssml", text)
    assert seconds_of(await prompts.get("ssml", text)) > 3


@pytest.mark.parametrize(
    "text",
    ["$(touch pwned); `touch pwned`", "--version", "-v nosuch", "a'b\"c | cat", "ö€😀\n\0\ud800"],
)
async def test_a_text_is_nothing_but_a_text(
    make: Callable[..., Prompts], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert seconds_of(await make().get("text", text)) > 0.1
    assert not (tmp_path / "pwned").exists()


async def test_an_audio_tag_of_a_caller_never_reaches_the_program(
    make: Callable[..., Prompts], program: Callable[[str], Program], tmp_path: Path
) -> None:
    program(f"cat > {tmp_path}/heard; cat SPEECH")
    await make().get("ssml", '<speak>Hello <audio src="/tmp/x.wav"/>you</speak>')
    assert (tmp_path / "heard").read_text() == "<speak>Hello you</speak>"


async def test_a_text_is_spoken_once_and_then_kept(
    make: Callable[..., Prompts], program: Callable[[str], Program], tmp_path: Path
) -> None:
    espeak = program("cat > /dev/null; cat SPEECH")
    first = await make().get("text", "hello")
    assert await make().get("text", "hello") == first
    assert espeak.asked() == ["-v en -b 1 --stdin --stdout"]
    (kept,) = spoken_files(tmp_path)
    assert np.array_equal(tones.read_wav(kept)[0], samples_of(first))
    assert tones.dominant_frequency(samples_of(first)) == pytest.approx(440, abs=1)
    assert seconds_of(first) == 0.5


async def test_another_voice_kind_or_text_is_another_sound(
    make: Callable[..., Prompts], program: Callable[[str], Program], tmp_path: Path
) -> None:
    espeak = program("cat > /dev/null; cat SPEECH")
    for prompts in (make(), make(voice="de")):
        for kind in ("text", "ssml"):
            for text in ("hello", "hello!"):
                await prompts.get(kind, text)
    assert len(espeak.asked()) == len(spoken_files(tmp_path)) == 8
    assert [line for line in espeak.asked() if line.startswith("-v de") and "-m" in line]


async def test_many_who_want_the_same_text_share_one_program_run(
    make: Callable[..., Prompts], program: Callable[[str], Program]
) -> None:
    espeak = program("cat > /dev/null; sleep 0.1; cat SPEECH")
    prompts = make()
    sounds = await asyncio.gather(*(prompts.get("text", "hello") for _ in range(20)))
    assert len(set(sounds)) == 1
    assert len(espeak.asked()) == 1


async def test_one_who_hangs_up_while_it_is_spoken_takes_it_from_nobody(
    make: Callable[..., Prompts], program: Callable[[str], Program]
) -> None:
    program("cat > /dev/null; sleep 0.1; cat SPEECH")
    prompts = make()
    gone = asyncio.create_task(prompts.get("text", "hello"))
    waiting = asyncio.create_task(prompts.get("text", "hello"))
    await asyncio.sleep(0)
    gone.cancel()
    assert seconds_of(await waiting) == 0.5
    assert gone.cancelled()


async def test_a_failure_that_nobody_waits_for_is_not_a_warning(
    make: Callable[..., Prompts], program: Callable[[str], Program]
) -> None:
    program("exit 1")
    prompts = make()
    gone = asyncio.create_task(prompts.get("text", "hello"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(PromptError):
        await prompts.get("text", "hello")


async def test_a_damaged_file_in_the_cache_is_spoken_anew(
    make: Callable[..., Prompts], tmp_path: Path
) -> None:
    good = await make().get("text", "hello")
    (kept,) = spoken_files(tmp_path)
    kept.write_bytes(b"RIFF")
    assert await make().get("text", "hello") == good
    assert await asyncio.to_thread(kept.stat)


async def test_a_cache_that_cannot_be_written_costs_only_time(
    make: Callable[..., Prompts], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spoken").touch()
    assert seconds_of(await make().get("text", "hello")) > 0.1
    assert "not cached" in capsys.readouterr().out


async def test_the_cache_has_a_limit_and_drops_what_was_asked_longest_ago(
    make: Callable[..., Prompts],
    program: Callable[[str], Program],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "MAX_SPOKEN_FILES", 2)
    espeak = program("cat > /dev/null; cat SPEECH")
    prompts = make()
    await prompts.get("text", "one")
    (one,) = spoken_files(tmp_path)
    await prompts.get("text", "two")
    for age, path in enumerate([one, *(set(spoken_files(tmp_path)) - {one})]):
        os.utime(path, (1000 - age, 1000 - age))
    await prompts.get("text", "one")
    await prompts.get("text", "three")
    assert one in spoken_files(tmp_path) and len(spoken_files(tmp_path)) == 2
    await prompts.get("text", "one")
    assert len(espeak.asked()) == 3


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_an_empty_text_is_an_error(make: Callable[..., Prompts], text: str) -> None:
    with pytest.raises(PromptError, match="empty"):
        await make().get("text", text)


async def test_a_text_beyond_the_limit_is_an_error_that_names_both(
    make: Callable[..., Prompts],
) -> None:
    prompts = make(max_text_chars=10)
    assert await prompts.get("text", "a" * 10)
    with pytest.raises(PromptError, match="11 characters, at most 10"):
        await prompts.get("text", "a" * 11)


async def test_ssml_that_is_broken_is_an_error_that_quotes_it(
    make: Callable[..., Prompts],
) -> None:
    with pytest.raises(PromptError, match=r"'<speak>fish & chips</speak>' is not well-formed"):
        await make().get("ssml", "<speak>fish & chips</speak>")


async def test_a_program_that_hangs_is_ended(
    make: Callable[..., Prompts], program: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "SPEAK_SECONDS", 0.1)
    program("exec sleep 100")
    with pytest.raises(PromptError, match=r"not spoken in 0\.1 s"):
        await make().get("text", "hello")


async def test_a_program_that_never_stops_talking_is_ended(
    make: Callable[..., Prompts], program: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MAX_SPEECH_BYTES", 1_000_000)
    program("exec cat /dev/zero")
    with pytest.raises(PromptError, match="too long to be spoken"):
        await make().get("text", "hello")


async def test_a_program_that_says_nothing_or_complains_is_an_error(
    make: Callable[..., Prompts], program: Callable[[str], Program]
) -> None:
    program("exit 0")
    with pytest.raises(PromptError, match="nothing to speak"):
        await make().get("text", "hello")
    program("echo out of words >&2; exit 3")
    with pytest.raises(PromptError, match="out of words"):
        await make().get("text", "hello")


async def test_without_the_program_texts_are_an_error_and_files_still_play(
    make: Callable[..., Prompts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tones.write_wav(tmp_path / "greeting.wav", tones.tone(440, 0.2))
    with pytest.raises(PromptError, match="apt-get install espeak-ng"):
        await make().get("text", "hello")
    assert seconds_of(await make().get("prompt_id", "greeting")) == 0.2


def test_check_says_at_start_that_a_flow_needs_the_program(
    make: Callable[..., Prompts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make().check([("text", "hello"), ("ssml", "<speak>hello</speak>")])
    monkeypatch.setenv("PATH", str(tmp_path))
    make().check()
    with pytest.raises(PromptError, match=r"espeak-ng is missing: .*apt-get install espeak-ng"):
        make().check([("text", "hello")])


def test_check_finds_a_program_that_is_broken(
    make: Callable[..., Prompts], program: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "SPEAK_SECONDS", 0.1)
    program("exec sleep 100")
    with pytest.raises(PromptError, match=r"espeak-ng does not work: .*timed out"):
        make().check([("text", "hello")])


def test_check_tells_all_that_is_wrong_at_once(
    make: Callable[..., Prompts], tmp_path: Path
) -> None:
    tones.write_wav(tmp_path / "here.wav", tones.tone(440, 0.2))
    prompts = make(voice="nosuch", hold_music=tmp_path / "no-music.wav")
    wanted = [("prompt_id", name) for name in ("here", "gone", "gone", "$.Attributes.prompt")]
    with pytest.raises(PromptError) as caught:
        prompts.check([*wanted, ("text", "hello")])
    gone, voice, music = str(caught.value).splitlines()
    assert gone == f"prompt 'gone': there is no file {tmp_path}/gone.wav; put a WAV file there"
    assert "'nosuch'" in voice and "does not exist" in voice
    assert "no-music.wav" in music


@pytest.mark.parametrize("name", ["greeting", "greeting.wav", ARN])
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (16000, 1)])
async def test_a_file_of_any_rate_and_channels_plays_by_its_name(
    make: Callable[..., Prompts], tmp_path: Path, name: str, rate: int, channels: int
) -> None:
    mono = tones.tone(700, 0.5, -20, rate)
    soundfile.write(tmp_path / "greeting.wav", np.stack([mono] * channels, axis=1), rate)
    sound = await make().get("prompt_id", name)
    assert seconds_of(sound) == 0.5
    assert tones.level_dbfs(samples_of(sound), 700) == pytest.approx(-20, abs=0.1)


async def test_both_sides_of_a_stereo_file_are_heard(
    make: Callable[..., Prompts], tmp_path: Path
) -> None:
    stereo = np.stack([tones.tone(440, 0.5), tones.tone(700, 0.5)], axis=1)
    tones.write_wav(tmp_path / "both.wav", stereo)
    sound = samples_of(await make().get("prompt_id", "both"))
    assert tones.level_dbfs(sound, 440) == pytest.approx(-26, abs=0.1)
    assert tones.level_dbfs(sound, 700) == pytest.approx(-26, abs=0.1)


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/passwd", "spoken/../x", "", ".", "..", ".hidden", "a/b", "a\0b", "a\nb",
     "arn:aws:connect:eu:1:instance/2/prompt/..", "x" * 300],
)  # fmt: skip
async def test_a_name_cannot_leave_the_directory(make: Callable[..., Prompts], name: str) -> None:
    with pytest.raises(PromptError, match="not the name of a file"):
        await make().get("prompt_id", name)


async def test_a_missing_or_unreadable_file_is_an_error_that_says_where(
    make: Callable[..., Prompts], tmp_path: Path
) -> None:
    with pytest.raises(PromptError, match=f"no file {tmp_path}/gone.wav; put a WAV file there"):
        await make().get("prompt_id", "gone")
    (tmp_path / "notes.wav").write_text("milk, eggs")
    with pytest.raises(PromptError, match=r"no sound can be read from .*/notes\.wav"):
        await make().get("prompt_id", "notes")


async def test_media_by_address_is_refused_with_what_to_do(make: Callable[..., Prompts]) -> None:
    with pytest.raises(PromptError, match=r"s3://.* is not supported; put the file into"):
        await make().get("media", "s3://bucket/greeting.wav")


def test_hold_music_is_built_in_or_the_operators(
    make: Callable[..., Prompts], tmp_path: Path
) -> None:
    assert 8 <= seconds_of(make().hold_music()) <= 16
    tones.write_wav(tmp_path / "music.wav", tones.tone(700, 1.0, rate=16000), 16000)
    own = samples_of(make(hold_music=tmp_path / "music.wav").hold_music())
    assert tones.dominant_frequency(own) == pytest.approx(700, abs=0.5)
