"""A bench run as its users run it: a process of its own."""

from __future__ import annotations

import asyncio
import sys

from bench.engine_process import ROOT


async def run(module: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, and what it printed on stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()
