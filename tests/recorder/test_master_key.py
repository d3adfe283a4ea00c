from __future__ import annotations

import shlex
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from config.storage import EncryptionSettings
from recorder import RecordingError
from recorder.master_key import read

KEY = bytes(range(32))
LINE = b64encode(KEY).decode()


def of_file(path: Path) -> EncryptionSettings:
    return EncryptionSettings(master_key=f"file:{path}")


def of_command(program: str) -> EncryptionSettings:
    return EncryptionSettings(master_key=f"command:{shlex.join([sys.executable, '-c', program])}")


def test_without_the_setting_there_is_none() -> None:
    assert read(EncryptionSettings()) is None


def test_it_comes_from_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_text(f"{LINE}\n")
    path.chmod(0o644)
    with pytest.raises(RecordingError, match="chmod 600"):
        read(of_file(path))
    path.chmod(0o600)
    keys = read(of_file(path))
    assert keys and keys.current.key == KEY


def test_it_comes_from_a_command() -> None:
    keys = read(of_command(f"print('{LINE}')"))
    assert keys and keys.current.key == KEY


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (EncryptionSettings(master_key="file:/nowhere/master.key"), "No such file"),
        (EncryptionSettings(master_key="command:/nowhere/program"), "No such file"),
        (EncryptionSettings(master_key="command:'"), "cannot be run"),
        (of_command("raise SystemExit(3)"), "ended with 3"),
        (of_command(f"print('{LINE}x')"), "32 bytes in base64"),
    ],
)
def test_what_cannot_be_had_is_an_error_that_does_not_show_it(
    settings: EncryptionSettings, reason: str
) -> None:
    with pytest.raises(RecordingError, match=reason) as error:
        read(settings)
    assert LINE not in str(error.value)
