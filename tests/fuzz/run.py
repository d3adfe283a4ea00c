"""`python -m tests.fuzz.run`: every target for its share of the time, guided by coverage.

Atheris chooses the octets where it is installed, our own damage alone where it is not. What makes a
target fail is left in `tests/fuzz/crashes/TARGET-*`, where the tests find it.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

CRASHES: Final = Path(__file__).parent / "crashes"
ROOT: Final = Path(__file__).parents[2]
SHARES: Final = {"message": 2, "endpoint": 6}  # of the time; every other target has one
SLOWEST: Final = 10  # seconds one input may take, with coverage measured
MEMORY: Final = 1024  # MB
MAX_OCTETS: Final = 8192  # of a generated input; longer ones are only slower


def main() -> int:
    """0 when nothing failed."""
    options = _options()
    if options.guided:
        _guided(options.guided, options.seed, options.seconds)
    from tests.fuzz.targets import TARGETS  # not sooner: the guided run measures what it imports

    shares = {name: SHARES.get(name, 1) for name in options.targets or TARGETS}
    second = options.seconds / sum(shares.values())
    return max([_one(name, options.seed, int(shares[name] * second)) for name in shares])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--targets", nargs="+", metavar="TARGET", help="all, if not given")
    parser.add_argument("--guided", help=argparse.SUPPRESS)
    return parser.parse_args()


def _one(name: str, seed: int, seconds: int) -> int:
    print(f"fuzz: {name} for {seconds} s, seed {seed}", flush=True)
    if importlib.util.find_spec("atheris"):
        command = [sys.executable, "-m", "tests.fuzz.run", "--guided", name]
        command += ["--seed", str(seed), "--seconds", str(seconds)]
        return 1 if subprocess.run(command, cwd=ROOT).returncode else 0
    return _blind(name, Random(seed), seconds)


def _blind(name: str, random: Random, seconds: int) -> int:
    from tests.fuzz.targets import TARGETS, generated

    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        data = generated(name, random)
        count += 1
        try:
            TARGETS[name].run(data)
        except Exception as error:
            CRASHES.mkdir(exist_ok=True)
            file = CRASHES / f"{name}-{random.getrandbits(64):016x}"
            file.write_bytes(data)
            print(f"fuzz: {error!r}, kept as {file}")
            return 1
    print(f"fuzz: {name}: {count} inputs, none failed")
    return 0


def _guided(name: str, seed: int, seconds: int) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["sip"]):
        from tests.fuzz import targets

    def damage(data: bytes, max_size: int, number: int) -> bytes:
        if name != "endpoint" and number % 2:
            return targets.damaged(data, Random(number))[:max_size]
        mutated: bytes = atheris.Mutate(data, max_size)
        return mutated

    CRASHES.mkdir(exist_ok=True)
    corpus = ROOT / "build" / "fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(targets.TARGETS[name].seeds):
        (corpus / f"seed-{number:03}").write_bytes(sample)
    arguments = [
        *(sys.argv[0], str(corpus), f"-artifact_prefix={CRASHES}/{name}-", f"-seed={seed}"),
        *(f"-max_total_time={seconds}", f"-max_len={MAX_OCTETS}", f"-timeout={SLOWEST}"),
        *(f"-rss_limit_mb={MEMORY}", "-print_final_stats=1", "-verbosity=0"),
    ]
    atheris.Setup(arguments, targets.TARGETS[name].run, custom_mutator=damage)
    atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main())
