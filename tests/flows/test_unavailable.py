from __future__ import annotations

import pytest

from flows import Disconnect, End, Log
from flows.blocks import READERS
from flows.language import ANY, ERRORS
from flows.unavailable import WHY
from tests.flows.writing import SORRY, action, start


def test_every_type_of_the_language_is_executed_or_it_is_told_why_not() -> None:
    assert READERS.keys() | WHY.keys() == ERRORS.keys()
    assert not READERS.keys() & WHY.keys()
    assert all(ANY in ERRORS[type_name] for type_name in WHY)


@pytest.mark.parametrize("type_name", sorted(WHY))
def test_a_type_that_is_not_executed_takes_its_branch_and_says_why(type_name: str) -> None:
    block = action("block", type_name, leads="hang up", errors={ANY: "sorry"})
    [log, end] = start(block, SORRY)
    assert isinstance(log, Log) and log.level == "warning" and log.block == "block"
    assert f"{type_name} 'block'" in log.text and WHY[type_name] in log.text
    assert end == End()


def test_a_type_that_is_not_executed_disconnects_where_it_has_no_branch() -> None:
    asks = start(action("block", "CreateTask", leads="hang up"))
    assert [type(ask) for ask in asks] == [Log, Disconnect]


def test_what_is_for_chats_only_has_a_branch_of_its_own_for_calls() -> None:
    errors = {"ChannelMismatch": "sorry", ANY: "hang up"}
    block = action("block", "UpdateContactMediaProcessing", errors=errors)
    assert start(block, SORRY)[-1] == End()
    assert start(block, SORRY, system={"Channel": "CHAT"})[-1] == Disconnect()
