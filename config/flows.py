"""Contact flows: where those are that others lead to, and what is kept of their runs. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.section import Destinations, Section


class FlowSettings(Section):
    directory: Path = Path("var/flows")
    """Flows and modules that flows name, each in a file `<id or name>.json`."""
    log: Literal["never", "asked", "always"] = "asked"
    """Whether each block that runs is logged: where a flow asks for it, or in all of them."""
    log_directory: Path = Path("var/flow-log")
    log_days: Annotated[int, Field(ge=1)] = 30
    """What is older is removed."""
    may_dial: Destinations = ()
    """Whom flows, and the API for them, may call outside, where a trunk allows it too: callers may
    key the number in."""
    max_calls: Annotated[int, Field(ge=1)] = 10
    """That flows have made to the outside, at the same time."""
