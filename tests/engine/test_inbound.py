from __future__ import annotations

from typing import Any

import pytest

from config import Trunk
from engine.inbound import translated
from sip import InviteReceived, SessionId
from sip.events import Caller
from sip.headers import Headers

LOGIN = {"username": "us", "password": "secret", "realm": "carrier.example"}


def trunk(**values: Any) -> Trunk:
    return Trunk(**{"name": "carrier", "host": "h", "country_code": "49", **values})


def invite(number: str, caller: str = "0301111111", to: str = "") -> InviteReceived:
    fields = [("To", to)] if to else []
    who = Caller(f"sip:{caller}@h", caller, "Ann")
    return InviteReceived(
        SessionId("s"), number, who, None, None, ("10.0.0.9", 5060), Headers(fields)
    )


def test_both_numbers_are_read_by_the_plan_of_the_trunk() -> None:
    call = translated(invite("0301234567"), trunk())
    assert (call.number, call.caller.user) == ("+49301234567", "+49301111111")
    assert (call.caller.uri, call.caller.display) == ("sip:0301111111@h", "Ann")


def test_what_is_no_number_stays_as_it_is() -> None:
    call = translated(invite("support", "anonymous"), trunk())
    assert (call.number, call.caller.user) == ("support", "anonymous")


@pytest.mark.parametrize(
    ("to", "number"),
    [
        ("<sip:0301234567@h>;tag=1", "+49301234567"),
        ("tel:+49301234567", "+49301234567"),
        ("<sip:us@h>", "us"),
        ("<sip:h>", "us"),
        ("<", "us"),
        ("", "us"),
    ],
)
def test_a_call_for_our_registration_says_in_to_what_was_dialled(to: str, number: str) -> None:
    assert translated(invite("us", to=to), trunk(**LOGIN)).number == number
    assert translated(invite("0307654321", to=to), trunk(**LOGIN)).number == "+49307654321"
