from __future__ import annotations

import stat
from pathlib import Path

import pytest

from recorder.recording import RecordingError
from recorder.signing import KEY_NAME, PUBLIC_NAME, PublicKey, keys, open_key


def test_the_first_start_makes_a_key_that_only_its_owner_may_read(tmp_path: Path) -> None:
    key = open_key(tmp_path)
    private, public = keys(tmp_path) / KEY_NAME, keys(tmp_path) / PUBLIC_NAME
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert PublicKey.read(public).fingerprint == key.public.fingerprint
    assert sorted(path.name for path in keys(tmp_path).iterdir()) == [KEY_NAME, PUBLIC_NAME]


def test_later_starts_sign_with_the_same_key(tmp_path: Path) -> None:
    signature = open_key(tmp_path).sign(b"said")
    assert open_key(tmp_path).sign(b"said") == signature
    assert open_key(tmp_path).public.accepts(b"said", signature)


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "é"])
def test_another_text_another_key_and_nonsense_are_not_accepted(
    tmp_path: Path, signature: str
) -> None:
    key, stranger = open_key(tmp_path / "ours"), open_key(tmp_path / "theirs")
    assert not key.public.accepts(b"saif", key.sign(b"said"))
    assert not key.public.accepts(b"said", stranger.sign(b"said"))
    assert not key.public.accepts(b"said", signature)


def test_a_signature_has_one_spelling(tmp_path: Path) -> None:
    key = open_key(tmp_path)
    signature = key.sign(b"said")
    for position, letter in enumerate(signature):
        changed = signature[:position] + chr(ord(letter) ^ 1) + signature[position + 1 :]
        assert not key.public.accepts(b"said", changed)


def test_a_lost_private_key_is_not_replaced_behind_our_back(tmp_path: Path) -> None:
    open_key(tmp_path)
    (keys(tmp_path) / KEY_NAME).unlink()
    with pytest.raises(RecordingError, match="put it back"):
        open_key(tmp_path)


def test_a_lost_public_key_is_made_again(tmp_path: Path) -> None:
    key = open_key(tmp_path)
    (keys(tmp_path) / PUBLIC_NAME).unlink()
    open_key(tmp_path)
    assert PublicKey.read(keys(tmp_path) / PUBLIC_NAME).fingerprint == key.public.fingerprint


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    open_key(tmp_path)
    (keys(tmp_path) / KEY_NAME).chmod(0o640)
    with pytest.raises(RecordingError, match="chmod 600"):
        open_key(tmp_path)


def test_a_public_key_of_somebody_else_is_found_out(tmp_path: Path) -> None:
    open_key(tmp_path / "ours")
    open_key(tmp_path / "theirs")
    foreign = (keys(tmp_path / "theirs") / PUBLIC_NAME).read_bytes()
    (keys(tmp_path / "ours") / PUBLIC_NAME).write_bytes(foreign)
    with pytest.raises(RecordingError, match="does not belong"):
        open_key(tmp_path / "ours")


@pytest.mark.parametrize("name", [KEY_NAME, PUBLIC_NAME])
def test_a_file_that_is_no_key_is_an_error_with_its_path(tmp_path: Path, name: str) -> None:
    open_key(tmp_path)
    (keys(tmp_path) / name).write_text("milk, eggs")
    with pytest.raises(RecordingError, match=name):
        open_key(tmp_path)


def test_what_a_crash_left_of_a_key_is_made_anew(tmp_path: Path) -> None:
    keys(tmp_path).mkdir()
    (keys(tmp_path) / "signing.fresh").write_text("half")
    assert open_key(tmp_path).sign(b"said")


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="signing key"):
        open_key(tmp_path / "file")
    with pytest.raises(RecordingError, match="absent"):
        PublicKey.read(tmp_path / "absent")
