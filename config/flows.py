"""Contact flows: where those are that others lead to. Pure."""

from __future__ import annotations

from pathlib import Path

from config.section import Section


class FlowSettings(Section):
    directory: Path = Path("var/flows")
    """Flows and modules that flows name, each in a file `<id or name>.json`."""
