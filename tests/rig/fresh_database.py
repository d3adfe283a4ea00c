"""A database as the engine makes it at its first start, made once for all engines of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine

from engine.schema import upgrade

NAME = "earshot.sqlite"


def put_into(folder: Path) -> None:
    """Unless there is one: the engine that starts there then finds its tables."""
    path = folder / NAME
    if not path.exists():
        path.write_bytes(_octets())


@cache
def _octets() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        return path.read_bytes()
