"""Is what lies in the archive what was sealed? Reads everything, changes nothing.

Works beside a running engine. A report says what is wrong, and just as plainly what no look at
these files can prove.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder import archive, chain, disk
from recorder.chain import Head, Link
from recorder.manifest import Audio, Manifest
from recorder.object_store import Content
from recorder.recording import RecordingError
from recorder.signing import PublicKey
from recorder.sound_file import LOSSLESS, pcm_sha256
from recorder.space import Watermarks
from recorder.store import Mark, Store, contact_by_name, recordings
from recorder.tombstone import Tombstone
from recorder.vault import Vault, encrypted


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed: the file or the number of the link, and what."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it was noted down where nobody who can write the archive can change it."""

    sequence: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """`12:9f86d0...`, as a report prints it. Raises ValueError."""
        sequence, _, digest = text.partition(":")
        if len(digest) != 64:
            raise ValueError("NUMBER:DIGEST with 64 hexadecimal digits")
        return cls(int(sequence), digest.lower())


@dataclass(frozen=True, slots=True)
class Report:
    """`head` is worth noting down elsewhere: it is the anchor of the next verification."""

    sealed: int
    findings: tuple[Finding, ...]
    unproven: tuple[str, ...]
    head: Anchor | None = None
    deleted: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """One manifest and its audio; no link where it cannot be trusted."""

    path: Path
    findings: tuple[Finding, ...]
    link: Link | None = None
    lossy: bool = False
    unopened: bool = False
    deleted: bool = False
    elsewhere: bool = False


Elsewhere = Callable[[str], Content | None]
"""What the object store has under the name of a file; it may raise RecordingError."""


def nowhere(_: str) -> None:
    """There is no object store."""


def verify_all(
    directory: Path,
    public: PublicKey,
    anchor: Anchor | None = None,
    elsewhere: Elsewhere = nowhere,
    vault: Vault | None = None,
) -> Report:
    """Every recording, and the chain that ties them together.

    Without the vault of what is encrypted it is not opened, and the report says so.
    """
    before = _head(directory, public)
    examined = [_examine(path, public, elsewhere, vault) for path in archive.manifests(directory)]
    links = [one.link for one in examined if one.link]
    known = _without_newer(links, before, _head(directory, public))
    findings = [finding for one in examined for finding in one.findings]
    findings += _unsealed(directory, lambda _: True)
    findings += [
        Finding(f"number {one.sequence}", f"{one.fault.value}: {one.detail}")
        for one in chain.breaks(known, before)
    ]
    if anchor:
        findings += _against_anchor(links, anchor)
    head = Anchor(before.sequence, before.link) if before and before.link else None
    unproven = (*_truncation(head, anchor), *_of_all(public), *_of_these(examined))
    return _report(examined, findings, unproven, head)


def verify_contact(
    directory: Path,
    public: PublicKey,
    contact_id: str,
    elsewhere: Elsewhere = nowhere,
    vault: Vault | None = None,
) -> Report:
    """The recordings of one contact by themselves."""
    paths = [
        path for path in archive.manifests(directory) if contact_by_name(path.name) == contact_id
    ]
    examined = [_examine(path, public, elsewhere, vault) for path in paths]
    findings = [finding for one in examined for finding in one.findings]
    findings += _unsealed(directory, lambda name: contact_by_name(name) == contact_id)
    if not examined:
        findings.append(Finding(contact_id, "no manifest of this contact is there"))
    others = "that this contact had no other recording: the chain of all (--all) tells"
    unproven = (others, *_of_all(public), *_of_these(examined))
    return _report(examined, findings, unproven)


def _report(
    examined: list[Examined],
    findings: list[Finding],
    unproven: tuple[str, ...],
    head: Anchor | None = None,
) -> Report:
    return Report(
        len(examined),
        tuple(findings),
        unproven,
        head,
        sum(one.deleted for one in examined),
        sum(one.elsewhere for one in examined),
    )


def _examine(path: Path, public: PublicKey, elsewhere: Elsewhere, vault: Vault | None) -> Examined:
    try:
        manifest = archive.read(path)
    except RecordingError as error:
        return Examined(path, (Finding(path.name, str(error)),))
    wrong = manifest.faults(public.accepts)
    if manifest.recording.name != path.stem:
        wrong.append(f"made for {manifest.recording.name}")
    deleted = archive.tombstone_path(path).exists()
    sound = path.with_name(Path(manifest.audio.file).name)
    here = disk.file_size(sound) is not None
    if deleted:
        wrong += _grave_faults(path, manifest, public)
    else:
        wrong += _audio_faults(path, manifest, sound, elsewhere, vault)
    link = archive.link_of(manifest)
    trusted = public.accepts(manifest.recording.canonical(), manifest.signature)
    return Examined(
        path,
        tuple(Finding(path.name, one) for one in wrong),
        link if trusted else None,
        lossy=not deleted and manifest.audio.format not in LOSSLESS,
        unopened=here and vault is None and encrypted(sound),
        deleted=deleted,
        elsewhere=not deleted and not here,
    )


def _grave_faults(path: Path, manifest: Manifest, public: PublicKey) -> Iterator[str]:
    """Of what was deleted: whether its tombstone can be believed, and whether nothing is left."""
    try:
        stone = Tombstone.parse(archive.tombstone_path(path).read_bytes())
        yield from stone.faults(path.stem, manifest.recording.digest(), public.accepts)
    except (RecordingError, OSError) as error:
        yield f"its tombstone cannot be read: {error}"
    for ending in archive.LEFTOVERS:
        if path.with_suffix(ending).exists():
            yield f"it was deleted, and {path.with_suffix(ending).name} is still there"


def _audio_faults(
    path: Path, manifest: Manifest, sound: Path, elsewhere: Elsewhere, vault: Vault | None
) -> Iterator[str]:
    audio: Audio = manifest.audio
    try:
        if disk.file_size(sound) is None:
            yield from _faults_elsewhere(sound, audio, elsewhere)
        elif disk.file_sha256(sound) != audio.sha256:
            yield f"{sound.name} was altered"
        elif audio.format in LOSSLESS and (vault or not encrypted(sound)):
            if pcm_sha256((vault or Vault()).decoded(sound)) != manifest.recording.pcm_sha256:
                yield f"{sound.name} has other samples than were recorded"
        picture = path.with_suffix(".peaks")
        if audio.peaks_sha256 and disk.file_size(picture) is None:
            yield f"{picture.name} is missing"
        elif audio.peaks_sha256 and disk.file_sha256(picture) != audio.peaks_sha256:
            yield f"{picture.name} was altered"
    except RecordingError as error:
        yield str(error)


def _faults_elsewhere(sound: Path, audio: Audio, elsewhere: Elsewhere) -> Iterator[str]:
    content = elsewhere(sound.name)
    if content is None:
        yield f"{sound.name} is missing"
    elif content != Content(audio.size, audio.sha256):
        yield f"{sound.name} was altered in the store"


def _unsealed(directory: Path, wanted: Callable[[str], bool]) -> Iterator[Finding]:
    """Sound without a manifest that no mark explains: nothing about it can be proven."""
    store = Store(directory, Watermarks.above(0))
    marks = (Mark.UNFINISHED, Mark.UNSEALED)
    awaited = {one.finished.path.stem for mark in marks for one in store.marked(mark)}
    for path in recordings(directory):
        if wanted(path.name) and path.stem not in awaited:
            if not archive.manifest_path(path).exists():
                yield Finding(path.name, "no manifest: nothing about it can be proven")


def _head(directory: Path, public: PublicKey) -> Head | None:
    path = archive.head_path(directory)
    return chain.read_head(path.read_bytes(), public.accepts) if path.exists() else None


def _without_newer(links: list[Link], before: Head | None, after: Head | None) -> list[Link]:
    """Less those that were sealed while we looked: the head we go by does not know them."""
    if not before or not after:
        return links
    newest = after.sequence + (1 if after.announced else 0)
    return [link for link in links if not before.sequence < link.sequence <= newest]


def _against_anchor(links: list[Link], anchor: Anchor) -> Iterator[Finding]:
    where = f"number {anchor.sequence}"
    same = [link for link in links if link.sequence == anchor.sequence]
    if not same:
        yield Finding(where, "the anchor is not in the chain: its end was removed")
    elif all(link.digest != anchor.digest for link in same):
        yield Finding(where, "the anchor is another: the chain was made anew")


def _truncation(head: Anchor | None, anchor: Anchor | None) -> Iterator[str]:
    if head is None:
        return
    if anchor is None or anchor.sequence < head.sequence:
        after = f" after number {anchor.sequence}" if anchor else ""
        yield (
            f"that no recording{after} was removed together with the head that named it, by"
            " putting an older head in place: note down the head elsewhere (--anchor)"
        )


def _of_all(public: PublicKey) -> Iterator[str]:
    yield f"that the key is yours: compare its fingerprint {public.fingerprint} (--public-key)"
    yield "that nobody else used the private key: whoever reads it can sign anything"
    yield "anything about calls that were never recorded: reconcile compares with the database"


def _of_these(examined: list[Examined]) -> Iterator[str]:
    if count := sum(one.deleted for one in examined):
        yield (
            f"that no copy is left of {count} deleted recordings in backups, or as an old version"
            " that a bucket keeps"
        )
    if count := sum(one.unopened for one in examined):
        yield (
            f"that {count} encrypted files can be opened and hold what was recorded: only that they"
            " are what was sealed; the master key tells more"
        )
    if count := sum(one.lossy for one in examined):
        yield f"that {count} lossy files sound like what was recorded: only that we made them of it"
