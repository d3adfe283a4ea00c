"""What StartChatContact takes of what it is given."""

from __future__ import annotations

import pytest

from engine.refused import Refused
from engine.web.chat_api import content_types

BOTH = ["text/plain", "text/markdown"]


def test_a_page_shows_plain_text_and_whatever_else_it_says() -> None:
    assert content_types({}) == ("text/plain",)
    assert content_types({"SupportedMessagingContentTypes": BOTH}) == tuple(BOTH)


@pytest.mark.parametrize("wrong", [["text/markdown"], ["text/plain", "image/png"]])
def test_what_nobody_could_say_is_refused(wrong: list[str]) -> None:
    with pytest.raises(Refused):
        content_types({"SupportedMessagingContentTypes": wrong})
