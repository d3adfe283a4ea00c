"""`earshot flow`: check, convert, draw and rehearse contact flows, without an engine, and show what
one has run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import flows
from config import ConfigError
from config import load as load_settings
from engine.flow_log import Entry
from engine.flow_log import read as read_log
from flows import Flow, FlowError
from flows.language import FLOW_TYPES
from flows.picture import draw as draw_flow
from flows.rehearsal import CUSTOMER, Ending, Moment, Script, rehearse
from flows.schema import schema as flow_schema

flow_app = typer.Typer(no_args_is_help=True, help="Check, convert, draw and try contact flows.")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A contact flow (JSON).")]


@flow_app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Contact flows (JSON).")],
    flow_type: Annotated[
        str, typer.Option("--type", help="What they are to be used as, such as customerQueue.")
    ] = "",
) -> None:
    """Print every problem with its place; exit 1 when there is one. Warnings are no problems."""
    known = {*FLOW_TYPES, *FLOW_TYPES.values()}
    if flow_type and flow_type not in known:
        fail(f"{flow_type!r} is no type of flow: {', '.join(FLOW_TYPES.values())}")
    refused = 0
    for file in files:
        try:
            flow = flows.read(text_of(file), str(file), flow_type or None)
        except FlowError as error:
            refused += 1
            typer.echo(str(error))
            continue
        warn(file, flow.warnings)
        typer.echo(f"{file}: no problems, {len(flow.blocks)} blocks")
    if refused:
        raise typer.Exit(code=1)


@flow_app.command()
def convert(file: FileArgument) -> None:
    """Print a flow, such as an export of before 2021, as the language of today has it."""
    typer.echo(flows.write(load(file)))


@flow_app.command()
def draw(
    file: FileArgument,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; else stdout.")
    ] = None,
) -> None:
    """Draw the graph of a flow (SVG)."""
    picture = draw_flow(load(file))
    if output is None:
        typer.echo(picture, nl=False)
    else:
        try:
            output.write_text(picture, encoding="utf-8")
        except OSError as error:
            fail(str(error))


@flow_app.command()
def run(
    file: FileArgument,
    digits: Annotated[
        str, typer.Option(help="What is pressed, one entry each time keys are asked for: 1,,1234#")
    ] = "",
    answer: Annotated[str, typer.Option(help="The agent who answers once in a queue.")] = "",
    closed: Annotated[bool, typer.Option(help="Hours of operation say closed.")] = False,
    queue_full: Annotated[bool, typer.Option(help="Every queue is full.")] = False,
    patience: Annotated[float, typer.Option(help="Seconds until the customer hangs up.")] = 3600.0,
    functions: Annotated[
        list[str] | None, typer.Option("--function", help='What one answers: ARN={"tier": "gold"}')
    ] = None,
    intents: Annotated[str, typer.Option(help="What bots understand: Order,Help")] = "",
    known: Annotated[
        list[str] | None, typer.Option("--set", help="What is known: Attributes.tier=gold")
    ] = None,
    other: Annotated[
        list[Path] | None, typer.Option("--with", help="More flows, found by their file name.")
    ] = None,
) -> None:
    """Try a flow without a phone, in virtual time; exit 1 when it breaks off."""
    others = {path.stem: load(path) for path in other or ()}
    values = dict(pair(text) for text in known or ())
    prefix = "Attributes."
    script = Script(
        attributes={k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)},
        system={**CUSTOMER, **values},
        keys=tuple(digits.split(",")) if digits else (),
        intents=tuple(intents.split(",")) if intents else (),
        functions=dict(answer_of(text) for text in functions or ()),
        answered_by=answer,
        is_open=not closed,
        queue_is_full=queue_full,
        patience=patience,
    )
    if shown(rehearse(load(file), script, lambda name: found(name, others))) is Ending.BROKE_OFF:
        raise typer.Exit(code=1)


@flow_app.command()
def schema() -> None:
    """Print the JSON Schema of the flow language, for editors."""
    typer.echo(json.dumps(flow_schema(), indent=2))


@flow_app.command("log")
def show_log(
    contact: Annotated[str, typer.Argument(metavar="CONTACT_ID", help="As in the records.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration file (TOML).")] = Path(
        "earshot.toml"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="As it was written.")] = False,
) -> None:
    """Show which blocks ran for a contact, one after the other; exit 1 when none was logged."""
    try:
        entries = list(read_log(load_settings(config).flows.log_directory, contact))
    except (ConfigError, OSError, ValueError) as error:
        fail(str(error))
    if not entries:
        typer.echo(f"earshot: no flow log of contact {contact}", err=True)
        raise typer.Exit(code=1)
    for entry in entries:
        typer.echo(json.dumps(asdict(entry), ensure_ascii=False) if as_json else told(entry))


def told(entry: Entry) -> str:
    onward = f" -> {entry.led_to}" if entry.led_to else ""
    answer = f" ({entry.answer})" if entry.answer else ""
    where = f"{entry.moment}: {entry.flow}: {entry.type} '{entry.block}'"
    return f"{entry.at}  {entry.seconds:8.3f} s  {where}{answer}{onward}"


def pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        fail(f"--set takes NAME=VALUE, not {text!r}")
    return name.removeprefix("$."), value


def shown(moments: Iterable[Moment]) -> Ending | None:
    """Each as a line; how it ended."""
    ending = None
    for moment in moments:
        indent = "" if moment.step or moment.ending else "  "
        typer.echo(f"{moment.at:9.1f} s  {indent}{moment.text}")
        ending = moment.ending
    return ending


def answer_of(text: str) -> tuple[str, object]:
    name, _, answer = text.partition("=")
    try:
        return name, json.loads(answer)
    except ValueError as error:
        fail(f"--function takes ARN=JSON, not {text!r}: {error}")


def found(reference: str, others: dict[str, Flow]) -> Flow | None:
    """By name, or by the last part of an ARN."""
    return others.get(reference) or others.get(reference.rpartition("/")[2])


def load(file: Path) -> Flow:
    try:
        flow = flows.read(text_of(file), file.stem)
    except FlowError as error:
        fail(str(error))
    warn(file, flow.warnings)
    return flow


def warn(file: Path, warnings: Iterable[object]) -> None:
    for warning in warnings:
        typer.echo(f"{file}: warning: {warning}", err=True)


def text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")


def fail(message: str) -> NoReturn:
    typer.echo(f"earshot: {message}", err=True)
    raise typer.Exit(code=2)
