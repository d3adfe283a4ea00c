"""How many chats there may be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config import ChatSettings


def test_an_agent_of_the_configuration_has_two_chats_at_a_time() -> None:
    assert ChatSettings().slots == 2


@pytest.mark.parametrize("wrong", [{"slots": 11}, {"slots": -1}, {"max_chats": -1}])
def test_nobody_has_more_chats_than_connect_allows(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ChatSettings(**wrong)
