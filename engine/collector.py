"""Python's garbage collector, told how this process lives: much is made at the start and stays.

A collection looks at live objects for garbage that holds itself. What belongs to a call is freed by
its reference counts when the call is over, so next to nothing is ever found; and at the thresholds
Python starts with, looking for it costs a sixth of all that a call costs.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (200_000, 20, 20)
"""Objects more than at the last look until the young are looked at again, and how many such looks
it takes until the older ones, then all, have their turn. So many are left standing by 2,500 calls
in half a minute; fewer are freed by their counts before anybody has looked at them."""


def settle() -> None:
    """To be called once everything is built: it is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
