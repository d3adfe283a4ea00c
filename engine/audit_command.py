"""`earshot audit`: is every line there, and as it was written?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from engine.audit_trail import AuditTrail, Verdict
from engine.recordings_command import DEFAULT, FOUND_SOMETHING, ConfigOption, fail, settings_or_exit
from engine.records import RecordError, Records
from recorder.verification import Anchor

audit_app = typer.Typer(no_args_is_help=True, help="Prove the audit trail.")


@audit_app.callback()
def about() -> None:
    """Who did what: a chain of lines."""


@audit_app.command()
def verify(
    config: ConfigOption = DEFAULT,
    anchor: Annotated[
        str | None, typer.Option(help="NUMBER:DIGEST, a head that was noted down.")
    ] = None,
) -> None:
    """Say where the chain breaks first, if it does. Exit code 1: it does."""
    try:
        known = Anchor.parse(anchor) if anchor else None
        verdict = asyncio.run(verified(settings_or_exit(config).database.url, known))
    except (RecordError, ValueError) as error:
        fail(str(error))
    typer.echo(verdict.broken or f"{verdict.lines} lines, each as it was written")
    if verdict.broken is None:
        typer.echo(f"Head: {verdict.head.sequence}:{verdict.head.digest}")
        if known is None:
            typer.echo("Not proven: that nobody made the whole chain anew; --anchor proves it")
    raise typer.Exit(FOUND_SOMETHING if verdict.broken else 0)


async def verified(url: str, anchor: Anchor | None) -> Verdict:
    """What the database has, whether or not an engine runs. Raises RecordError."""
    records = Records(url)
    try:
        return await AuditTrail(records).verify(anchor)
    finally:
        await records.close()
