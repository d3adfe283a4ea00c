from __future__ import annotations

from sip.actions import Alias, Report, Send
from sip.events import Unregistered
from sip.flow import UDP, Flow

PEER = Flow(UDP, "10.0.0.9", 5060)


def test_an_action_is_a_value() -> None:
    assert Send(b"x", PEER) == Send(b"x", PEER)
    assert Send(b"x", PEER) != Send(b"x", PEER, ("z9hG4bK1", "BYE"))
    assert Report(Unregistered("a")) == Report(Unregistered("a"))


def test_an_alias_names_a_connection_and_a_port() -> None:
    assert Alias(PEER, 5061) == Alias(PEER, 5061) != Alias(PEER, 5071)


def test_only_what_a_transaction_waits_for_is_worth_handing_back() -> None:
    assert Send(b"x", PEER).request is None
