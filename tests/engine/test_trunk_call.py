from __future__ import annotations

from typing import Any

from config import Queue, Trunk
from engine.hunt import Way
from engine.trunk_call import TrunkCall, caller_id

BERLIN, OURS, THEIRS = "+49301234567", "+49305550100", "+49305550199"


def trunk(**values: Any) -> Trunk:
    return Trunk(name="carrier", host="carrier.example", caller_id=THEIRS, **values)


def queue(**values: Any) -> Queue:
    return Queue(name="support", **values)


def call(trunk: Trunk, queue: Queue, *, private: bool = False) -> TrunkCall:
    return TrunkCall.by(Way(BERLIN, trunk), queue, private=private)


def test_the_called_see_the_number_of_the_queue_or_else_that_of_the_trunk() -> None:
    assert caller_id(queue(caller_id=OURS), trunk()) == OURS
    assert caller_id(queue(), trunk()) == THEIRS


def test_numbers_are_written_as_the_trunk_wants_them() -> None:
    one = call(trunk(port=5070, transport="tcp", outgoing_format="digits"), queue())
    assert one.uri == "sip:49301234567@carrier.example:5070;transport=tcp"
    assert one.from_.uri == "sip:49305550199@carrier.example:5070"


def test_the_called_see_the_name_of_the_queue() -> None:
    assert call(trunk(), queue(caller_name="Support")).from_.display == "Support"


def test_everything_goes_by_the_proxy_and_only_its_realm_is_answered() -> None:
    login = {"username": "us", "password": "secret", "realm": "carrier.example"}
    one = call(trunk(proxy="sip:192.0.2.11", first_response_seconds=3, **login), queue())
    assert one.routes == ("<sip:192.0.2.11;lr>",)
    assert set(one.logins) == {"carrier.example"}
    assert one.patience == 3


def test_only_a_trusted_trunk_is_told_who_calls() -> None:
    assert call(trunk(), queue()).fields == ()
    [(name, value)] = call(trunk(asserted_identity="trust"), queue()).fields
    assert (name, value) == ("P-Asserted-Identity", f"<sip:{THEIRS}@carrier.example>")


def test_who_wants_to_be_private_is_hidden_from_the_called() -> None:
    one = call(trunk(), queue(caller_name="Support"), private=True)
    assert str(one.from_) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert one.fields == (("Privacy", "id"),)
    trusted = call(trunk(asserted_identity="trust"), queue(), private=True)
    assert [name for name, _ in trusted.fields] == ["P-Asserted-Identity", "Privacy"]
