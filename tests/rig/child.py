"""Child processes of the rig: ended politely, then firmly, always reaped."""

from __future__ import annotations

import asyncio
import contextlib


async def end_child(process: asyncio.subprocess.Process, grace: float = 2.0) -> int:
    """Wait `grace` seconds for the child to leave by itself, then SIGTERM, then SIGKILL.

    Returns its exit code, negative for a signal. The child is reaped in every case.
    """
    for insist in (process.terminate, process.kill):
        try:
            return await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                insist()
    return await process.wait()
