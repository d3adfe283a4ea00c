from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.errors import PeerError
from sip.grammar import Params
from sip.uri import Uri, request_uri

SAME = [
    ("sip:%61nna@earshot.example;transport=TCP", "SIP:anna@EARSHOT.example;Transport=tcp"),
    ("sip:carl@h.example", "sip:carl@h.example;newparam=5"),
    ("sip:carl@h.example;security=on", "sip:carl@h.example;newparam=5"),
    ("sip:h.example;transport=tcp;method=REGISTER", "sip:h.example;method=REGISTER;transport=tcp"),
    ("sip:a@h?subject=x%20y&priority=urgent", "sip:a@h?priority=urgent&Subject=x%20y"),
    ("sip:a@[2001:db8::1]", "sip:a@[2001:0DB8:0::1]"),
    ("tel:+1-201-555-0123", "tel:+1.201.(555)0123"),
]
DIFFERENT = [
    ("SIP:ANNA@h.example", "sip:anna@h.example"),
    ("sip:bob@h.example", "sip:bob@h.example:5060"),
    ("sip:bob@h.example", "sip:bob@h.example;transport=udp"),
    ("sip:bob@h.example", "sip:bob:secret@h.example"),
    ("sip:bob@h.example;maddr=192.0.2.1", "sip:bob@h.example"),
    ("sip:carl@h.example;security=on", "sip:carl@h.example;security=off"),
    ("sip:carl@h.example", "sip:carl@h.example?Subject=next"),
    ("sip:bob@h.example", "sips:bob@h.example"),
    ("sip:h.example", "sip:bob@h.example"),
    ("tel:+12015550123", "sip:+12015550123@h.example"),
    ("tel:7042;phone-context=a.example", "tel:7042;phone-context=b.example"),
]


def test_every_component_is_read() -> None:
    uri = Uri.parse("sips:anna%40home:pw@[2001:db8::5]:5061;transport=tls;lr?Subject=a%20b&x=y")
    assert uri == Uri(
        scheme="sips",
        user="anna@home",
        host="2001:db8::5",
        port=5061,
        params=Params({"transport": "tls", "lr": ""}),
        headers=(("Subject", "a b"), ("x", "y")),
        password="pw",
    )


def test_a_uri_may_lack_a_user() -> None:
    assert Uri.parse("sip:pbx.example").user is None


def test_the_user_may_hold_what_separates_elsewhere() -> None:
    uri = Uri.parse("sip:support;day=1?a/b@h.example;lr")
    assert (uri.user, uri.host, dict(uri.params)) == ("support;day=1?a/b", "h.example", {"lr": ""})


def test_a_dialled_number_is_unescaped() -> None:
    assert Uri.parse("sip:%2B49%2a30%23@h").user == "+49*30#"
    assert str(Uri.parse("sip:%2B49%2a30%23@h")) == "sip:+49*30%23@h"


def test_a_tel_uri_keeps_number_and_parameters() -> None:
    uri = Uri.parse("tel:+1-201-555-0123;ext=12")
    assert (uri.scheme, uri.user, uri.host, uri.params["ext"]) == (
        "tel",
        "+1-201-555-0123",
        "",
        "12",
    )
    assert str(uri) == "tel:+1-201-555-0123;ext=12"


def test_octets_that_are_not_utf_8_survive_a_round_trip() -> None:
    assert str(Uri.parse("sip:caf%E9-%00@h")) == "sip:caf%E9-%00@h"


@pytest.mark.parametrize(("one", "two"), SAME)
def test_these_uris_mean_the_same(one: str, two: str) -> None:
    assert Uri.parse(one).matches(Uri.parse(two))
    assert Uri.parse(two).matches(Uri.parse(one))


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_these_uris_mean_something_else(one: str, two: str) -> None:
    assert not Uri.parse(one).matches(Uri.parse(two))
    assert not Uri.parse(two).matches(Uri.parse(one))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "anna",
            "tel:",
            "tel:;x=1",
            "sip:",
            "sip:@h",
            "sip:a@",
            "sip:a@b@c",
            "sip:a@h:65536",
            "sip:a@h:x",
        ),
        *("sip:a b@h", "<sip:a@h>", "sip:a@h;", "sip:a@h;;lr", "sip:a@h?x", "sip:a@h?=y"),
        *(
            "sip:a%4@h",
            "sip:a%zz@h",
            "sip:a@2001:db8::1",
            "sip:a@[::g]",
            "sip:a\x00@h",
            'sip:"a"@h',
        ),
    ],
)
def test_a_broken_uri_is_refused(text: str) -> None:
    with pytest.raises(PeerError) as refused:
        Uri.parse(text)
    assert refused.value.status == 400


@pytest.mark.parametrize("text", ["http://h.example/", "urn:service:sos", "unknownscheme:x"])
def test_an_unknown_scheme_has_its_own_status(text: str) -> None:
    with pytest.raises(PeerError) as refused:
        Uri.parse(text)
    assert refused.value.status == 416


@given(
    st.builds(
        Uri,
        scheme=st.sampled_from(["sip", "sips"]),
        user=st.none() | st.text(min_size=1, max_size=20),
        host=st.sampled_from(["h.example", "192.0.2.7", "2001:db8::7"]),
        port=st.none() | st.integers(0, 65535),
        params=st.dictionaries(st.sampled_from(["lr", "ob", "x"]), st.sampled_from(["", "1"])).map(
            Params
        ),
        headers=st.lists(st.tuples(st.text(min_size=1, max_size=9), st.text(max_size=9))).map(
            tuple
        ),
    )
)
@settings(deadline=None)
def test_what_is_printed_is_read_back(uri: Uri) -> None:
    assert Uri.parse(str(uri)) == uri
    assert uri.matches(Uri.parse(str(uri)))


@given(st.text(alphabet="sip:a@[]%4;=?&.\t<é", max_size=40).map("sip:".__add__))
@settings(deadline=None)
def test_any_text_is_a_uri_or_a_peer_error(text: str) -> None:
    try:
        uri = Uri.parse(text)
    except PeerError:
        return
    assert Uri.parse(str(uri)) == uri


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("sip:a?b@h;x=%41", "sip:a?b@h;x=%41"),
        ("sip:a@h:5070;transport=tcp?Route=%3Csip:h%3E", "sip:a@h:5070;transport=tcp"),
        ("sip:a@h;method=BYE;lr", "sip:a@h;lr"),
        ("tel:+49301234", "tel:+49301234"),
    ],
)
def test_a_contact_is_called_without_what_only_a_link_may_have(contact: str, uri: str) -> None:
    assert request_uri(contact) == uri


def test_any_uri_tells_its_scheme() -> None:
    assert Uri.scheme_of("SIPS:a@h") == "sips"
    assert Uri.scheme_of("isbn:2983792873") == "isbn"
    assert Uri.scheme_of("2001:db8::1") == ""
