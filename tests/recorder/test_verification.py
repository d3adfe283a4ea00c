from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import soundfile

from recorder import Transcoder
from recorder.archive import head_path, read
from recorder.manifest import Format
from recorder.signing import PUBLIC_NAME, PublicKey, keys, open_key
from recorder.verification import Anchor, Report, verify_all, verify_contact
from tests.recorder.shelf import flip, recorded, sealed, shelf
from tests.recorder.sources import contact_id
from tests.rig.patience import PATIENCE_SECONDS


def verified(directory: Path, anchor: Anchor | None = None) -> Report:
    return verify_all(directory, PublicKey.read(keys(directory) / PUBLIC_NAME), anchor)


def whats(report: Report) -> list[str]:
    return [finding.what for finding in report.findings]


def converted(directory: Path, wanted: Format) -> list[Path]:
    archive, paths = shelf(directory, 2)
    transcoder = Transcoder(archive, wanted)
    transcoder.start()
    for path in paths:
        transcoder.submit(path).result(PATIENCE_SECONDS)
        archive.converted(path)
    transcoder.stop()
    return paths


def test_what_was_sealed_is_found_clean_and_the_limits_are_told(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 3)
    report = verified(tmp_path)
    assert (report.sealed, report.findings) == (3, ())
    assert report.head == Anchor(3, read(paths[-1]).recording.digest())
    truncation, key, thief, unrecorded = report.unproven
    assert "older head" in truncation
    assert open_key(tmp_path).public.fingerprint in key
    assert "private key" in thief and "never recorded" in unrecorded


def test_an_empty_archive_is_clean(tmp_path: Path) -> None:
    open_key(tmp_path)
    assert verified(tmp_path).findings == ()


@pytest.mark.parametrize("position", [0, 30, 44, 1000, -1])
def test_a_flipped_byte_of_the_sound_is_found(tmp_path: Path, position: int) -> None:
    _, paths = shelf(tmp_path, 3)
    wav = paths[1].with_suffix(".wav")
    flip(wav, position)
    (finding,) = verified(tmp_path).findings
    assert (finding.where, finding.what) == (paths[1].name, f"{wav.name} was altered")


def test_a_flipped_byte_anywhere_in_a_manifest_and_of_the_head_is_found(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    public = open_key(tmp_path).public
    for file in (paths[0], head_path(tmp_path)):
        whole = file.read_bytes()
        for position in range(0, len(whole), 3):
            flip(file, position)
            assert verify_all(tmp_path, public).findings, f"{file.name} {position}"
            file.write_bytes(whole)
    assert verify_all(tmp_path, public).findings == ()


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    paths[0].with_suffix(".wav").unlink()
    assert whats(verified(tmp_path)) == [f"{paths[0].stem}.wav is missing"]


def test_a_recording_removed_with_its_manifest_is_missed_in_the_chain(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 3)
    for path in (paths[1], paths[1].with_suffix(".wav")):
        path.unlink()
    (finding,) = verified(tmp_path).findings
    assert (finding.where, finding.what) == (
        "number 2",
        "a link is missing: no manifest has this number",
    )


def test_the_last_recordings_removed_are_missed_by_the_head(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 3)
    for path in paths[1:]:
        path.unlink()
        path.with_suffix(".wav").unlink()
    assert [finding.where for finding in verified(tmp_path).findings] == ["number 2", "number 3"]


def test_an_older_head_hides_what_was_removed_unless_an_anchor_was_kept(tmp_path: Path) -> None:
    archive, _ = shelf(tmp_path, 1)
    old_head = head_path(tmp_path).read_bytes()
    sealed(archive, tmp_path, 2)
    anchor = verified(tmp_path).head
    assert anchor and not any("older head" in one for one in verified(tmp_path, anchor).unproven)
    for path in list((tmp_path / "CallRecordings").rglob(f"{contact_id(2)}*")):
        path.unlink()
    head_path(tmp_path).write_bytes(old_head)
    hidden = verified(tmp_path)
    assert hidden.findings == () and "older head" in hidden.unproven[0]
    assert whats(verified(tmp_path, anchor)) == [
        "the anchor is not in the chain: its end was removed"
    ]


def test_a_chain_made_anew_with_another_key_is_found(tmp_path: Path) -> None:
    shelf(tmp_path / "ours", 2)
    archive, _ = shelf(tmp_path / "theirs", 1)
    sealed(archive, tmp_path / "theirs", 9)
    ours = open_key(tmp_path / "ours").public
    report = verify_all(tmp_path / "theirs", ours)
    assert "the signature of the recording is wrong" in whats(report)
    anchor = verified(tmp_path / "ours").head
    assert "the anchor is another: the chain was made anew" in whats(
        verified(tmp_path / "theirs", anchor)
    )


def test_a_lost_head_is_found(tmp_path: Path) -> None:
    shelf(tmp_path, 2)
    head_path(tmp_path).unlink()
    report = verified(tmp_path)
    assert report.head is None
    assert whats(report) == ["the head is missing or not signed: what came after cannot be known"]


def test_a_manifest_under_another_name_is_found(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    paths[0].rename(paths[1])
    assert any(what.startswith("made for") for what in whats(verified(tmp_path)))


def test_sound_without_a_manifest_is_found_unless_it_is_on_its_way(tmp_path: Path) -> None:
    _, (path,) = shelf(tmp_path, 1)
    waiting = recorded(tmp_path, 2)
    assert verified(tmp_path).findings == ()
    path.with_name(f"{contact_id(9)}_20240229T23:59_UTC.wav").write_bytes(b"RIFF")
    assert whats(verified(tmp_path)) == ["no manifest: nothing about it can be proven"]
    assert waiting.path.exists()


@pytest.mark.parametrize("wanted", ["flac", "opus", "wav"])
def test_other_formats_and_waveforms_are_checked_too(tmp_path: Path, wanted: Format) -> None:
    paths = converted(tmp_path, wanted)
    report = verified(tmp_path)
    assert report.findings == ()
    assert any("lossy" in one for one in report.unproven) == (wanted == "opus")
    flip(paths[0].with_suffix(f".{wanted}"), -1)
    flip(paths[1].with_suffix(".peaks"), 7)
    assert whats(verified(tmp_path)) == [
        f"{paths[0].stem}.{wanted} was altered",
        f"{paths[1].stem}.peaks was altered",
    ]
    paths[1].with_suffix(".peaks").unlink()
    assert f"{paths[1].stem}.peaks is missing" in whats(verified(tmp_path))


def test_a_copy_that_was_signed_but_has_other_samples_is_found(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    flac = path.with_suffix(".flac")
    sound, rate = soundfile.read(path.with_suffix(".wav"), dtype="int16")
    sound[0, 0] += 1
    soundfile.write(flac, sound, rate)
    signed = read(path).audio.model_copy(
        update={
            "file": flac.name,
            "format": "flac",
            "size": flac.stat().st_size,
            "sha256": hashlib.sha256(flac.read_bytes()).hexdigest(),
        }
    )
    archive.replace_audio(path, signed)
    assert whats(verified(tmp_path)) == [f"{flac.name} has other samples than were recorded"]


def test_one_contact_is_looked_at_by_itself(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 3)
    public = open_key(tmp_path).public
    flip(paths[0].with_suffix(".wav"), 100)
    paths[2].unlink()
    good = verify_contact(tmp_path, public, contact_id(2))
    assert (good.sealed, good.findings) == (1, ())
    assert "--all" in good.unproven[0]
    assert whats(verify_contact(tmp_path, public, contact_id(1))) == [
        f"{paths[0].stem}.wav was altered"
    ]
    assert whats(verify_contact(tmp_path, public, contact_id(3))) == [
        "no manifest: nothing about it can be proven",
        "no manifest of this contact is there",
    ]


def test_a_verification_beside_an_engine_at_work_finds_nothing(tmp_path: Path) -> None:
    archive, _ = shelf(tmp_path, 1)
    for number in range(2, 8):
        recorded(tmp_path, number + 100)
        sealed(archive, tmp_path, number)
        assert verified(tmp_path).findings == ()


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 64])
def test_an_anchor_is_a_number_and_a_digest(text: str) -> None:
    assert Anchor.parse("12:" + "AB" * 32) == Anchor(12, "ab" * 32)
    with pytest.raises(ValueError, match=r"hexadecimal|invalid literal"):
        Anchor.parse(text)
