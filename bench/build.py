"""The C programs of the benchmarks, compiled when they are older than their sources."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent
BUILD = SOURCES.parent / "build" / "bench"
FLAGS = ("-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-Werror")
SHARED = ("plan.c", "plan.h")


class BuildFailed(Exception):
    """The compiler is missing or refused; the text has what it said."""


def program(name: str) -> Path:
    """Path of bench/<name>.c as an executable. CC chooses the compiler, cc by default."""
    sources = [SOURCES / f"{name}.c", *(SOURCES / shared for shared in SHARED)]
    built = BUILD / name
    newest = max(source.stat().st_mtime for source in sources)
    if not built.exists() or built.stat().st_mtime < newest:
        BUILD.mkdir(parents=True, exist_ok=True)
        _compile([source for source in sources if source.suffix == ".c"], built)
    return built


def _compile(sources: list[Path], built: Path) -> None:
    fresh = built.with_name(f"{built.name}.{os.getpid()}")  # two builds at once do not meet
    command = [*shlex.split(os.environ.get("CC", "cc")), *FLAGS, "-o", str(fresh)]
    command += map(str, sources)
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BuildFailed(f"no C compiler ({command[0]}): apt-get install gcc") from None
    except subprocess.CalledProcessError as error:
        raise BuildFailed(f"{shlex.join(command)}\n{error.stderr}") from None
    fresh.replace(built)


if __name__ == "__main__":
    for name in ("load", "bare"):
        print(program(name))
