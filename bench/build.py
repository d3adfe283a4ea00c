"""The C programs of the benchmarks, compiled when they are older than their sources."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent
ROOT = SOURCES.parent
BUILD = ROOT / "build" / "bench"
FLAGS = ("-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-Werror")
CORE = ROOT / "mixer" / "native"
LIBRARIES = ("-pthread", "-lm", "-lopus", "-lspandsp", "-lsrtp2")


class BuildFailed(Exception):
    """The compiler is missing or refused; the text has what it said."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a program is made of besides its own file."""

    sources: Sequence[Path]
    headers: Sequence[Path]
    flags: Sequence[str] = ()
    libraries: Sequence[str] = ()


def recipe(name: str) -> Recipe:
    if name != "work":
        return Recipe([SOURCES / "plan.c"], [SOURCES / "plan.h"])
    tests = ROOT / "tests" / "native"
    return Recipe(
        [file for file in sorted(CORE.glob("*.c")) if file.name != "pymodule.c"],
        [*CORE.glob("*.h"), *tests.glob("*.h")],
        ("-O3", "-fno-strict-aliasing", f"-I{CORE}", f"-I{tests}"),  # as the core is built
        LIBRARIES,
    )


def program(name: str) -> Path:
    """Path of bench/<name>.c as an executable. CC chooses the compiler, cc by default."""
    made_of = recipe(name)
    sources = [SOURCES / f"{name}.c", *made_of.sources]
    built = BUILD / name
    newest = max(file.stat().st_mtime for file in (*sources, *made_of.headers))
    if not built.exists() or built.stat().st_mtime < newest:
        BUILD.mkdir(parents=True, exist_ok=True)
        _compile([*made_of.flags, *map(str, sources), *made_of.libraries], built)
    return built


def _compile(arguments: list[str], built: Path) -> None:
    fresh = built.with_name(f"{built.name}.{os.getpid()}")  # two builds at once do not meet
    command = [*shlex.split(os.environ.get("CC", "cc")), *FLAGS, "-o", str(fresh), *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BuildFailed(f"no C compiler ({command[0]}): apt-get install gcc") from None
    except subprocess.CalledProcessError as error:
        raise BuildFailed(f"{shlex.join(command)}\n{error.stderr}") from None
    fresh.replace(built)


if __name__ == "__main__":
    for name in ("load", "bare", "work"):
        print(program(name))
