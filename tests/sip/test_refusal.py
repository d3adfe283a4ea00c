from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.refusal import ACCEPT, ALLOW, METHODS, Refusal, refuse
from tests.sip.raw import arrived, request

BYE = arrived(request("BYE"))


@pytest.mark.parametrize(
    ("status", "name", "value"),
    [
        (405, "Allow", ALLOW),
        (406, "Accept", ACCEPT),
        (415, "Accept", ACCEPT),
        (501, "Allow", ALLOW),
        (503, "Retry-After", "5"),
    ],
)
def test_a_status_brings_the_field_it_calls_for(status: int, name: str, value: str) -> None:
    assert refuse(BYE, PeerError("Because", status), "tag").headers.get(name) == value


def test_a_refusal_brings_its_own_fields_each_on_its_line() -> None:
    error = Refusal(401, "", ("WWW-Authenticate", "Digest a"), ("WWW-Authenticate", "Digest b"))
    response = refuse(BYE, error, "tag")
    assert (response.status, response.reason) == (401, "Unauthorized")
    assert response.headers.lines("WWW-Authenticate") == ("Digest a", "Digest b")
    assert response.to.tag == "tag"


def test_the_reason_of_the_error_is_the_reason_phrase() -> None:
    assert refuse(BYE, PeerError("Missing Contact"), "tag").reason == "Missing Contact"


def test_we_allow_every_method_we_serve() -> None:
    assert ALLOW == ", ".join(METHODS)
