"""Where the master keys come from: a file that nobody else may read, or what a command prints."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from config.storage import EncryptionSettings
from recorder.data_key import MasterKeys
from recorder.recording import RecordingError

COMMAND_SECONDS = 30.0


def read(settings: EncryptionSettings) -> MasterKeys | None:
    """None where nothing is to be encrypted. Raises RecordingError, which never holds a key."""
    if settings.master_key is None:
        return None
    kind, _, where = settings.master_key.partition(":")
    return _of_file(Path(where.strip())) if kind == "file" else _of_command(where)


def _of_file(path: Path) -> MasterKeys:
    try:
        if path.stat().st_mode & 0o077:
            raise RecordingError(f"{path} may be read by others: chmod 600")
        return MasterKeys.parse(path.read_text().splitlines())
    except OSError as error:
        raise RecordingError(f"master key: {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise RecordingError(f"{path} is not text") from None


def _of_command(command: str) -> MasterKeys:
    try:
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, text=True, timeout=COMMAND_SECONDS)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RecordingError(f"master key: the command cannot be run: {reason}") from None
    if done.returncode:
        raise RecordingError(f"master key: {words[0]} ended with {done.returncode}")
    return MasterKeys.parse(done.stdout.splitlines())
