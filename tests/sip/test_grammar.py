from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.errors import PeerError
from sip.grammar import (
    Params,
    format_host_port,
    is_token,
    leading_quoted,
    parse_host_port,
    quote,
    split_outside,
    unquote,
)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a , b,c", ["a", "b", "c"]),
        ('"x,y" <sip:a@b>, <sip:c,d@e>', ['"x,y" <sip:a@b>', "<sip:c,d@e>"]),
        (r'"say \", twice", z', [r'"say \", twice"', "z"]),
        ('<sip:a"b>, "q<,"', ['<sip:a"b>', '"q<,"']),
    ],
)
def test_a_list_is_cut_only_outside_quotes_and_brackets(text: str, pieces: list[str]) -> None:
    assert split_outside(text, ",") == pieces


@pytest.mark.parametrize("text", ['"', 'a, "b', "<sip:a", '"\\"', "a<b,c"])
def test_an_unclosed_quote_or_bracket_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        split_outside(text, ",")


@given(st.text())
def test_quoting_and_unquoting_is_the_identity(text: str) -> None:
    assert unquote(quote(text)) == text
    assert leading_quoted(quote(text) + " rest") == (text, " rest")


def test_a_word_without_quotes_is_its_own_value() -> None:
    assert unquote("auth") == "auth"
    assert unquote('"half') == '"half'


def test_a_quote_that_never_ends_is_refused() -> None:
    with pytest.raises(PeerError):
        leading_quoted('"never')


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("example.com", "example.com", None),
        ("192.0.2.1:5060", "192.0.2.1", 5060),
        ("host : 65535", "host", 65535),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[::ffff:192.0.2.1]:5061", "::ffff:192.0.2.1", 5061),
        ("[2001:db8:::192.0.2.1]", "2001:db8::192.0.2.1", None),
    ],
)
def test_host_and_port_are_told_apart(text: str, host: str, port: int | None) -> None:
    assert parse_host_port(text) == (host, port)


@pytest.mark.parametrize(
    "text",
    [
        *("", ":5060", "host:", "host:65536", "host:99999", "host:123456", "host:-1", "host:50a"),
        *("2001:db8::1", "[2001:db8::1", "[2001:db8:::1]", "[]", "[12]", "ho st", "a@b", "höst"),
        *("host:٥٠٦٠", "x" * 300),
    ],
)
def test_a_host_or_port_that_cannot_be_one_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        parse_host_port(text)


def test_an_ipv6_address_gets_its_brackets_back() -> None:
    assert format_host_port("2001:db8::1", 5060) == "[2001:db8::1]:5060"
    assert format_host_port("192.0.2.1", None) == "192.0.2.1"


def test_parameters_are_found_whatever_their_case() -> None:
    params = Params.parse(';Tag=Ab ; lr;x="a;b"')
    assert (params["TAG"], params.get("lr"), params["x"]) == ("Ab", "", '"a;b"')
    assert "LR" in params
    assert params.get("absent") is None
    assert list(params) == ["tag", "lr", "x"]


def test_parameters_print_as_they_were_read() -> None:
    assert str(Params.parse(';branch=z9hG4bK1 ; rport;x="a;b"')) == ';branch=z9hG4bK1;rport;x="a;b"'


def test_of_a_repeated_parameter_the_first_counts() -> None:
    assert Params.parse(";tag=1;TAG=2") == Params({"tag": "1"})


def test_changing_parameters_leaves_the_original_alone() -> None:
    params = Params.parse(";rport;branch=1")
    assert params.apart("branch") == ("1", Params({"rport": ""}))
    assert params.apart("alias") == ("", params)
    assert str(params.with_param("RPORT", "5070")) == ";rport=5070;branch=1"
    assert str(params.without("Rport")) == ";branch=1"
    assert str(params) == ";rport;branch=1"


def test_equal_parameters_hash_alike_in_any_order() -> None:
    one, two = Params.parse(";a=1;b"), Params.parse(";b;A=1")
    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize(
    "text",
    [";", ";;", ";a;", ";=x", ";a=", "a=1", "x;a", ';a="', ";a b", ";a=b c", ';a="b"c', ";é"],
)
def test_a_broken_parameter_list_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        Params.parse(text)


@given(st.text(alphabet=';="\\ab <>,\t\x00é', max_size=40))
@settings(deadline=None)
def test_any_text_is_a_parameter_list_or_a_peer_error(text: str) -> None:
    try:
        params = Params.parse(text)
    except PeerError:
        return
    assert Params.parse(str(params)) == params


def test_a_token_has_no_separators() -> None:
    assert is_token("z9hG4bK-1.~*'%")
    assert not any(is_token(text) for text in ("", "a b", "a;b", "a\n", "é"))
