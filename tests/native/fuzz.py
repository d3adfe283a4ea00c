"""Builds and runs the fuzz targets of this folder: `python -m tests.native.fuzz`.

Without arguments a seeded, short run, the same each time; with `--seconds` that long in all, and
new inputs each time. What it finds lies in the working directory, as libFuzzer calls it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.native.sanitize import CORE, FLAGS, LIBRARIES, TESTS

SANITIZERS = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
RUNS = 20_000  # inputs to each target in the short run
LONGEST = 2048  # bytes of an input


def build(folder: Path) -> Iterator[Path]:
    """Compile the core once, with the coverage that libFuzzer steers by; then link each target."""
    core = [file for file in sorted(CORE.glob("*.c")) if file.name != "pymodule.c"]
    command = ["clang", *FLAGS, *SANITIZERS, "-pthread"]
    subprocess.run([*command, "-fsanitize=fuzzer-no-link", "-c", *core], cwd=folder, check=True)
    objects = [folder / f"{file.stem}.o" for file in core]
    for target in sorted(TESTS.glob("fuzz_*.c")):
        program = folder / target.stem
        linked = [target, *objects, "-o", program, *LIBRARIES]
        subprocess.run([*command, "-fsanitize=fuzzer", *linked], check=True)
        yield program


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, help="of all targets together")
    seconds = parser.parse_args().seconds
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        programs = list(build(Path(folder)))
        for program in programs:
            much = ["-seed=1", f"-runs={RUNS}"]
            if seconds:
                much = [f"-max_total_time={max(1, seconds // len(programs))}"]
            command = [program, *much, f"-max_len={LONGEST}", "-timeout=20"]
            done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
            failed += done.returncode != 0
            print(done.stderr if done.returncode else f"{program.name}: ok", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
