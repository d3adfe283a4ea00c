from __future__ import annotations

import pytest

from sip.callee import Callee
from sip.events import SessionId
from sip.flow import UDP, Flow, Here
from sip.message import Request
from sip.registrar import Binding
from sip.session import Session
from sip.sessions import Sessions, SessionsFull
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import SDP, STRANGER, arrived, request
from tests.sip.scene import OURS, Scene, numbered

HERE = Here("10.0.0.1", 5060)
BINDING = Binding("sip:a@10.0.0.9", Flow(UDP, *STRANGER), False, "r1", 1, 3600.0)
PHONE = Callee.phone("agent1", BINDING, "Customer", None, HERE)


def sessions(limit: int = 2, transactions: int = 100) -> Sessions:
    layer = TransactionLayer(HERE, numbered(), transactions)
    return Sessions(layer, limit)


def call(table: Sessions) -> Session:
    return table.call(PHONE, OURS, (), 0.0)


def test_a_session_is_found_by_its_id_and_by_requests_of_its_dialog() -> None:
    table = sessions()
    session = call(table)
    assert table.get(session.id) is session
    dialog = session.dialog
    bye = arrived(request("BYE", call_id=dialog.call_id, to_tag=dialog.local_tag))
    other = arrived(request("BYE", call_id=dialog.call_id, to_tag="other"))
    assert table.of(bye) is session
    assert table.of(other) is None
    assert table.get(SessionId("other")) is None


def test_it_leaves_both_tables_when_nothing_is_left_to_do() -> None:
    table = sessions()
    session = call(table)
    session.unreachable(Request("INVITE", ""), 1.0)
    assert len(table) == 0
    assert table.get(session.id) is None


def test_a_call_beyond_the_limit_is_not_made() -> None:
    table = sessions(limit=2)
    call(table)
    call(table)
    with pytest.raises(SessionsFull):
        call(table)


def test_a_call_is_not_made_when_there_are_too_many_transactions() -> None:
    table = sessions(limit=100, transactions=1)
    call(table)
    with pytest.raises(SessionsFull):
        call(table)


def test_an_incoming_call_beyond_the_limit_gets_503_and_when_to_retry() -> None:
    scene = Scene(max_sessions=2)
    for number in range(2):
        assert scene.statuses(
            request("INVITE", branch=f"b{number}", call_id=f"c{number}", body=SDP)
        )
    (refused,) = scene.stranger(request("INVITE", branch="b9", call_id="c9", body=SDP))
    assert not isinstance(refused, Request)
    assert (refused.status, refused.headers.get("Retry-After")) == (503, "5")
    assert scene.endpoint.sessions_open == 2
