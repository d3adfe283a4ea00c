"""What works with whom: each test marked `interop` is a cell of MATRIX.md, written by the run.

    @pytest.mark.interop("holds and resumes", "baresip")

Only a whole run writes the file: a part of it would call the rest untested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from pathlib import Path

import pytest

MATRIX = Path(__file__).with_name("MATRIX.md")
HEAD = """\
# What works with whom

Written by a whole run of the tests; each cell is one or more calls with that program.
`yes`: all of them passed. `no`: one failed. `not run`: the program is not installed.

"""


class Outcome(IntEnum):
    """The worse wins where a cell has several tests."""

    PASSED = 0
    SKIPPED = 1
    FAILED = 2


WORDS: Mapping[Outcome, str] = {
    Outcome.PASSED: "yes",
    Outcome.SKIPPED: "not run",
    Outcome.FAILED: "no",
}
Cell = tuple[str, str]


class Matrix:
    """A pytest plugin: collects outcomes, writes them at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._cells: dict[Cell, Outcome] = {}
        self._of_test: dict[str, list[Cell]] = {}
        asked = [Path(arg.partition("::")[0]).resolve() for arg in config.args]
        everything = config.rootpath / "tests"
        self._whole = any(one in (everything, config.rootpath) for one in asked)
        self._dry: bool = config.option.collectonly

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        cells = [mark.args for mark in item.iter_markers("interop")]
        if cells:
            self._of_test[item.nodeid] = [(function, peer) for function, peer in cells]

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        self._whole = self._whole and not any(item.nodeid in self._of_test for item in items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = Outcome[report.outcome.upper()]
        if report.when != "call" and outcome is Outcome.PASSED:
            return  # a set-up or a tear-down
        for cell in self._of_test.get(report.nodeid, ()):
            self._cells[cell] = max(outcome, self._cells.get(cell, Outcome.PASSED))

    def pytest_sessionfinish(self) -> None:
        if self._whole and not self._dry and self._cells:
            MATRIX.write_text(table(self._cells))


def table(cells: Mapping[Cell, Outcome]) -> str:
    """The cells as Markdown: a row a function, a column a peer, both in order of the alphabet."""
    functions = sorted({function for function, _ in cells})
    peers = sorted({peer for _, peer in cells}, key=str.lower)
    rows = [
        " | ".join([function, *(_word(cells.get((function, peer))) for peer in peers)])
        for function in functions
    ]
    lines = [" | ".join(["function", *peers]), "|".join(["---"] * (len(peers) + 1)), *rows]
    return HEAD + "".join(f"| {line} |\n" if "---" not in line else f"|{line}|\n" for line in lines)


def _word(outcome: Outcome | None) -> str:
    return "" if outcome is None else WORDS[outcome]
