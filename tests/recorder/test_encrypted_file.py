from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder import RecordingError
from recorder.cipher import CHUNK_BYTES, HEADER_BYTES, SEALED_BYTES, Extent, Tampered
from recorder.encrypted_file import EncryptedLiveFile, PlainFile, encrypt, repair
from recorder.sound_file import read as read_sound
from recorder.sound_file import wav_header
from tests.recorder.sources import conversation

KEY = bytes(range(32))
SPEECH = conversation(2.0)
BLOCK = 12_000  # bytes the writer adds at once


def plain(path: Path) -> bytes:
    with PlainFile(path, KEY) as file:
        return file.whole()


def written(path: Path, speech: bytes = SPEECH, block: int = BLOCK) -> EncryptedLiveFile:
    """One that is not closed yet."""
    file = EncryptedLiveFile(path, KEY)
    for at in range(0, len(speech), block):
        file.write(speech[at : at + block])
    return file


@pytest.mark.parametrize("block", [4, 400, CHUNK_BYTES, BLOCK, len(SPEECH)])
def test_what_was_written_in_any_blocks_is_read_as_a_wav(tmp_path: Path, block: int) -> None:
    speech = SPEECH[: 100 * block]
    file = written(tmp_path / "one.wav", speech, block)
    file.close()
    assert file.frames == len(speech) // 4
    content = read_sound(io.BytesIO(plain(file.path)))
    assert (content.samples, content.rate, content.channels) == (speech, 8000, 2)
    assert SPEECH[:64] not in file.path.read_bytes()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o640


def test_an_empty_one_is_an_empty_wav(tmp_path: Path) -> None:
    file = EncryptedLiveFile(tmp_path / "one.wav", KEY)
    file.close()
    assert read_sound(io.BytesIO(plain(file.path))).samples == b""


def test_every_block_is_on_the_disk_when_it_was_written(tmp_path: Path) -> None:
    file = EncryptedLiveFile(tmp_path / "one.wav", KEY)
    for end in range(BLOCK, len(SPEECH), BLOCK):
        file.write(SPEECH[end - BLOCK : end])
        left = tmp_path / "left.wav"  # what a kill at this moment leaves
        left.write_bytes(file.path.read_bytes())
        assert repair(left, KEY) == end // 4
        assert plain(left)[44:] == SPEECH[:end]
    file.close()


@settings(deadline=None, max_examples=50)
@given(st.integers(HEADER_BYTES + 16, HEADER_BYTES + 2 * SEALED_BYTES))
def test_cut_off_anywhere_it_keeps_every_chunk_that_is_whole(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "one.wav"
    written(path)
    os.truncate(path, size)
    chunks = (size - HEADER_BYTES) // SEALED_BYTES
    if not chunks:
        with pytest.raises(RecordingError, match="not even its first chunk"):
            repair(path, KEY)
        return
    assert repair(path, KEY) == chunks * CHUNK_BYTES // 4
    assert plain(path)[44:] == SPEECH[: chunks * CHUNK_BYTES]


def test_killed_within_a_write_it_loses_the_chunk_that_was_written_again_at_most(
    tmp_path: Path,
) -> None:
    file = written(tmp_path / "one.wav")
    before = file.path.read_bytes()
    file.write(SPEECH[:BLOCK])
    after = file.path.read_bytes()
    for torn in range(len(before) - SEALED_BYTES, len(before), 97):
        path = tmp_path / "torn.wav"
        path.write_bytes(after[:torn] + before[torn:])
        assert len(SPEECH) // 4 - repair(path, KEY) <= CHUNK_BYTES // 4
        assert SPEECH.startswith(plain(path)[44:])


def test_repaired_twice_it_is_the_same_and_a_finished_one_stays_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "one.wav").path
    assert repair(path, KEY) == len(SPEECH) // 4
    once = path.read_bytes()
    assert repair(path, KEY) == len(SPEECH) // 4
    assert path.read_bytes() == once


def test_one_that_is_not_finished_cannot_be_passed_off_as_finished(tmp_path: Path) -> None:
    path = written(tmp_path / "one.wav").path
    with pytest.raises(Tampered):
        plain(path)
    repair(path, KEY)
    os.truncate(path, HEADER_BYTES + SEALED_BYTES)
    with pytest.raises(Tampered):
        plain(path)


def test_a_file_that_broke_is_salvaged_as_far_as_it_got(tmp_path: Path) -> None:
    file = written(tmp_path / "one.wav")
    with file.path.open("ab") as other:
        other.write(bytes(100))
    file.salvage()
    assert file.frames == len(SPEECH) // 4
    assert plain(file.path)[44:] == SPEECH


def test_what_cannot_be_made_written_or_repaired_says_why(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be created: No such file"):
        EncryptedLiveFile(tmp_path / "nowhere" / "one.wav", KEY)
    path = written(tmp_path / "one.wav").path
    with pytest.raises(RecordingError, match="cannot be created: File exists"):
        EncryptedLiveFile(path, KEY)
    with pytest.raises(RecordingError, match="not even its first chunk"):
        repair(path, KEY[::-1])
    with pytest.raises(RecordingError, match="No such file"):
        repair(tmp_path / "none.wav", KEY)
    (tmp_path / "none.wav").write_bytes(b"RIFF")
    with pytest.raises(RecordingError, match="not an encrypted recording"):
        repair(tmp_path / "none.wav", KEY)
    with pytest.raises(RecordingError, match="not an encrypted recording"):
        PlainFile(tmp_path / "none.wav", KEY)
    with pytest.raises(RecordingError, match="No such file"):
        PlainFile(tmp_path / "nothing.wav", KEY)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, len(SPEECH)])
def test_any_file_is_encrypted_as_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / "one.flac"
    encrypt(io.BytesIO(SPEECH[:size]), path, KEY)
    assert plain(path) == SPEECH[:size]
    assert Extent(path.stat().st_size).text_bytes == size


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = written(tmp_path_factory.mktemp("encrypted") / "one.wav")
    file.close()
    return file.path


@settings(deadline=None, max_examples=50)
@given(first=st.integers(0, 70_000), length=st.integers(0, 70_000))
def test_it_is_sought_and_read_like_the_wav_it_stands_for(
    encrypted: Path, first: int, length: int
) -> None:
    whole = wav_header(len(SPEECH) // 4, 8000) + SPEECH
    with PlainFile(encrypted, KEY) as file:
        assert file.part(first, first + length) == whole[first : first + length]
        assert file.seek(first) == file.tell() == first
        assert file.read(length) == whole[first : first + length]
        assert file.seek(-4, os.SEEK_END) == len(whole) - 4
        assert file.read() == whole[-4:]
        file.seek(-4, os.SEEK_CUR)
        assert file.seekable() and file.readable() and file.read(4) == whole[-4:]
