from __future__ import annotations

from sip.actions import Action, Send
from sip.arrival import Arrival
from sip.flow import TCP, Flow
from sip.server_transactions import ServerTransaction, ServerTransactions
from sip.timers import Timers
from tests.sip.raw import PEER, arrived, request


class Server:
    def __init__(self) -> None:
        self.outbox: list[Action] = []
        self.timers = Timers()
        self.table = ServerTransactions(self.outbox, self.timers)

    def open(self, data: bytes, flow: Flow = PEER) -> ServerTransaction:
        return self.table.open(arrived(data, flow))

    def sent(self) -> int:
        """Messages sent since the last look."""
        count = sum(isinstance(action, Send) for action in self.outbox)
        self.outbox.clear()
        return count

    def wait_until(self, now: float) -> None:
        for timed in self.timers.due(now):
            timed.tick(now)


BYE, INVITE = arrived(request("BYE")), arrived(request("INVITE"))


def respond(transaction: ServerTransaction, to: Arrival, status: int, now: float) -> None:
    transaction.respond(to.response(status, tag="ours"), now)


def test_a_copy_is_silent_before_the_response_and_repeats_it_after() -> None:
    server = Server()
    bye = server.open(request("BYE"))
    assert server.table.find(arrived(request("BYE")).key) is bye
    assert bye.absorb("BYE", 0.1)
    assert server.sent() == 0
    respond(bye, BYE, 200, 0.2)
    assert bye.absorb("BYE", 0.3)
    assert server.sent() == 2


def test_an_invite_without_a_response_yet_has_nothing_to_repeat() -> None:
    server = Server()
    invite = server.open(request("INVITE"))
    assert invite.absorb("INVITE", 0.1)
    assert server.sent() == 0


def test_the_same_request_by_another_way_is_merged_while_it_is_kept() -> None:
    server = Server()
    invite = server.open(request("INVITE"))
    other = arrived(request("INVITE", branch="b2"))
    assert server.table.is_merged(other)
    assert not server.table.is_merged(INVITE)
    assert not server.table.is_merged(arrived(request("INVITE", branch="b2", cseq=2)))
    respond(invite, INVITE, 486, 0.0)
    invite.absorb("ACK", 0.1)
    server.wait_until(5.2)
    assert not server.table.is_merged(other)


def test_over_tcp_an_answered_request_is_forgotten_at_once() -> None:
    server = Server()
    stream = Flow(TCP, "10.0.0.9", 40000, 1)
    respond(server.open(request("BYE"), stream), BYE, 200, 1.0)
    server.wait_until(1.0)
    assert len(server.table) == 0
