"""The `earshot` command; `python -m engine` is the same."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer

import flows
from config import ConfigError, Settings, load, starter, warnings
from engine.app import StartError
from engine.app import serve as serve_until_stopped
from engine.audit_command import audit_app
from engine.custody_command import COMMANDS
from engine.flow_command import flow_app
from engine.flow_files import FlowFileError, load_flows, load_whispers, read_folder
from engine.login_command import user_app
from engine.password_command import hashed
from engine.recordings_command import recordings_app
from engine.trace_command import trace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
config_app = typer.Typer(no_args_is_help=True, help="Write and check configuration files.")
app.add_typer(config_app, name="config")
app.add_typer(recordings_app, name="recordings")
app.add_typer(flow_app, name="flow")
app.add_typer(audit_app, name="audit")
app.add_typer(user_app, name="user")
app.command()(trace)
for command in COMMANDS:
    recordings_app.command()(command)

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file (TOML).")]
DEFAULT = Path("earshot.toml")


@app.callback()
def about() -> None:
    """Earshot: a self-hosted contact centre."""


@app.command()
def serve(
    config: ConfigOption = DEFAULT,
    starter_too: Annotated[
        bool, typer.Option("--starter", help="Write a starter file when there is none.")
    ] = False,
) -> None:
    """Run the engine until SIGTERM or SIGINT; SIGHUP makes it read certificates and flows again."""
    if starter_too and not config.exists():
        write_starter(config)
    settings = load_or_exit(config)
    set_up_log()
    try:
        asyncio.run(serve_until_stopped(settings))
    except StartError as error:
        fail(str(error))


@config_app.command()
def check(config: ConfigOption = DEFAULT) -> None:
    """Read the file and its flows; say everything that is wrong."""
    settings = load_or_exit(config)
    try:
        load_flows(settings)
        load_whispers(settings)
        read_folder(settings.flows.directory)
    except FlowFileError as error:
        fail(str(error))
    typer.echo(f"{config}: no errors")


@config_app.command()
def init(config: ConfigOption = DEFAULT) -> None:
    """Write a starter file with fresh passwords; never over an existing one."""
    if config.exists():
        fail(f"{config} exists already")
    write_starter(config)


@config_app.command()
def hash_password(username: str, config: ConfigOption = DEFAULT) -> None:
    """Ask for a password; print what the file may hold in its place for an agent or supervisor.

    It is good in the realm of the file, or in the default one where there is no file.
    """
    settings = load_or_exit(config) if config.exists() else Settings()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    typer.echo(hashed(username, password, settings.sip))


def write_starter(config: Path) -> None:
    config.touch(mode=0o600, exist_ok=False)  # it holds secrets
    config.write_text(starter(Path(flows.__file__).parent / "samples" / "support.json"))
    typer.echo(f"Wrote {config}: it holds the passwords of agent1 and manager1 and the API token")


def load_or_exit(config: Path) -> Settings:
    try:
        settings = load(config)
    except ConfigError as error:
        fail(str(error))
    for warning in warnings(settings, config):
        typer.echo(f"earshot: warning: {warning}", err=True)
    return settings


def fail(message: str) -> NoReturn:
    typer.echo(f"earshot: {message}", err=True)
    raise typer.Exit(code=2)


def set_up_log() -> None:
    """Events on stderr, one line each."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def main() -> None:
    app()


if __name__ == "__main__":
    main()
