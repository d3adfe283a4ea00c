"""Where events of contacts and agents go, besides to those who listen on the API. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.section import Secret, Section


class EventSettings(Section):
    file: Path | None = None
    """Each event is added to it as a line of JSON."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+\S*$")] | None = None
    """Events are posted there, a JSON array of them at a time, again until it answers 2xx."""
    token: Secret | None = None
    """Sent to the URL as bearer token."""
    max_waiting: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """So many wait for a destination that takes none; beyond, the oldest are lost."""
