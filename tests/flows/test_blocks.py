from __future__ import annotations

import pytest

from flows import Disconnect, End, Failed, Log, TransferToAgent
from flows.blocks import GO_ON, ON_A_KEY, READERS, RESULTS
from flows.language import ERRORS
from tests.flows.writing import SORRY, action, interpreter, start


def test_disconnect_and_end_ask_for_just_that() -> None:
    assert start(action("x", "DisconnectParticipant")) == [Disconnect()]
    assert start(action("x", "EndFlowExecution")) == [End()]


@pytest.mark.parametrize("type_name", sorted(ERRORS.keys() - READERS.keys()))
def test_a_type_that_is_not_executed_takes_its_branch_and_says_why(type_name: str) -> None:
    errors = {error: "sorry" for error in ERRORS[type_name]}
    assert errors, "what cannot fail is executed"
    asks = start(action("block", type_name, leads="hang up", errors=errors), SORRY)
    log = asks[0]
    assert isinstance(log, Log) and log.level == "warning" and log.block == "block"
    assert f"{type_name} 'block'" in log.text
    assert "this version does not execute" in log.text
    assert asks[1:] == [End()]


def test_a_type_that_is_not_executed_disconnects_where_it_has_no_branch() -> None:
    asks = start(action("block", "CreateTask", leads="hang up"))
    assert [type(ask) for ask in asks] == [Log, Disconnect]


def test_the_tables_name_types_of_the_language() -> None:
    assert READERS.keys() <= ERRORS.keys()
    assert GO_ON <= READERS.keys()
    assert RESULTS.keys() | ON_A_KEY <= READERS.keys()


def test_a_transfer_to_the_agent_that_fails_disconnects() -> None:
    run = interpreter([action("agent", "TransferContactToAgent")])
    assert run.start(now=0.0) == [TransferToAgent()]
    assert run.step(Failed(), now=0.0)[-1] == Disconnect()
