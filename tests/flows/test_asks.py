from __future__ import annotations

import pytest

from flows.asks import Ask, CallThirdParty, Converse, InvokeFunction

SECRET = "4711"


@pytest.mark.parametrize(
    "ask",
    [
        CallThirdParty("+12065550100", 30.0, False, keys=SECRET),
        InvokeFunction("lookup", {"pin": SECRET}, 8.0),
        Converse("bot", SECRET, {"pin": SECRET}),
    ],
)
def test_what_may_be_a_secret_of_the_caller_is_not_in_the_text_of_an_ask(ask: Ask) -> None:
    assert SECRET not in repr(ask) and SECRET not in str(ask)
