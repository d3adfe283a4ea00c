"""How a bench tells what it found: the figures on standard output, all else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

progress = Console(stderr=True, highlight=False)


def plain(figures: dict[str, Any]) -> Table:
    """A line for each."""
    table = Table(box=None, show_header=False)
    for name, value in figures.items():
        table.add_row(name, str(value))
    return table


def report(figures: dict[str, Any], table: Table | None = None) -> NoReturn:
    """Print the figures, as one line of JSON unless there is a `table` of them, and leave: with
    exit status 1 if there are `problems` among them."""
    if table:
        Console().print(table)
    else:
        print(json.dumps(figures))
    for problem in figures["problems"]:
        progress.print(problem, style="red", markup=False, soft_wrap=True)
    sys.exit(bool(figures["problems"]))
