from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import Bot, ConfigError, load

INTENTS = [{"name": "Order", "keys": ["1"], "words": ["order"]}]


def test_a_bot_is_a_grammar_or_a_service() -> None:
    grammar = Bot.model_validate({"name": "b", "intents": INTENTS})
    assert grammar.intents[0].slots == ()
    service = Bot.model_validate({"name": "b", "url": "https://nlu.example", "token": "secret"})
    assert service.seconds == 5.0 and "secret" not in repr(service)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"intents": INTENTS, "url": "https://nlu.example"},
        {"intents": INTENTS, "token": "secret"},
        {"intents": [{"name": "Order", "keys": ["A"]}]},
        {"intents": [{"name": "Order", "slots": [{"name": "n", "prompt": "?", "pattern": "("}]}]},
        {"url": "nlu.example"},
        {"url": "https://nlu.example", "seconds": 0},
        {"intents": INTENTS, "tries": 0},
    ],
)
def test_anything_else_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Bot.model_validate({"name": "b", **wrong})


def test_two_bots_have_two_names(tmp_path: Path) -> None:
    file = tmp_path / "earshot.toml"
    file.write_text('[[bots]]\nname = "b"\nurl = "https://nlu.example"\n' * 2)
    with pytest.raises(ConfigError, match="already"):
        load(file, {})
