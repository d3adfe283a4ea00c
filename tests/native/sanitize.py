"""Builds and runs the C tests: `python -m tests.native.sanitize` under ASan with UBSan, then TSan.

Each test is a main() that links the whole core but its Python binding. pytest runs them once more,
plainly, from tests/mixer/test_native.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).parent
CORE = TESTS.parent.parent / "mixer" / "native"
FLAGS = ("-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing", f"-I{CORE}")
LIBRARIES = ("-lm", "-lopus", "-lspandsp", "-lsrtp2")
SANITIZERS = {
    "address, undefined": ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    "thread": ("-O1", "-fsanitize=thread"),
}
SECONDS = 120  # limit of one test


def names() -> list[str]:
    return sorted(file.stem for file in TESTS.glob("test_*.c"))


def build(folder: Path, compiler: str, flags: Sequence[str]) -> list[Path]:
    """Compile the core once, then link each test with it, as many at once as there are CPUs."""
    link = compile_core(folder, compiler, flags)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(link, names()))


def build_one(folder: Path, compiler: str, flags: Sequence[str], name: str) -> Path:
    """A program of this folder that is no test by itself."""
    return compile_core(folder, compiler, flags)(name)


def compile_core(folder: Path, compiler: str, flags: Sequence[str]) -> Callable[[str], Path]:
    """What links a program of this folder with it."""
    core = [file for file in sorted(CORE.glob("*.c")) if file.name != "pymodule.c"]
    command = [compiler, *FLAGS, *flags, "-pthread"]
    subprocess.run([*command, "-c", *core], cwd=folder, check=True)
    objects = [folder / f"{file.stem}.o" for file in core]

    def link(name: str) -> Path:
        linked = [TESTS / f"{name}.c", *objects, "-o", folder / name, *LIBRARIES]
        subprocess.run([*command, *linked], check=True)
        return folder / name

    return link


def main() -> int:
    failed = 0
    for sanitizer, flags in SANITIZERS.items():
        with tempfile.TemporaryDirectory() as folder:
            for program in build(Path(folder), "gcc", flags):
                code = subprocess.run([program], timeout=SECONDS).returncode
                failed += code != 0
                print(f"{sanitizer}: {program.name}: {'FAILED' if code else 'ok'}", flush=True)
    print(f"{len(SANITIZERS) * len(names()) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
