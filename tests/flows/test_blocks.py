from __future__ import annotations

from flows import Disconnect, End, Failed, TransferToAgent
from flows.blocks import GO_ON, ON_A_KEY, READERS, RESULTS
from flows.language import ERRORS
from tests.flows.writing import action, interpreter, start


def test_disconnect_and_end_ask_for_just_that() -> None:
    assert start(action("x", "DisconnectParticipant")) == [Disconnect()]
    assert start(action("x", "EndFlowExecution")) == [End()]


def test_the_tables_name_types_of_the_language() -> None:
    assert READERS.keys() <= ERRORS.keys()
    assert GO_ON <= READERS.keys()
    assert RESULTS.keys() | ON_A_KEY <= READERS.keys()


def test_a_transfer_to_the_agent_that_fails_disconnects() -> None:
    run = interpreter([action("agent", "TransferContactToAgent")])
    assert run.start(now=0.0) == [TransferToAgent()]
    assert run.step(Failed(), now=0.0)[-1] == Disconnect()
