from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.errors import PeerError, UsageError
from sip.grammar import Params
from sip.headers import COMPACT, CSeq, Headers, NameAddr, Via, canonical

NOISE = 'SIP/2.0 UDPh:5060;branch=z9,"\\<>@ab \t\x00é'


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *(("v", "Via"), ("I", "Call-ID"), ("call-id", "Call-ID"), ("CSEQ", "CSeq")),
        *(("www-authenticate", "WWW-Authenticate"), ("x-ray-ID", "X-Ray-Id"), ("k", "Supported")),
        ("USER-TO-USER", "User-to-User"),  # RFC 7433
    ],
)
def test_a_name_has_one_spelling(written: str, name: str) -> None:
    assert canonical(written) == name


def test_every_compact_form_is_a_single_letter_for_a_canonical_name() -> None:
    assert all(len(short) == 1 and canonical(name) == name for short, name in COMPACT.items())


def test_headers_are_found_by_any_spelling() -> None:
    headers = Headers([("f", "<sip:a@h>"), ("SUBJECT", "lunch")])
    assert headers.get("from") == "<sip:a@h>"
    assert headers.get("s") == "lunch"
    assert "From" in headers
    assert "To" not in headers
    assert headers.get("To") is None


def test_lists_are_split_and_keep_their_order_over_lines() -> None:
    headers = Headers([("Route", "<sip:a;lr>, <sip:b,c;lr>"), ("route", '"d,e" <sip:f>')])
    assert headers.all("Route") == ["<sip:a;lr>", "<sip:b,c;lr>", '"d,e" <sip:f>']
    assert headers.lines("Route") == ("<sip:a;lr>, <sip:b,c;lr>", '"d,e" <sip:f>')
    assert headers.get("Route") == "<sip:a;lr>, <sip:b,c;lr>"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Date", "Sat, 13 Nov 2010 23:29:00 GMT"),
        ("WWW-Authenticate", 'Digest realm="a", nonce="b"'),
        ("Authorization", 'Digest username="a", uri="b"'),
        ("Subject", "hello, world"),
        ("From", "<sip:a,b@h>;tag=1"),
    ],
)
def test_a_comma_does_not_split_what_is_not_a_list(name: str, value: str) -> None:
    assert Headers([(name, value)]).all(name) == [value]


def test_a_list_of_words_can_be_read_whatever_is_in_it() -> None:
    headers = Headers([("Require", 'a, "b, <'), ("Contact", "<sip:a@h, <")])
    assert headers.all("Require") == ["a", '"b', "<"]
    with pytest.raises(PeerError):
        headers.all("Contact")


def test_an_empty_list_has_no_values() -> None:
    assert Headers([("Supported", "")]).all("Supported") == []
    assert Headers([("Supported", "timer,, 100rel,")]).all("k") == ["timer", "100rel"]
    assert Headers().all("Supported") == []


def test_setting_replaces_all_values_at_their_place() -> None:
    headers = Headers([("Via", "1"), ("To", "2"), ("Via", "3")])
    headers.set("v", "4", "5")
    assert list(headers.items()) == [("Via", "4"), ("Via", "5"), ("To", "2")]
    headers.set("To")
    assert "To" not in headers


def test_several_are_put_at_once_each_at_its_place() -> None:
    headers = Headers([("Via", ""), ("CSeq", "1 BYE")])
    assert headers.read("CSeq", str) == "1 BYE"
    headers.put({"CSeq": "2 BYE", "To": "<sip:b@h>", "Via": "SIP/2.0/UDP h"})
    fields = [("Via", "SIP/2.0/UDP h"), ("CSeq", "2 BYE"), ("To", "<sip:b@h>")]
    assert list(headers.items()) == fields
    assert headers.read("CSeq", str) == "2 BYE"
    with pytest.raises(UsageError):
        headers.put({"Subject": "hello", "Contact": "<sip:a@h>\r\nX: y"})
    assert list(headers.items()) == fields


def test_removing_a_header_that_is_not_there_is_no_error() -> None:
    headers = Headers([("To", "x")])
    headers.remove("t")
    headers.remove("t")
    assert list(headers.items()) == []


def test_a_copy_is_independent() -> None:
    headers = Headers([("Via", "1")])
    twin = headers.copy()
    twin.add("Via", "2")
    assert headers.lines("Via") == ("1",)
    assert twin != headers


def test_a_field_is_read_once_until_it_changes() -> None:
    headers, seen = Headers([("CSeq", "1 BYE")]), []

    def parse(text: str) -> str:
        seen.append(text)
        return text.lower()

    assert [headers.read("CSeq", parse), headers.read("CSeq", parse)] == ["1 bye", "1 bye"]
    headers.set("CSeq", "2 BYE")
    assert (headers.copy().read("CSeq", parse), headers.read("CSeq", parse)) == ("2 bye", "2 bye")
    assert seen == ["1 BYE", "2 BYE", "2 BYE"]


def test_a_field_that_is_missing_or_repeated_cannot_be_read_but_the_first_of_several_can() -> None:
    headers = Headers([("Via", "1"), ("Via", "2")])
    assert headers.read("Via", str, first=True) == "1"
    headers.add("Via", "3")
    for name in ("To", "Via"):
        with pytest.raises(PeerError):
            headers.read(name, str)


def test_lines_are_taken_over_name_by_name() -> None:
    headers = Headers([("To", "old"), ("CSeq", "old")])
    headers.take(Headers([("Via", "1"), ("Via", "2"), ("To", "new")]), "To", "Via", "CSeq")
    assert headers == Headers([("To", "new"), ("Via", "1"), ("Via", "2")])


def test_the_order_of_different_names_does_not_make_headers_differ() -> None:
    assert Headers([("To", "a"), ("Via", "b")]) == Headers([("v", "b"), ("t", "a")])
    assert Headers([("Via", "a"), ("Via", "b")]) != Headers([("Via", "b"), ("Via", "a")])


@pytest.mark.parametrize("value", ["a\r\nVia: x", "a\nb", "a\rb", "\r\n"])
def test_a_value_cannot_break_out_of_its_line(value: str) -> None:
    headers = Headers()
    with pytest.raises(UsageError):
        headers.add("Subject", value)
    with pytest.raises(UsageError):
        headers.set("Subject", value)
    assert "Subject" not in headers


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "é"])
def test_a_name_must_be_a_token(name: str) -> None:
    with pytest.raises(UsageError):
        Headers().add(name, "x")


def test_a_via_is_read_with_spaces_wherever_the_grammar_has_them() -> None:
    via = Via.parse("SIP  / 2.0 /\tudp  [2001:db8::9] : 5070 ; rport ;branch = z9hG4bK-1;ttl=1")
    assert via == Via("UDP", "2001:db8::9", 5070, "z9hG4bK-1", Params({"rport": "", "ttl": "1"}))
    assert str(via) == "SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bK-1;rport;ttl=1"


def test_a_via_without_branch_or_port_has_neither() -> None:
    via = Via.parse("SIP/2.0/TCP Host.Example")
    assert (via.branch, via.port, via.sent_by) == ("", None, "host.example")


PIECES = st.sampled_from((";branch=", ";Branch=", ";branch", "=", ";", "z9hG4bK-1", '"', ",", " "))


@given(st.lists(PIECES | st.sampled_from((";rport", ";ttl=1", ";alias", "b", "<", "x"))))
def test_however_a_branch_is_written_it_is_read_as_any_parameter_is(pieces: list[str]) -> None:
    text = ";x=1" + "".join(pieces)
    try:
        expected = Params.parse(text).apart("branch")
    except PeerError:
        with pytest.raises(PeerError):
            Via.parse("SIP/2.0/UDP h" + text)
    else:
        via = Via.parse("SIP/2.0/UDP h" + text)
        assert (via.branch, via.params) == expected


def test_a_via_parameter_is_added_to_a_copy() -> None:
    via = Via.parse("SIP/2.0/UDP h;rport;branch=b")
    seen = via.with_params(received="192.0.2.1", rport="5070")
    assert str(seen) == "SIP/2.0/UDP h;branch=b;rport=5070;received=192.0.2.1"
    assert "received" not in via.params


@pytest.mark.parametrize(
    "text",
    [
        *("", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/3.0/UDP h", "SIP/2.0 UDP h", "UDP h"),
        *("SIP/2.0/UDP h:70000", "SIP/2.0/UDP h:", "SIP/2.0/UDP h;;", "SIP/2.0/UDP h;branch="),
        *("SIP/2.0/UDP 2001:db8::1", "SIP/2.0/UDP h h", "SIP/2.0/U/D h"),
    ],
)
def test_a_broken_via_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        Via.parse(text)


def test_a_cseq_has_a_number_and_a_method() -> None:
    assert CSeq.parse("0009 \t INVITE") == CSeq(9, "INVITE")
    assert str(CSeq(2147483647, "BYE")) == "2147483647 BYE"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "INVITE",
        "-1 BYE",
        "1.5 BYE",
        "2147483648 BYE",
        "99999999999 BYE",
        "1 B YE",
        "٣ BYE",
    ],
)
def test_a_broken_cseq_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        CSeq.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<sip:a@h>", NameAddr("", "sip:a@h")),
        ("sip:a@h;tag=1", NameAddr("", "sip:a@h", Params({"tag": "1"}))),
        ("sip:a@h ; tag=1", NameAddr("", "sip:a@h", Params({"tag": "1"}))),
        ("<sip:a@h;lr>;tag=1", NameAddr("", "sip:a@h;lr", Params({"tag": "1"}))),
        ("Anna B <sip:a@h>", NameAddr("Anna B", "sip:a@h")),
        ("Änne. <sip:a@h> ; x", NameAddr("Änne.", "sip:a@h", Params({"x": ""}))),
        (r'"A \"B\" <C>" <sip:a@h>', NameAddr('A "B" <C>', "sip:a@h")),
        ('""<sip:a@h>', NameAddr("", "sip:a@h")),
        ("<http://h/?x=%20&y>", NameAddr("", "http://h/?x=%20&y")),
    ],
)
def test_an_address_is_read(text: str, address: NameAddr) -> None:
    assert NameAddr.parse(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "*", "<>", "<sip:a@h", '"Anna <sip:a@h>', '"Anna" sip:a@h', "Doe, Anna <sip:a@h>"),
        *("< sip:a@h>", "<sip:a@h >", "<sip:a@h>x", "<sip:a@h>;", "<sip:a@h>;;x", "sip:a h"),
        *("<sip:a@h> <sip:b@h>", 'Anna "B" <sip:a@h>', "anna", "<anna>"),
        *("sip:a@h?x=1", "sip:a?b@h", "sip:a,b@h"),
    ],
)
def test_a_broken_address_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        NameAddr.parse(text)


def test_a_tag_is_read_and_set() -> None:
    address = NameAddr.parse("Anna <sip:a@h>")
    assert address.tag is None
    assert str(address.with_tag("x1")) == '"Anna" <sip:a@h>;tag=x1'
    assert address.with_tag("x1").tag == "x1"


@given(st.text(max_size=30), st.sampled_from(["", "t1"]))
@settings(deadline=None)
def test_an_address_that_is_printed_is_read_back(display: str, tag: str) -> None:
    address = NameAddr(display, "sip:a@h;lr", Params({"tag": tag} if tag else {}))
    assert NameAddr.parse(str(address)) == address


@given(st.text(alphabet=NOISE, max_size=40))
@settings(deadline=None)
def test_any_text_is_a_value_or_a_peer_error(noise: str) -> None:
    for read, text in (
        (Via.parse, "SIP/2.0/UDP h" + noise),
        (NameAddr.parse, noise + "<sip:a@h>" + noise),
        (CSeq.parse, "1 " + noise),
    ):
        try:
            value = read(text)
        except PeerError:
            continue
        assert read(str(value)) == value
