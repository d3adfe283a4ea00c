"""What works with whom: each test marked `interop` is a cell of MATRIX.md, written by the run.

    @pytest.mark.interop("holds and resumes", "baresip")

Only a whole run writes the file, once every cell has an outcome: a part of it would call the rest
untested. Where the tests are divided between several runs, as those that want the machine alone
are, pytest's cache has what the others have found, and the last run writes.
"""

from __future__ import annotations

from collections.abc import Mapping
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
MARKED, CACHED = "interop", "interop/outcomes"


class Matrix:
    """A pytest plugin: collects outcomes, writes them at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: dict[str, Outcome] = {}
        self._of_test: dict[str, list[Cell]] = {}  # of all that are there; empty beside workers
        asked = [Path(arg.partition("::")[0]).resolve() for arg in config.args]
        everything = config.rootpath / "tests"
        self._whole = any(one in (everything, config.rootpath) for one in asked)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        cells = [mark.args for mark in item.iter_markers("interop")]
        if cells:
            self._of_test[item.nodeid] = [(function, peer) for function, peer in cells]
            item.user_properties.append((MARKED, True))  # who has workers sees reports alone

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not any(name == MARKED for name, _ in report.user_properties):
            return
        outcome = Outcome[report.outcome.upper()]
        if report.when == "call" or outcome is not Outcome.PASSED:  # else a set-up or a tear-down
            before = self._found.get(report.nodeid, Outcome.PASSED)
            self._found[report.nodeid] = max(outcome, before)

    def pytest_sessionfinish(self) -> None:
        if hasattr(self._config, "workerinput") or self._config.option.collectonly:
            return
        found = {**self._earlier(), **self._found}
        if self._config.cache:
            self._config.cache.set(CACHED, found)
        if self._whole and self._of_test and self._of_test.keys() <= found.keys():
            MATRIX.write_text(table(self._cells(found)))

    def _earlier(self) -> dict[str, Outcome]:
        """What the latest runs before this one have found."""
        kept = self._config.cache.get(CACHED, {}) if self._config.cache else {}
        return {test: Outcome(value) for test, value in kept.items()}

    def _cells(self, found: Mapping[str, Outcome]) -> dict[Cell, Outcome]:
        cells: dict[Cell, Outcome] = {}
        for test, its_cells in self._of_test.items():
            for cell in its_cells:
                cells[cell] = max(found[test], cells.get(cell, Outcome.PASSED))
        return cells


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
