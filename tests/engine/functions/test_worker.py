from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.functions.worker import MAX_ANSWER, answer_to
from tests.engine.functions.folder import written


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "desk", raising=False)


def asked(function: str, event: object) -> dict[str, str]:
    return answer_to({"python": f"desk.{function}", "event": event, "seconds": 8})


def test_an_answer_is_json_in_a_text() -> None:
    assert json.loads(asked("echo", {"a": [1, "ü"]})["answer"]) == {"a": [1, "ü"]}


def test_an_error_is_told_by_type_and_place() -> None:
    told = asked("fails", {"secret": "PIN 1234"})["error"]
    assert told.startswith("KeyError in desk.py, line ") and "1234" not in told


def test_an_answer_has_a_limit() -> None:
    assert "answer" in asked("answers", {"size": MAX_ANSWER - 20})
    assert asked("answers", {"size": MAX_ANSWER})["error"].startswith("answered ")
