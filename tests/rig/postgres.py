"""A PostgreSQL server of the tests: in a folder of its own, on a Unix socket, gone when they are.

PostgreSQL refuses to run as root; then it runs as the user that its package made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

from engine.schema import upgrade

ADMIN, TEMPLATE = "earshot", "earshot_template"
SETTINGS = (  # nobody needs this data after a power cut
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"),
    *("listen_addresses=", "max_connections=50", "shared_buffers=32MB"),
)
INITDB = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C")
START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    folder: Path
    _numbers: Iterator[int]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{ADMIN}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=ADMIN, dbname=database, autocommit=True)

    def fresh(self, template: str = TEMPLATE) -> str:
        """URL of a database of its own, with the tables of the template."""
        name = f"test_{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server, and in it a template with our tables."""
    folder = Path(tempfile.mkdtemp(prefix="earshot-postgres-"))
    account = "postgres" if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account, account)
    try:
        _run("initdb", *INITDB, "-D", f"{folder}/data", "-U", ADMIN, account=account)
        options = " ".join(f"-c {each}" for each in SETTINGS) + f" -k {folder}"
        control = ("-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-t", str(START_SECONDS))
        _run("pg_ctl", *control, "-o", options, "start", account=account)
        try:
            server = Postgres(folder, count(1))
            with server.connect() as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
            _make_tables(server.url(TEMPLATE))
            yield server
        finally:
            _run("pg_ctl", *control, "-m", "immediate", "stop", account=account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_tables(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def _run(program: str, *arguments: str, account: str | None) -> None:
    command = [str(_program(program)), *arguments]
    done = subprocess.run(
        command, user=account, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, f"{program}: {done.stderr}"


def _program(name: str) -> Path:
    """Debian keeps the programs of each version apart; the newest is taken."""
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    assert found, "PostgreSQL is not installed: sh .ci/packages test"
    return max(found, key=lambda path: int(path.parts[4]))
