"""`earshot trace`: the SIP messages of a contact, as a ladder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config import ConfigError, load
from engine.tapes import Entry
from engine.trace_files import read
from sip.ladder import Rung, draw, printable

NOTHING, CANNOT = 1, 2  # exit codes


def trace(
    contact: Annotated[str, typer.Argument(metavar="CONTACT_ID", help="As in the records.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration file (TOML).")] = Path(
        "earshot.toml"
    ),
    full: Annotated[bool, typer.Option("--full", help="Every message, below the ladder.")] = False,
) -> None:
    """Show who said what to whom in a contact, one that goes on too. Secrets are masked."""
    try:
        settings = load(config).trace
        entries = read(settings.directory, contact)
    except (ConfigError, ValueError, OSError) as error:
        fail(str(error), CANNOT)
    if not entries:
        off = " (max_contacts is 0 in [trace]: none is kept)" if not settings.max_contacts else ""
        fail(f"no trace of contact {contact}{off}", NOTHING)
    for line in shown(entries, full=full):
        typer.echo(line)


def shown(entries: list[Entry], *, full: bool) -> Iterator[str]:
    yield f"{entries[0].contact_id}  {told(entries[0].at)}"
    yield ""
    yield from draw([rung(entry) for entry in entries])
    for entry in entries if full else ():
        arrow = "to" if entry.sent else "from"
        yield ""
        yield f"{told(entry.at)} {arrow} {entry.party} {entry.peer} ({entry.transport})"
        yield from (f"    {printable(line)}".rstrip() for line in entry.message.splitlines())


def rung(entry: Entry) -> Rung:
    return Rung(entry.at, entry.party, entry.peer, entry.sent, entry.message)


def told(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="milliseconds")


def fail(message: str, code: int) -> NoReturn:
    typer.echo(f"earshot: {message}", err=True)
    raise typer.Exit(code)
