"""`earshot recordings ...`: what waits, what is held, what is deleted.

What is decided here the engine carries out, within seconds or at its next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from engine.custody import Custody
from engine.recordings_command import (
    DEFAULT,
    FOUND_SOMETHING,
    ConfigOption,
    fail,
    settings_or_exit,
    vault_of,
)
from engine.records import RecordError, Records
from engine.refused import Refused
from recorder import RecordingError
from recorder.errand import Errand, State
from recorder.object_store import ObjectStore
from recorder.rewrapping import rewrap_all

WhoOption = Annotated[str, typer.Option(help="Who wants it.")]
WhyOption = Annotated[str, typer.Option(help="Why; it is kept.")]
T = TypeVar("T")


def uploads(
    config: ConfigOption = DEFAULT,
    retry: Annotated[
        list[str] | None, typer.Option(help="Try this recording again now; may be repeated.")
    ] = None,
    retry_dead: Annotated[bool, typer.Option(help="Try all dead letters again now.")] = False,
) -> None:
    """Say what is still on its way, or to be erased, and what never arrived. Exit code 1: that."""
    if retry or retry_dead:
        names, now = retry or [], datetime.now(UTC)
        count = ask(config, lambda custody: custody.retry(names, now))
        typer.echo(f"{count} to be tried again")
        return
    errands = ask(config, lambda custody: custody.errands())
    dead = [one for one in errands if one.state is State.DEAD]
    for one in errands:
        typer.echo(in_words(one))
    typer.echo(f"{len(errands) - len(dead)} waiting, {len(dead)} dead letters")
    raise typer.Exit(FOUND_SOMETHING if dead else 0)


def delete(contact_id: str, who: WhoOption, why: WhyOption, config: ConfigOption = DEFAULT) -> None:
    """Delete all recordings of a contact, every copy; who did it and why stays."""
    now = datetime.now(UTC)
    for name in ask(config, lambda custody: custody.delete(contact_id, who, why, now)):
        typer.echo(f"{name} is deleted; its copies go within seconds, or when the store is there")


def hold(contact_id: str, who: WhoOption, why: WhyOption, config: ConfigOption = DEFAULT) -> None:
    """Legal hold: nothing of this contact is deleted, by nobody and no rule."""
    ask(config, lambda custody: custody.hold(contact_id, who, why, datetime.now(UTC)))


def release(
    contact_id: str, who: WhoOption, why: WhyOption, config: ConfigOption = DEFAULT
) -> None:
    """End the legal hold of a contact."""
    ask(config, lambda custody: custody.release(contact_id, who, why, datetime.now(UTC)))


def holds(config: ConfigOption = DEFAULT) -> None:
    """Say which contacts are held."""
    for one in ask(config, lambda custody: custody.holds()):
        typer.echo(f"{one.contact_id}  since {one.at:%Y-%m-%d}  {one.who}: {one.why}")


def rewrap(config: ConfigOption = DEFAULT) -> None:
    """After a new master key was put on top: wrap the keys of all recordings by it.

    What was recorded is not touched. When it is done the old master key may go.
    """
    settings = settings_or_exit(config)
    try:
        vault = vault_of(settings)
        if vault is None:
            fail("no master key is configured")
        store = ObjectStore(settings.store) if settings.store.location else None
        changed = asyncio.run(rewrap_all(vault, settings.recording.directory, store))
    except RecordingError as error:
        fail(str(error))
    typer.echo(f"{changed} keys wrapped anew")


COMMANDS = (uploads, delete, hold, release, holds, rewrap)


def in_words(errand: Errand) -> str:
    when = "dead" if errand.state is State.DEAD else f"due {errand.due:%Y-%m-%dT%H:%M:%SZ}"
    reason = f": {errand.error}" if errand.error else ""
    return f"{errand.name}  {errand.task.lower()}  {when}  {errand.attempts} attempts{reason}"


def ask(config: Path, question: Callable[[Custody], Awaitable[T]]) -> T:
    """The answer of the database; exit code 2 where there is none."""

    async def answer() -> T:
        records = Records(settings_or_exit(config).database.url)
        try:
            return await question(Custody(records))
        finally:
            await records.close()

    try:
        return asyncio.run(answer())
    except (Refused, RecordError) as error:
        fail(str(error))
