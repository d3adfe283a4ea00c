from __future__ import annotations

from sip.actions import Report, Send
from sip.events import Unregistered
from sip.flow import TCP, Flow, Here
from sip.transaction_layer import RESERVED, TransactionLayer
from tests.sip.raw import PEER, arrived, request
from tests.sip.scene import numbered

LIMIT = 16
BYE = arrived(request("BYE"))


def layer() -> TransactionLayer:
    return TransactionLayer(Here("10.0.0.1", 5060), numbered(), LIMIT)


def fill(layer: TransactionLayer, count: int) -> None:
    for number in range(count):
        layer.servers.open(arrived(request("BYE", branch=f"b{number}", cseq=number + 1)))


def test_strangers_are_refused_first_and_calls_that_are_up_last() -> None:
    full = layer()
    fill(full, LIMIT - LIMIT // RESERVED)
    assert not full.has_room(in_dialog=False)
    assert full.has_room(in_dialog=True)
    fill(full, LIMIT)
    assert not full.has_room(in_dialog=True)


def test_requests_of_ours_count_as_well() -> None:
    busy = layer()
    fill(busy, 1)
    busy.clients.send(BYE.request, (PEER,), None, 0.0)
    assert busy.open == 2


def test_actions_are_handed_out_once_and_in_order() -> None:
    some = layer()
    response = BYE.response(200, tag="ours")
    some.send(response, PEER)
    some.report(Unregistered("agent1"))
    assert some.drain() == [Send(response.encode(), PEER), Report(Unregistered("agent1"))]
    assert some.drain() == []


def test_a_response_whose_connection_is_gone_goes_by_its_spare_way_once() -> None:
    some = layer()
    gone = Flow(TCP, "10.0.0.9", 40000, connection=7)
    options = arrived(request("OPTIONS", via="SIP/2.0/TCP 10.0.0.9:5070"), gone)
    some.servers.open(options).respond(options.response(200, tag="ours"), 0.0)
    (first,) = some.drain()
    assert isinstance(first, Send) and first.flow == gone
    some.undelivered(first, 0.0)
    (second,) = some.drain()
    assert isinstance(second, Send) and second.data == first.data
    assert second.flow == Flow(TCP, "10.0.0.9", 5070, domain="10.0.0.9")
    some.undelivered(second, 0.0)
    assert some.drain() == []


def test_time_passes_for_all() -> None:
    some = layer()
    fill(some, 3)
    some.tick(some.timers.deadline)
    assert some.open == 0
