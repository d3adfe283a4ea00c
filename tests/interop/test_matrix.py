"""The table of what works with whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.matrix import HEAD, Outcome, table

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.interop("calls", "baresip")
@pytest.mark.interop("calls", "pjsua2")
def test_calls(): pass

@pytest.mark.interop("holds", "baresip")
@pytest.mark.parametrize("times", [1, 2])
def test_holds(times): assert times == 1

@pytest.mark.interop("holds", "pjsua2")
@pytest.mark.skip(reason="not installed")
def test_is_not_installed(): pass
"""


def test_a_row_is_a_function_and_a_column_a_peer() -> None:
    cells = {("holds", "Zoiper"): Outcome.FAILED, ("calls", "baresip"): Outcome.PASSED}
    assert table(cells).removeprefix(HEAD) == (
        "| function | baresip | Zoiper |\n|---|---|---|\n| calls | yes |  |\n| holds |  | no |\n"
    )


@pytest.fixture
def written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a run in a folder of its own writes its matrix."""
    path = pytester.path / "MATRIX.md"
    monkeypatch.setattr("tests.interop.matrix.MATRIX", path)
    pytester.makeconftest("from tests.conftest import pytest_configure  # noqa: F401")
    pytester.makeini(
        "[pytest]\nmarkers =\n    interop: a cell\nasyncio_default_fixture_loop_scope = function\n"
    )
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_phones.py").write_text(TESTS)
    return path


def test_a_whole_run_writes_what_passed_failed_and_was_not_run(
    pytester: pytest.Pytester, written: Path
) -> None:
    pytester.runpytest_inprocess("tests")
    assert written.read_text().removeprefix(HEAD) == (
        "| function | baresip | pjsua2 |\n"
        "|---|---|---|\n"
        "| calls | yes | yes |\n"
        "| holds | no | not run |\n"
    )


@pytest.mark.parametrize("part", [["tests/test_phones.py"], ["tests", "-k", "calls"]])
def test_a_part_of_a_run_writes_nothing(
    pytester: pytest.Pytester, written: Path, part: list[str]
) -> None:
    pytester.runpytest_inprocess(*part)
    assert not written.exists()


@pytest.mark.parametrize("workers", [[], ["--numprocesses=2"]])
def test_the_last_of_several_runs_writes_what_all_have_found(
    pytester: pytest.Pytester, written: Path, workers: list[str]
) -> None:
    pytester.runpytest_inprocess("tests", "-k", "holds", *workers)
    assert not written.exists()
    pytester.runpytest_inprocess("tests", "-k", "not holds")
    assert "| calls | yes | yes |\n| holds | no | not run |\n" in written.read_text()
