from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

import recorder
from recorder import Archive, Facts, RecordingError, Suspended
from recorder.archive import head_path, link_of, manifest_path, manifests, read
from recorder.chain import SignedHead, at
from recorder.signing import open_key
from recorder.sound_file import LiveFile
from recorder.space import Watermarks
from recorder.store import CUT_SHORT, Marked, Store
from recorder.verification import verify_all
from tests.recorder.shelf import recorded, sealed, shelf
from tests.recorder.sources import STARTED, contact_id, conversation


def write_head(directory: Path, manifest: recorder.Manifest, *, announced: bool) -> None:
    """The head as a crash may leave it: before that manifest's link, which it may announce."""
    link, key = link_of(manifest), open_key(directory)
    before = at(replace(link, sequence=link.sequence - 1, digest=link.previous or ""))
    head = before.announce(link) if announced else before
    head_path(directory).write_bytes(SignedHead.sign(head, key.sign).canonical())


def test_a_manifest_lies_beside_its_recording_and_has_its_hashes(tmp_path: Path) -> None:
    finished = recorded(tmp_path, 1)
    manifest = Archive(tmp_path).seal(finished, Facts(STARTED))
    path = finished.path.with_suffix(".json")
    assert read(path) == manifest
    wav = finished.path.read_bytes()
    assert manifest.audio.sha256 == hashlib.sha256(wav).hexdigest()
    assert manifest.audio.size == len(wav)
    assert manifest.recording.pcm_sha256 == hashlib.sha256(conversation(0.5)).hexdigest()
    assert manifest.recording.name == finished.path.stem
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not list(tmp_path.rglob("*.fresh"))


def test_each_link_names_the_one_before_also_after_a_restart(tmp_path: Path) -> None:
    first = sealed(Archive(tmp_path), tmp_path, 1)
    second = sealed(Archive(tmp_path), tmp_path, 2)
    assert (first.recording.sequence, first.recording.previous) == (1, None)
    assert second.recording.sequence == 2
    assert second.recording.previous == first.recording.digest()
    assert second.recording.healed is None


def test_links_made_at_the_same_time_are_still_one_chain(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: sealed(archive, tmp_path, number), range(1, 33)))
    links = sorted((link_of(one) for one in made), key=lambda link: link.sequence)
    assert [link.sequence for link in links] == list(range(1, 33))
    assert [link.previous for link in links[1:]] == [link.digest for link in links[:-1]]


def test_what_was_finished_waits_until_it_is_sealed(tmp_path: Path) -> None:
    finished = recorded(tmp_path, 1)
    archive = Archive(tmp_path)
    assert archive.unsealed() == [Marked(STARTED, finished)]
    archive.seal(finished, Facts(STARTED))
    assert archive.unsealed() == []
    assert archive.unconverted() == [manifest_path(finished.path)]


def test_sealing_twice_is_sealing_once(tmp_path: Path) -> None:
    archive, finished = Archive(tmp_path), recorded(tmp_path, 1)
    first = archive.seal(finished, Facts(STARTED))
    assert archive.seal(finished, Facts(STARTED)) == first
    assert sealed(archive, tmp_path, 2).recording.sequence == 2


def test_a_recording_cut_short_is_sealed_with_what_was_known_of_it(tmp_path: Path) -> None:
    store = Store(tmp_path, Watermarks.above(0))
    file = LiveFile(store.reserve(contact_id(1), STARTED))
    file.write(conversation(1.0))
    file.close()
    finished = recorder.Finished(
        contact_id(1), file.path, 0, 8000, 0, suspended=(Suspended(5, 5, 1 << 62, "card", "bob"),)
    )
    store.note(Marked(STARTED, finished))
    recorder.repair(tmp_path)
    archive = Archive(tmp_path)
    (left,) = archive.unsealed()
    manifest = archive.seal(left.finished, Facts(left.started))
    assert (manifest.recording.frames, manifest.recording.error) == (8000, CUT_SHORT)
    assert manifest.recording.suspended == (Suspended(5, 5, 8000, "card", "bob"),)
    assert manifest.recording.started == STARTED


def test_a_recording_that_is_not_there_cannot_be_sealed_and_takes_no_number(
    tmp_path: Path,
) -> None:
    archive, finished = Archive(tmp_path), recorded(tmp_path, 1)
    finished.path.unlink()
    with pytest.raises(RecordingError, match="No such file"):
        archive.seal(finished, Facts(STARTED))
    assert sealed(archive, tmp_path, 2).recording.sequence == 1


def test_a_crash_after_the_announcement_is_told_in_the_next_link(tmp_path: Path) -> None:
    archive, paths = shelf(tmp_path, 2)
    write_head(tmp_path, read(paths[1]), announced=True)
    paths[1].unlink()
    archive = Archive(tmp_path)
    assert "number 2, announced" in str(archive.healed)
    third = sealed(archive, tmp_path, 3)
    assert (third.recording.sequence, third.recording.previous) == (
        2,
        read(paths[0]).recording.digest(),
    )
    assert third.recording.healed and "was not written" in third.recording.healed
    assert sealed(archive, tmp_path, 4).recording.healed is None


def test_a_crash_before_the_head_followed_is_told_in_the_next_link(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    second = read(paths[1])
    write_head(tmp_path, second, announced=True)
    third = sealed(Archive(tmp_path), tmp_path, 3)
    assert (third.recording.sequence, third.recording.previous) == (3, second.recording.digest())
    assert third.recording.healed == "number 2 was written, the head had not followed"


@pytest.mark.parametrize("left_of_it", [None, b"", b"{}"])
def test_a_head_that_is_lost_is_found_again_and_that_is_told(
    tmp_path: Path, left_of_it: bytes | None
) -> None:
    _, paths = shelf(tmp_path, 3)
    head_path(tmp_path).unlink()
    if left_of_it is not None:
        head_path(tmp_path).write_bytes(left_of_it)
    fourth = sealed(Archive(tmp_path), tmp_path, 4)
    assert fourth.recording.sequence == 4
    assert fourth.recording.previous == read(paths[2]).recording.digest()
    assert fourth.recording.healed and "the head was lost" in fourth.recording.healed


def test_a_manifest_that_was_altered_does_not_become_the_head(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    head_path(tmp_path).unlink()
    paths[1].write_bytes(paths[1].read_bytes().replace(b'"sequence": 2', b'"sequence": 9'))
    assert sealed(Archive(tmp_path), tmp_path, 3).recording.sequence == 2


def test_another_file_changes_the_audio_and_no_link(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    before = read(path)
    audio = before.audio.model_copy(update={"peaks_sha256": "0" * 64})
    after = archive.replace_audio(path, audio)
    assert read(path) == after
    assert after.recording == before.recording and after.signature == before.signature
    assert after.audio.peaks_sha256 == "0" * 64
    assert not after.faults(open_key(tmp_path).public.accepts)


def test_a_manifest_that_was_altered_is_not_signed_again(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    path.write_bytes(path.read_bytes().replace(b'"frames": 4000', b'"frames": 2000'))
    altered = read(path)
    audio = altered.audio.model_copy(update={"recording": altered.recording.digest()})
    with pytest.raises(RecordingError, match="signature of the recording is wrong"):
        archive.replace_audio(path, audio)
    assert read(path) == altered


def test_a_manifest_that_cannot_be_written_leaves_nothing_and_takes_no_number(
    tmp_path: Path,
) -> None:
    archive, finished = Archive(tmp_path), recorded(tmp_path, 1)
    in_the_way = manifest_path(finished.path).with_suffix(".fresh")
    in_the_way.mkdir()
    with pytest.raises(RecordingError, match="cannot be written"):
        archive.seal(finished, Facts(STARTED))
    in_the_way.rmdir()
    assert archive.unsealed() == [Marked(STARTED, finished)]
    assert archive.seal(finished, Facts(STARTED)).recording.sequence == 1
    assert verify_all(tmp_path, open_key(tmp_path).public).findings == ()


def test_the_wav_goes_only_when_the_manifest_names_a_whole_copy(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    wav, flac = path.with_suffix(".wav"), path.with_suffix(".flac")
    soundfile.write(flac, *soundfile.read(wav, dtype="int16"))
    size = flac.stat().st_size
    values = {"format": "flac", "file": flac.name, "size": size + 1}
    archive.replace_audio(path, read(path).audio.model_copy(update=values))
    with pytest.raises(RecordingError, match="the WAV stays"):
        archive.converted(path)
    assert wav.exists() and archive.unconverted() == [path]
    archive.replace_audio(path, read(path).audio.model_copy(update={"size": size}))
    archive.converted(path)
    assert not wav.exists() and archive.unconverted() == []


def test_a_recording_that_stays_a_wav_keeps_it(tmp_path: Path) -> None:
    archive, (path,) = shelf(tmp_path, 1)
    archive.converted(path)
    assert path.with_suffix(".wav").exists() and archive.unconverted() == []


def test_only_manifests_of_recordings_are_manifests(tmp_path: Path) -> None:
    _, paths = shelf(tmp_path, 2)
    paths[0].with_name("notes_UTC.json").write_text("{}")
    assert manifests(tmp_path) == sorted(paths)


def test_a_manifest_that_is_not_there_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"absent\.json"):
        read(tmp_path / "absent.json")


def seal_what_waits(directory: Path, at_most: int = 100) -> None:
    """Runs in a process of its own, to be killed in the middle."""
    archive = Archive(directory)
    for left in archive.unsealed()[:at_most]:
        archive.seal(left.finished, Facts(left.started))
        print("sealed", flush=True)


def test_killed_at_any_moment_the_chain_goes_on_and_no_recording_is_left_out(
    tmp_path: Path,
) -> None:
    for number in range(1, 101):
        recorded(tmp_path, number, seconds=0.01)
    program = (
        "from pathlib import Path\n"
        "from tests.recorder.test_archive import seal_what_waits\n"
        f"seal_what_waits(Path({str(tmp_path)!r}), at_most=20)\n"
    )
    for round_ in range(4):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
            assert child.stdout and child.stdout.readline() == b"sealed\n"
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=0.001 + 0.003 * round_)
            child.kill()
    assert 0 < len(Archive(tmp_path).unsealed()) < 100
    seal_what_waits(tmp_path)
    report = verify_all(tmp_path, open_key(tmp_path).public)
    assert (report.sealed, report.findings) == (100, ())
    assert report.head and report.head.sequence == 100
