"""`earshot recordings`: are they what was sealed, and do they agree with the database?"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config import ConfigError, Settings, StoreSettings, load
from engine.records import (
    MAX_ROWS,
    ContactRecord,
    RecordError,
    RecordingRecord,
    RecordingStatus,
    Records,
)
from recorder import RecordingError, Vault, master_key, reconciliation, verification
from recorder.object_store import ObjectStore
from recorder.reconciliation import Discrepancy, Expected, Marks, Row
from recorder.signing import PUBLIC_NAME, PublicKey, keys
from recorder.space import Watermarks
from recorder.store import Mark, Store, is_recording, recordings
from recorder.upload import key_of
from recorder.verification import Anchor, Elsewhere, Report, nowhere

recordings_app = typer.Typer(no_args_is_help=True, help="Prove recordings; compare with the rows.")

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file (TOML).")]
DEFAULT = Path("earshot.toml")
SETTLE_SECONDS = 1.0
STILL_SECONDS = 10.0
FOUND_SOMETHING, CANNOT = 1, 2  # exit codes
EXPECTED = {
    RecordingStatus.RECORDING: Expected.RUNNING,
    RecordingStatus.AVAILABLE: Expected.THERE,
    RecordingStatus.INTERRUPTED: Expected.THERE,
    RecordingStatus.FAILED: Expected.PERHAPS,
    RecordingStatus.DELETED: Expected.GONE,
}


@recordings_app.command()
def verify(
    config: ConfigOption = DEFAULT,
    contact: Annotated[str | None, typer.Option(help="The recordings of this contact.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All, and their chain.")] = False,
    public_key: Annotated[
        Path | None, typer.Option(help="A copy of signing.pub that was kept elsewhere.")
    ] = None,
    anchor: Annotated[
        str | None, typer.Option(help="NUMBER:DIGEST, a head that was noted down; with --all.")
    ] = None,
) -> None:
    """Say whether every byte is what was sealed, and what that does not prove. Exit code 1: no."""
    if bool(contact) == everything:
        fail("one of --contact ID and --all")
    settings = settings_or_exit(config)
    directory = settings.recording.directory
    try:
        public = PublicKey.read(public_key or keys(directory) / PUBLIC_NAME)
        known = Anchor.parse(anchor) if anchor else None
        elsewhere, vault = in_store(settings), vault_of(settings)
        if contact:
            report = verification.verify_contact(directory, public, contact, elsewhere, vault)
        else:
            report = verification.verify_all(directory, public, known, elsewhere, vault)
    except (RecordingError, OSError, ValueError) as error:
        fail(str(error))
    show(report)
    raise typer.Exit(FOUND_SOMETHING if report.findings else 0)


@recordings_app.command()
def reconcile(config: ConfigOption = DEFAULT) -> None:
    """Say which files, rows and marks do not fit together. Exit code 1: some."""
    settings = settings_or_exit(config)
    try:
        found = lasting_disagreements(settings)
    except (RecordingError, RecordError, OSError) as error:
        fail(str(error))
    for one in found:
        typer.echo(f"{one.mismatch.value}: {in_words(one.path)}")
    typer.echo(f"{len(found)} discrepancies")
    raise typer.Exit(FOUND_SOMETHING if found else 0)


def in_store(settings: Settings) -> Elsewhere:
    """Looks into the object store, where there is one."""
    if settings.store.location is None:
        return nowhere
    store = ObjectStore(settings.store)
    return lambda name: asyncio.run(store.content(key_of(name)))


def vault_of(settings: Settings) -> Vault | None:
    """None where no master key is configured. Raises RecordingError."""
    keys = master_key.read(settings.encryption)
    return Vault(keys) if keys else None


def lasting_disagreements(settings: Settings) -> list[Discrepancy]:
    """What an engine at work has not put right a moment later."""
    found = disagreements(settings)
    if found:
        time.sleep(SETTLE_SECONDS)
        still = set(disagreements(settings))
        found = [one for one in found if one in still]
    return found


def disagreements(settings: Settings) -> list[Discrepancy]:
    directory = settings.recording.directory.absolute()
    files = [*recordings(directory), *asyncio.run(stored(settings.store))]
    marks = read_marks(directory)
    return reconciliation.reconcile(asyncio.run(read_rows(settings.database.url)), files, marks)


async def stored(settings: StoreSettings) -> list[Path]:
    """Where the sounds in the object store lie, as rows say it."""
    if settings.location is None:
        return []
    store = ObjectStore(settings)
    return [Path(store.url(key)) for key in await store.keys() if is_recording(Path(key))]


def in_words(path: Path) -> str:
    """A path, or the URL that it was made of: a path has no double slash."""
    return str(path).replace("s3:/", "s3://", 1).replace("file:/", "file:///", 1)


def read_marks(directory: Path) -> Marks:
    """A file that is being written grows every second; one that does not has been left."""
    store = Store(directory, Watermarks.above(0))
    writing: list[Path] = []
    left: list[Path] = []
    for marked in store.marked(Mark.UNFINISHED):
        path = marked.finished.path
        grows = path.exists() and time.time() - path.stat().st_mtime < STILL_SECONDS
        (writing if grows else left).append(path)
    unsealed = [marked.finished.path for marked in store.marked(Mark.UNSEALED)]
    return Marks(tuple(writing), tuple(left), tuple(unsealed))


async def read_rows(url: str) -> list[Row]:
    """The rows of all recordings. Raises RecordError."""
    records = Records(url)
    try:
        return [
            row_of(one) for contact in await all_contacts(records) for one in contact.recordings
        ]
    finally:
        await records.close()


def row_of(recording: RecordingRecord) -> Row:
    path = Path(recording.location)
    if "://" not in recording.location:
        path = path.absolute()
    return Row(recording.contact_id, path, EXPECTED[recording.status])


async def all_contacts(records: Records) -> list[ContactRecord]:
    """Page by page, each from the last instant of the one before: instants may be shared.

    Raises RecordError also when more contacts than a page share one.
    """
    found: dict[str, ContactRecord] = {}
    page = await records.contacts(MAX_ROWS)
    while page:
        known = len(found)
        found |= {one.contact_id: one for one in page}
        if len(page) < MAX_ROWS:
            break
        if len(found) == known:
            raise RecordError(f"more than {MAX_ROWS} contacts at one instant: not all can be read")
        page = await records.contacts(MAX_ROWS, page[-1].initiation + timedelta(microseconds=1))
    return list(found.values())


def show(report: Report) -> None:
    for finding in report.findings:
        typer.echo(f"{finding.where}: {finding.what}")
    typer.echo(f"{report.sealed} sealed recordings, {len(report.findings)} findings")
    if report.deleted:
        typer.echo(f"{report.deleted} of them were deleted")
    if report.elsewhere:
        typer.echo(f"{report.elsewhere} of them are not on this disk")
    if report.head:
        typer.echo(f"Head: {report.head.sequence}:{report.head.digest}")
    typer.echo("Not proven:")
    for limit in report.unproven:
        typer.echo(f"- {limit}")


def settings_or_exit(config: Path) -> Settings:
    try:
        return load(config)
    except ConfigError as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    typer.echo(f"earshot: {message}", err=True)
    raise typer.Exit(CANNOT)
