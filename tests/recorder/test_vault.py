from __future__ import annotations

import stat
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest

from config.settings import RecordingSettings
from recorder import Archive, Facts, Finished, RecordingError, Transcoder, Writer, repair
from recorder.archive import manifest_path
from recorder.cipher import Tampered
from recorder.data_key import MasterKey, MasterKeys
from recorder.encrypted_file import PlainFile
from recorder.manifest import Format
from recorder.peaks import BUCKETS
from recorder.signing import PUBLIC_NAME, PublicKey, keys
from recorder.sound_file import read as read_sound
from recorder.space import Watermarks
from recorder.store import Mark, Store
from recorder.vault import Vault, encrypted, key_path
from recorder.verification import verify_all
from tests.recorder.desk import desk, wait_until
from tests.recorder.shelf import flip, recorded
from tests.recorder.sources import STARTED, Tape, contact_id, conversation
from tests.rig.patience import PATIENCE_SECONDS

OLD, NEW = MasterKey(bytes(32)), MasterKey(bytes(range(32)))
VAULT = Vault(MasterKeys((OLD,)))
SPEECH = conversation(0.5)


def sealed(directory: Path, vault: Vault = VAULT) -> tuple[Archive, Finished]:
    archive = Archive(directory, vault)
    finished = recorded(directory, 1, vault=vault)
    archive.seal(finished, Facts(STARTED))
    return archive, finished


def test_a_recording_is_encrypted_from_its_first_frame_and_its_key_lies_beside_it(
    tmp_path: Path,
) -> None:
    with desk(tmp_path, vault=VAULT) as one:
        path = one.writer.start_recording(contact_id(1), STARTED, Tape(SPEECH))
        assert stat.S_IMODE(key_path(path).stat().st_mode) == 0o640
        finished = one.finished()
    assert (finished.error, finished.frames) == (None, len(SPEECH) // 4)
    assert encrypted(path) and SPEECH[:64] not in path.read_bytes()
    with VAULT.open(path) as file:
        assert file.read()[44:] == SPEECH


def test_what_was_recorded_before_there_was_a_key_goes_on_to_be_read(tmp_path: Path) -> None:
    archive, finished = sealed(tmp_path, Vault())
    assert not encrypted(finished.path)
    with VAULT.open(finished.path) as file:
        assert file.read()[44:] == SPEECH
    assert VAULT.data_key(finished.path) is None
    assert VAULT.decoded(finished.path) == finished.path
    assert VAULT.measure(finished.path) == archive.vault.measure(finished.path)


def test_without_the_master_key_and_without_its_own_it_is_not_opened(tmp_path: Path) -> None:
    _, finished = sealed(tmp_path)
    with pytest.raises(RecordingError, match="no master key is configured"):
        Vault().open(finished.path)
    with pytest.raises(RecordingError, match="which is not here"):
        Vault(MasterKeys((NEW,))).open(finished.path)
    key_path(finished.path).write_bytes(b"{}")
    with pytest.raises(RecordingError, match=r"\.key: not a wrapped key"):
        VAULT.open(finished.path)
    key_path(finished.path).unlink()
    with pytest.raises(RecordingError, match=r"\.key: No such file"):
        VAULT.open(finished.path)
    with pytest.raises(RecordingError, match="No such file"):
        VAULT.open(tmp_path / "none.wav")


def test_a_recording_that_cannot_be_made_leaves_no_key(tmp_path: Path) -> None:
    (tmp_path / "one.wav").touch()
    with pytest.raises(RecordingError, match="File exists"):
        VAULT.create(tmp_path / "one.wav")
    assert not key_path(tmp_path / "one.wav").exists()


def test_a_new_master_key_takes_over_and_no_recording_is_written_again(tmp_path: Path) -> None:
    _, finished = sealed(tmp_path)
    before = finished.path.read_bytes()
    both = Vault(MasterKeys((NEW, OLD)))
    assert both.rewrap(key_path(finished.path))
    assert not both.rewrap(key_path(finished.path))
    assert finished.path.read_bytes() == before
    with Vault(MasterKeys((NEW,))).open(finished.path) as file:
        assert file.read()[44:] == SPEECH
    with pytest.raises(RecordingError, match="which is not here"):
        VAULT.rewrap(key_path(finished.path))


@pytest.mark.parametrize("format", ["wav", "flac", "opus"])
def test_the_lasting_format_and_the_waveform_are_encrypted_too(
    tmp_path: Path, format: Format
) -> None:
    archive, finished = sealed(tmp_path)
    path = manifest_path(finished.path)
    transcoder = Transcoder(archive, format)
    transcoder.start()
    try:
        audio = transcoder.submit(path).result(timeout=PATIENCE_SECONDS).audio
    finally:
        transcoder.stop()
    archive.converted(path)
    sound, picture = path.with_name(audio.file), path.with_suffix(".peaks")
    assert encrypted(sound) and encrypted(picture)
    with VAULT.open(picture) as file:
        assert len(file.read()) == 2 * 2 * BUCKETS
    content = VAULT.decoded(sound)
    assert not isinstance(content, Path)
    assert format == "opus" or read_sound(content).samples == SPEECH
    assert {each.suffix for each in path.parent.iterdir()} == {
        f".{format}", ".key", ".peaks", ".json",
    }  # fmt: skip
    public = PublicKey.read(keys(tmp_path) / PUBLIC_NAME)
    report = verify_all(tmp_path, public, vault=VAULT)
    assert report.findings == () and not any("master key" in one for one in report.unproven)
    blind = verify_all(tmp_path, public)
    assert blind.findings == () and any("1 encrypted files" in one for one in blind.unproven)
    flip(sound, 300)
    assert [one.what for one in verify_all(tmp_path, public).findings] == [
        f"{sound.name} was altered"
    ]
    with pytest.raises(Tampered):
        VAULT.decoded(sound)


def test_a_recording_under_another_key_is_found_although_it_is_what_was_sealed(
    tmp_path: Path,
) -> None:
    _, finished = sealed(tmp_path)
    other = Vault(MasterKeys((OLD,)))
    spare = tmp_path / "spare" / finished.path.name
    spare.parent.mkdir()
    other.create(spare).close()
    key_path(finished.path).write_bytes(key_path(spare).read_bytes())
    public = PublicKey.read(keys(tmp_path) / PUBLIC_NAME)
    [finding] = verify_all(tmp_path, public, vault=VAULT).findings
    assert "is not what was encrypted" in finding.what


def test_what_a_crash_left_is_repaired_and_a_key_without_a_recording_goes(tmp_path: Path) -> None:
    store = Store(tmp_path, Watermarks.above(0))
    left = VAULT.create(store.reserve(contact_id(1), STARTED))
    left.write(SPEECH)
    bare = store.reserve(contact_id(2), STARTED)
    key_path(bare).write_bytes(b"{}")
    [repaired] = repair(tmp_path, VAULT)
    assert (repaired.frames, repaired.error) == (len(SPEECH) // 4, None)
    assert not key_path(bare).exists()
    [marked] = store.marked(Mark.UNSEALED)
    assert Archive(tmp_path, VAULT).seal(marked.finished, Facts(STARTED))
    with PlainFile(left.path, VAULT.data_key(left.path) or b"") as file:
        assert file.whole()[44:] == SPEECH
    left.close()


def test_a_writer_without_a_vault_encrypts_nothing(tmp_path: Path) -> None:
    reports: list[Finished] = []
    writer = Writer(RecordingSettings(directory=tmp_path, min_free_bytes=0), reports.append)
    writer.start()
    path = writer.start_recording(contact_id(1), STARTED, Tape(SPEECH))
    assert writer.stop()
    assert len(reports) == 1 and not encrypted(path)


def test_a_killed_process_leaves_as_much_as_it_does_without_encryption(tmp_path: Path) -> None:
    master = b64encode(OLD.key).decode()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.recorder.sources", str(tmp_path), master],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout
        path, began = child.stdout.readline().split()
        wait_until(lambda: time.monotonic() > float(began) + 2.9)
        killed_after = time.monotonic() - float(began)
        child.kill()
    [repaired] = repair(tmp_path, VAULT)
    assert repaired.error is None
    assert (killed_after - 1.5) * 8000 <= repaired.frames <= killed_after * 8000
    content = VAULT.decoded(Path(path))
    assert not isinstance(content, Path)
    heard = read_sound(content).samples
    steady = conversation(1.0) * 5
    assert len(heard) == 4 * repaired.frames and steady.startswith(heard)
