"""An event loop whose clock can be put forward, for what takes minutes with a program in real time.

    with asyncio.Runner(loop_factory=FastClock) as runner:
        runner.run(scene())  # in it: FastClock.running().forward(45.0)

Whatever is then due happens at once, in order; nothing may wait with a timeout meanwhile.
"""

from __future__ import annotations

import asyncio


class FastClock(asyncio.SelectorEventLoop):
    """The time of the system, and what it was put forward by."""

    def __init__(self) -> None:
        self._ahead = 0.0  # seconds
        super().__init__()

    @classmethod
    def running(cls) -> FastClock:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, cls), "the loop has another clock"
        return loop

    def time(self) -> float:
        return super().time() + self._ahead

    def forward(self, seconds: float) -> None:
        self._ahead += seconds
