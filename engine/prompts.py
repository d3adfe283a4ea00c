"""What callers hear from us: text spoken by espeak-ng, WAV prompts by name or made by the API,
hold music.

Everything comes out as the mixer plays it: int16 LE, mono, 8000 Hz. Speech is made by a separate
program, once for each text, and kept as WAV under `<directory>/spoken/`.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import structlog

from config.settings import PromptSettings
from engine import hold_music
from engine.resample import resample
from engine.ssml import SsmlError, plain_ssml
from recorder import RecordingError, sound_file

RATE = 8000  # hertz
PROGRAM = "espeak-ng"
INSTALL = "install it (apt-get install espeak-ng), or use WAV prompts (PromptId) only"
SPEAK_SECONDS = 10.0  # for one text; a text of 3000 characters takes a fraction of one
MAX_SPEAKERS = 2  # processes at once
MAX_SPEECH_BYTES = 32_000_000  # of WAV for one text, about 12 minutes: SSML can ask for any pause
MAX_SPOKEN_FILES = 2000  # texts with names and numbers in them never repeat: the oldest go
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .-]{0,126}")

log = structlog.get_logger("prompts")


class PromptError(Exception):
    """A prompt cannot be played; the text names it and says what to do."""


class Prompts:
    """Sound for the kinds of a flow: "text", "ssml", "prompt_id" and "media"."""

    def __init__(self, settings: PromptSettings) -> None:
        self._settings = settings
        self._spoken = settings.directory / "spoken"
        self._made: Callable[[str], Path | None] = lambda reference: None
        self._speaking: dict[Path, asyncio.Task[bytes]] = {}
        self._speakers = asyncio.Semaphore(MAX_SPEAKERS)

    def follow(self, made: Callable[[str], Path | None]) -> None:
        """`made` finds the files of prompts that the API has made; a file of the folder wins."""
        self._made = made

    def check(self, wanted: Iterable[tuple[str, str]] = ()) -> None:
        """Before the first call: can these (kind, value) pairs, and the hold music, be played?

        Values that start with "$." are only known during a call and not looked up. Blocks for a
        moment. Raises PromptError with all that is wrong, a line each.
        """
        pairs = list(wanted)
        names = [value for kind, value in pairs if kind == "prompt_id" and value[:2] != "$."]
        problems = [self._problem_with_file(name) for name in dict.fromkeys(names)]
        if any(kind in ("text", "ssml") for kind, _ in pairs):
            problems.append(self._problem_with_speech())
        try:
            self.hold_music()
        except PromptError as error:
            problems.append(str(error))
        if found := [problem for problem in problems if problem]:
            raise PromptError("\n".join(found))

    async def get(self, kind: str, value: str) -> bytes:
        """The sound of a prompt. Raises PromptError."""
        match kind:
            case "text" | "ssml":
                return await self._speak_once(kind, value)
            case "prompt_id":
                return await asyncio.to_thread(self._load, value)
            case _:
                raise PromptError(
                    f"prompt {value!r}: sound from a {kind} address is not supported; put the file"
                    f" into {self._settings.directory} and name it in PromptId"
                )

    def hold_music(self) -> bytes:
        """One turn of the loop that waiting callers hear. Reads or computes: for use at start."""
        path = self._settings.hold_music
        if path is None:
            return hold_music.loop().astype("<i2").tobytes()
        return _read(path, "hold music")

    def _load(self, name: str) -> bytes:
        return _read(self._file_of(name), f"prompt {name!r}")

    def _file_of(self, name: str) -> Path:
        """PromptId is a file name, with or without ".wav", or an ARN that ends in one; or a prompt
        of the API, by id, name or ARN."""
        file_name = name.rpartition("/")[2] if name.startswith("arn:") else name
        path = None
        if FILE_NAME.fullmatch(file_name):
            path = self._settings.directory / file_name
            path = path if path.suffix else path.with_name(file_name + ".wav")
        if (path is None or not path.is_file()) and (made := self._made(name)):
            return made
        if path is None:
            raise PromptError(f"prompt {name!r}: that is not the name of a file")
        return path

    async def _speak_once(self, kind: str, text: str) -> bytes:
        """All who ask for the same text wait for one program; one who goes away stops nobody."""
        path = self._spoken / f"{self._fingerprint(kind, text)}.wav"
        task = self._speaking.get(path)
        if task is None:
            task = asyncio.create_task(self._speak(kind, text, path))
            self._speaking[path] = task
            task.add_done_callback(lambda done: self._spoke(path, done))
        return await asyncio.shield(task)

    def _spoke(self, path: Path, task: asyncio.Task[bytes]) -> None:
        del self._speaking[path]
        if not task.cancelled():
            task.exception()  # looked at here too, as everybody who asked may be gone

    def _fingerprint(self, kind: str, text: str) -> str:
        parts = "\0".join((PROGRAM, self._settings.voice, kind, text))
        return hashlib.sha256(parts.encode(errors="replace")).hexdigest()

    async def _speak(self, kind: str, text: str, path: Path) -> bytes:
        self._refuse_bad(text)
        if known := await asyncio.to_thread(_known, path):
            return known
        try:
            spoken = plain_ssml(text) if kind == "ssml" else text
        except SsmlError as error:
            raise PromptError(f"SSML {_short(text)} is {error}") from error
        async with self._speakers:
            sound = await self._run(["-m"] if kind == "ssml" else [], spoken)
        return await asyncio.to_thread(_keep, sound, path, text)

    def _refuse_bad(self, text: str) -> None:
        if not text.strip():
            raise PromptError("a prompt's text is empty")
        if len(text) > self._settings.max_text_chars:
            raise PromptError(
                f"text {_short(text)} has {len(text)} characters,"
                f" at most {self._settings.max_text_chars} are spoken"
            )

    async def _run(self, options: list[str], text: str) -> bytes:
        """What the program makes of the text: a WAV whose header does not know its length."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command(*options),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise PromptError(f"{PROGRAM} cannot be run ({error}): {INSTALL}") from error
        try:
            async with asyncio.timeout(SPEAK_SECONDS):
                return await _converse(process, text)
        except TimeoutError:
            raise PromptError(f"text {_short(text)} was not spoken in {SPEAK_SECONDS} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    def _command(self, *options: str) -> list[str]:
        """Text goes to standard input, in UTF-8: arguments are ours alone."""
        return [PROGRAM, "-v", self._settings.voice, "-b", "1", "--stdin", "--stdout", *options]

    def _problem_with_speech(self) -> str | None:
        if not shutil.which(PROGRAM):
            return f"a flow speaks text, but {PROGRAM} is missing: {INSTALL}"
        try:
            subprocess.run(
                self._command(), input=b"a", capture_output=True, timeout=SPEAK_SECONDS, check=True
            )
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip()
            return f"{PROGRAM} does not speak with voice {self._settings.voice!r}: {reason}"
        except (subprocess.TimeoutExpired, OSError) as error:
            return f"{PROGRAM} does not work: {error}"
        return None

    def _problem_with_file(self, name: str) -> str | None:
        try:
            self._load(name)
        except PromptError as error:
            return str(error)
        return None


async def _converse(process: asyncio.subprocess.Process, text: str) -> bytes:
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(text.encode(errors="replace"))
    process.stdin.close()
    try:
        await process.stdout.readexactly(MAX_SPEECH_BYTES)
        raise PromptError(f"text {_short(text)} is too long to be spoken")
    except asyncio.IncompleteReadError as everything:
        sound = everything.partial
    complaint = (await process.stderr.read()).decode(errors="replace").strip()
    if await process.wait():
        raise PromptError(f"text {_short(text)} was not spoken: {complaint}")
    return sound


def _known(path: Path) -> bytes | None:
    """Speech kept from an earlier time; None when there is none, or it is damaged."""
    try:
        sound = telephone(sound_file.read(path))
        os.utime(path)  # asked for lately: the last to be dropped
    except (RecordingError, OSError):
        return None
    return sound


def _keep(wav: bytes, path: Path, text: str) -> bytes:
    """Convert and cache speech. A cache that cannot be written costs time later, not this call."""
    try:
        sound = telephone(sound_file.read(io.BytesIO(wav)))
    except RecordingError as error:
        raise PromptError(f"text {_short(text)} has nothing to speak in it") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, sound)
        _drop_oldest(path.parent)
    except OSError as error:
        log.warning("speech is not cached", path=str(path), reason=str(error))
    return sound


def write_wav(path: Path, sound: bytes) -> None:
    """All or nothing: another process never reads half a file."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file, wave.open(file) as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(RATE)
            wav.writeframes(sound)
        os.replace(part, path)
    except OSError:
        os.unlink(part)
        raise


def _drop_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.wav"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MAX_SPOKEN_FILES:]:
        path.unlink(missing_ok=True)


def _read(path: Path, what: str) -> bytes:
    if not path.is_file():
        raise PromptError(f"{what}: there is no file {path}; put a WAV file there")
    try:
        return telephone(sound_file.read(path))
    except RecordingError as error:
        raise PromptError(f"{what}: no sound can be read from {path}: {error}") from error


def telephone(pcm: sound_file.Pcm) -> bytes:
    """Any rate and number of channels to the mixer's: int16 LE, mono, 8000 Hz."""
    samples = np.frombuffer(pcm.samples, "<i2").reshape(-1, pcm.channels)
    signal = resample(samples.mean(axis=1), pcm.rate, RATE)
    return np.clip(np.rint(signal), -32768, 32767).astype("<i2").tobytes()


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
