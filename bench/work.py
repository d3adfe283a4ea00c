"""What the media core costs above libopus and libsrtp2: python -m bench.work --json

Calls between a phone of Opus and one of PCMU, calls between two phones of PCMU (`plain`), and these
under SRTP, on a clock that is turned by hand, in one thread (work.c). Three ways take turns, every
200 ms: the media core; the least that can do the same, which receives a datagram, lets the library
work, and sends one; and the library alone. The JSON object has for each kind of call, `opus`,
`plain` and the suites:

*_over_least        CPU of the media core over that of the least that can do the same
*_core_us           of the media core, microseconds for each call and second
*_library_us        of the library alone, without a datagram
*_added             what a suite adds to a plain call in the media core, over what it adds to the
                    least: without what finding and forwarding packets costs in any call
*_allocations       how often the library asks for memory for each packet
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from bench.build import BuildFailed, program
from bench.usage import machine

KINDS = {
    "opus": "opus",
    "plain": "plain",
    "srtp_sha1": "AES_CM_128_HMAC_SHA1_80",
    "srtp_gcm_128": "AEAD_AES_128_GCM",
    "srtp_gcm_256": "AEAD_AES_256_GCM",
}
MOST_CALLS = 100  # limit of work.c
GRACE_SECONDS = 120.0


def figures(calls: int, seconds: int) -> dict[str, Any]:
    """The JSON object. Raises BuildFailed, CalledProcessError, TimeoutExpired."""
    found: dict[str, Any] = {"calls": calls, "seconds": seconds}
    cost: dict[str, dict[str, float]] = {}
    for name, kind in KINDS.items():
        command = [str(program("work")), kind, str(calls), str(seconds)]
        limit = 3 * seconds + GRACE_SECONDS
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=limit)
        one = cost[name] = json.loads(done.stdout)
        found |= {
            f"{name}_over_least": round(one["core_us"] / one["least_us"], 2),
            f"{name}_core_us": one["core_us"],
            f"{name}_library_us": one["library_us"],
            f"{name}_allocations": one["allocations"],
        }
    return found | added(cost) | {"machine": machine()}


def added(cost: dict[str, dict[str, float]]) -> dict[str, float]:
    """Of each suite; 0 where it added nothing that could be measured."""
    plain, shares = cost["plain"], {}
    for name in KINDS:
        if name.startswith("srtp"):
            core, least = (cost[name][way] - plain[way] for way in ("core_us", "least_us"))
            shares[f"{name}_added"] = round(core / least, 2) if least > 0 else 0.0
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=20, help=f"1 to {MOST_CALLS}")
    parser.add_argument("--seconds", type=int, default=10, help="of speech, each way")
    parser.add_argument("--json", action="store_true", help="print one JSON object on one line")
    given = parser.parse_args()
    if not 1 <= given.calls <= MOST_CALLS:
        parser.error(f"--calls goes from 1 to {MOST_CALLS}")
    if not 1 <= given.seconds <= 600:
        parser.error("--seconds goes from 1 to 600")
    try:
        found = figures(given.calls, given.seconds)
    except (BuildFailed, subprocess.SubprocessError) as error:
        sys.exit(f"bench.work: {type(error).__name__}: {error}")
    print(json.dumps(found, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
