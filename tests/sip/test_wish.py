from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.headers import NameAddr
from sip.message import Request
from sip.wish import Wish, path_in, wishes_in
from tests.sip.raw import arrived, request
from tests.sip.test_binding import binding


def register(*fields: str) -> Request:
    return arrived(request("REGISTER", *fields, contact="")).request


def wish(contact: str, expires: str | None = None) -> Wish:
    return Wish.of(NameAddr.parse(contact), expires)


@pytest.mark.parametrize(
    ("contact", "seconds"),
    [
        ("<sip:a@h>", 600),
        ("<sip:a@h>;expires=0", 0),
        ("<sip:a@h>;expires=61", 61),
        ("<sip:a@h>;expires=soon", None),
    ],
)
def test_the_parameter_goes_before_the_header(contact: str, seconds: int | None) -> None:
    assert wish(contact, "600").seconds == seconds


@pytest.mark.parametrize(
    ("text", "q"), [("0.5", 0.5), ("1", 1.0), ("0", 0.0), ("0.", 0.0), ("1.5", 1.0), ("-1", 1.0)]
)
def test_a_q_that_is_none_counts_as_one(text: str, q: float) -> None:
    assert wish(f"<sip:a@h>;q={text}").q == q


@pytest.mark.parametrize(
    ("params", "instance", "reg_id"),
    [
        (';+sip.instance="<urn:uuid:1>";reg-id=3', "urn:uuid:1", 3),
        (';+SIP.Instance="<urn:uuid:1>"', "urn:uuid:1", 0),
        (";reg-id=3", "", 0),
        (';+sip.instance="<urn;x=1>";reg-id=3', "", 0),
        (';+sip.instance="<urn:uuid:1>";reg-id=0', "urn:uuid:1", 0),
    ],
)
def test_a_flow_is_one_of_a_device(params: str, instance: str, reg_id: int) -> None:
    read = wish(f"<sip:a@h>{params}")
    assert (read.instance, read.reg_id) == (instance, reg_id)


def test_which_binding_is_meant() -> None:
    uri = "sip:a@10.0.0.2"
    device = f'<{uri}>;+sip.instance="<urn:x:1>"'
    assert wish("<sip:a@10.0.0.2>").is_about(binding(uri))
    assert not wish("<sip:b@10.0.0.2>").is_about(binding(uri))
    assert wish(device).is_about(binding("sip:a@elsewhere", instance="urn:x:1"))
    assert not wish(device).is_about(binding("sip:a@elsewhere", instance="urn:x:2"))
    assert wish(device).is_about(binding(uri))
    flow = f"{device};reg-id=1"
    assert not wish(flow).is_about(binding(uri, instance="urn:x:1", reg_id=2))
    assert wish(flow).is_about(binding("sip:a@elsewhere", instance="urn:x:1", reg_id=1))


def test_a_star_wishes_everything_away() -> None:
    assert wishes_in(register("Contact: *", "Expires: 0")) is None


def test_of_the_same_contact_twice_the_last_one_counts() -> None:
    read = wishes_in(register("Contact: <sip:a@h>;q=0.1, <sip:b@h>, <sip:a@h>;q=0.2"))
    assert read is not None
    assert [(each.uri, each.q) for each in read] == [("sip:a@h", 0.2), ("sip:b@h", 1.0)]


def test_a_path_is_read_and_checked() -> None:
    assert path_in(register()) == ()
    assert path_in(register("Path: <sip:a;lr>", "Path: <sip:b;lr>")) == ("<sip:a;lr>", "<sip:b;lr>")
    with pytest.raises(PeerError):
        path_in(register("Path: b"))
