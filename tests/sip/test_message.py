from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.errors import PeerError, UsageError
from sip.grammar import Params
from sip.headers import CSeq, Headers, NameAddr, Via
from sip.message import (
    MAX_BODY,
    MAX_HEAD,
    PING,
    PONG,
    REASONS,
    Framer,
    Malformed,
    Request,
    Response,
    parse,
    response_to,
)
from sip.uri import Uri
from tests.sip.effort import cheap, least_seconds
from tests.sip.torture import (
    ANSWERABLE,
    BROKEN_RESPONSES,
    FIELDS,
    INVITE,
    NAMELESS,
    UNANSWERABLE,
    VALID,
    message,
)

ALL = [
    data
    for table in (VALID, ANSWERABLE, NAMELESS, UNANSWERABLE, BROKEN_RESPONSES)
    for data in table.values()
]


def parsed(*changes: str) -> Request:
    request = parse(message(INVITE, *changes))
    assert isinstance(request, Request)
    return request


def framed(*changes: str, body: bytes = b"") -> bytes:
    return message(INVITE, f"Content-Length: {len(body)}", *changes) + body


@pytest.mark.parametrize("data", VALID.values(), ids=VALID.keys())
def test_a_message_that_only_looks_broken_is_read_and_survives_a_round_trip(data: bytes) -> None:
    read = parse(data)
    again = parse(read.encode())
    again.headers.set("Content-Length", *read.headers.lines("Content-Length"))
    assert again == read


@pytest.mark.parametrize("data", ANSWERABLE.values(), ids=ANSWERABLE.keys())
def test_a_broken_request_can_be_answered_when_its_transaction_can_be_told(data: bytes) -> None:
    with pytest.raises(Malformed) as broken:
        parse(data)
    assert broken.value.status == 400
    assert broken.value.request is not None
    answer = parse(response_to(broken.value.request, 400, broken.value.reason, "t").encode())
    assert isinstance(answer, Response)
    assert answer.cseq == CSeq(7, "INVITE")
    assert answer.to.tag == "t"


@pytest.mark.parametrize("data", NAMELESS.values(), ids=NAMELESS.keys())
def test_a_request_with_a_broken_identity_is_handed_on_for_a_stateless_answer(data: bytes) -> None:
    with pytest.raises(Malformed) as broken:
        parse(data)
    assert broken.value.status == 400
    assert broken.value.request is not None


@pytest.mark.parametrize("data", UNANSWERABLE.values(), ids=UNANSWERABLE.keys())
def test_a_request_without_a_way_back_cannot_be_answered(data: bytes) -> None:
    with pytest.raises(Malformed) as broken:
        parse(data)
    assert broken.value.request is None


@pytest.mark.parametrize("data", BROKEN_RESPONSES.values(), ids=BROKEN_RESPONSES.keys())
def test_a_broken_response_is_a_plain_peer_error(data: bytes) -> None:
    with pytest.raises(PeerError) as broken:
        parse(data)
    assert not isinstance(broken.value, Malformed)


def test_a_request_of_another_version_is_refused_by_its_own_status() -> None:
    with pytest.raises(Malformed) as broken:
        parse(message("INVITE sip:support@pbx.example SIP/7.0"))
    assert broken.value.status == 505
    assert broken.value.request is not None
    assert broken.value.request.method == "INVITE"


def test_an_overlong_request_uri_is_refused_by_its_own_status() -> None:
    with pytest.raises(Malformed) as broken:
        parse(message(f"INVITE sip:{'x' * 8192}@pbx.example SIP/2.0"))
    assert broken.value.status == 414
    assert broken.value.request is not None


def test_the_broken_request_keeps_its_method_so_that_an_ack_is_not_answered() -> None:
    with pytest.raises(Malformed) as broken:
        parse(message("ACK sip:support@pbx.example  SIP/2.0", "CSeq: 7 ACK"))
    assert broken.value.request is not None
    assert broken.value.request.method == "ACK"


def test_folds_and_spaces_are_undone() -> None:
    request = parse(VALID["spaces, folds, compact names and odd case all at once"])
    assert isinstance(request, Request)
    assert Uri.parse(request.uri).user == "support;day=mon?x"
    assert request.via == Via("UDP", "192.0.2.9", None, "z9hG4bK.t2")
    assert request.vias[1].params == Params({"received": "192.0.2.1"})
    assert request.from_ == NameAddr(
        "", "sip:anna@phone.example", Params({"tag": "0f-1", "flag": ""})
    )
    assert request.to.display == 'Help " desk, \\ 1'
    assert request.cseq == CSeq(7, "INVITE")
    assert request.call_id == "odd.t2@192.0.2.9"
    assert request.max_forwards == 68
    assert request.contact == NameAddr("A ,", "sip:a,b@192.0.2.9", Params({"q": "0.7"}))
    assert len(request.headers.all("Contact")) == 2
    assert request.headers.get("newfangled") == 'a strange, comma separated "value'
    assert request.headers.get("Subject") == ""


def test_octets_that_are_not_utf_8_go_out_as_they_came_in() -> None:
    request = parsed("Subject: caf\udce9")
    assert b"Subject: caf\xe9\r\n" in request.encode()


def test_octets_after_the_declared_end_are_ignored() -> None:
    assert parse(VALID["octets after the declared end"]).body == b"abc"


def test_without_a_length_the_body_goes_to_the_end() -> None:
    assert parse(VALID["a body that goes to the end of the datagram"]).body == b"v=0\r\nand so on"


def test_optional_fields_have_an_answer_when_they_are_absent() -> None:
    request = parsed()
    assert request.max_forwards == 70
    assert request.contact is None
    assert request.content_type is None


def test_the_content_type_is_told_without_its_parameters() -> None:
    assert parsed("c: Application/SDP ; charset=utf-8").content_type == "application/sdp"


@pytest.mark.parametrize("value", ["256", "-1", "many", "", "7\r\nMax-Forwards: 8"])
def test_a_broken_hop_count_is_found_when_it_is_read(value: str) -> None:
    request = parsed(f"Max-Forwards: {value}")
    with pytest.raises(PeerError):
        _ = request.max_forwards


def test_a_broken_contact_is_found_when_it_is_read() -> None:
    request = parsed("Contact: <sip:a@h")
    with pytest.raises(PeerError):
        _ = request.contact


def test_setting_the_top_via_leaves_the_lower_ones() -> None:
    request = parsed("Via: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2\r\nv: SIP/2.0/TCP c")
    request.via = request.via.with_params(received="192.0.2.1")
    assert request.headers.lines("Via") == (
        "SIP/2.0/UDP a;branch=1;received=192.0.2.1",
        "SIP/2.0/UDP b;branch=2",
        "SIP/2.0/TCP c",
    )


def test_encoding_sets_the_length_whatever_the_headers_say() -> None:
    request = Request("MESSAGE", "sip:a@h", Headers([("l", "99"), ("To", "x")]), "é".encode())
    assert request.encode() == (
        b"MESSAGE sip:a@h SIP/2.0\r\nTo: x\r\nContent-Length: 2\r\n\r\n\xc3\xa9"
    )


def test_a_start_line_cannot_be_broken_out_of() -> None:
    with pytest.raises(UsageError):
        Request("INVITE", "sip:a@h\r\nVia: x").encode()
    with pytest.raises(UsageError):
        Response(400, "Bad\nRequest").encode()


def test_a_response_copies_what_ties_it_to_its_request_as_it_was_written() -> None:
    request = parsed(
        "Via: SIP/2.0/UDP a;branch=1 ,SIP/2.0/UDP b\r\nVia: SIP/2.0/UDP c",
        "To: sip:support@pbx.example",
        "Timestamp: 54",
        "Record-Route: <sip:p;lr>",
    )
    response = response_to(request, 180, to_tag="t9")
    assert list(response.headers.items()) == [
        ("Via", "SIP/2.0/UDP a;branch=1 ,SIP/2.0/UDP b"),
        ("Via", "SIP/2.0/UDP c"),
        ("From", FIELDS["from"].removeprefix("From: ")),
        ("To", "sip:support@pbx.example;tag=t9"),
        ("Call-ID", "t1@phone.example"),
        ("CSeq", "7 INVITE"),
    ]
    assert (response.status, response.reason) == (180, "Ringing")


def test_a_to_tag_that_is_there_stays() -> None:
    request = parsed("To: <sip:a@h>;tag=theirs")
    assert response_to(request, 200, to_tag="ours").to.tag == "theirs"


def test_a_trying_has_the_timestamp_and_no_tag_of_ours() -> None:
    response = response_to(parsed("Timestamp: 54"), 100, to_tag="ours")
    assert response.headers.get("Timestamp") == "54"
    assert response.to.tag is None


def test_a_reason_may_be_given_and_an_unknown_status_has_none() -> None:
    assert response_to(parsed(), 486, "On another line").reason == "On another line"
    assert response_to(parsed(), 499).encode().startswith(b"SIP/2.0 499 \r\n")
    assert all(100 <= status < 700 and reason for status, reason in REASONS.items())


@given(st.sampled_from(ALL), st.data())
@settings(deadline=None, max_examples=400)
def test_no_mutant_raises_anything_but_a_peer_error(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    cut = draw.draw(st.integers(0, 12))
    noise = draw.draw(st.binary(max_size=12) | st.sampled_from([b'"', b"<", b",", b"\r\n ", b";"]))
    mutant = data[:at] + noise + data[at + cut :]
    try:
        read = parse(mutant)
        _ = read.vias, read.contact, read.max_forwards, read.content_type
    except PeerError as error:
        assert "\r" not in error.reason
        return
    assert parse(read.encode()).body == read.body


@pytest.mark.parametrize(
    "field",
    [
        'Contact: "' + r"\"" * 4000,
        "Contact: " + "<" * 8000,
        "Contact: " + "<sip:a@h>;" * 800,
        "Contact: " + '"' * 8001,
        "Via: SIP/2.0/UDP " + " " * 8000 + ";",
        "Via: " + "SIP / " * 1300,
        "From: " + " " * 8000 + "x",
        "From: <sip:a@h>;tag=" + "a;" * 4000,
        "CSeq: " + "0 " * 4000,
    ],
)
def test_a_hostile_field_takes_no_longer_than_its_length(field: str) -> None:
    data = message(INVITE, field)
    assert least_seconds(lambda: parse(data).contact) < 0.05


@pytest.mark.parametrize("filler", [b" ", b"\r\n ", b"x", b"x:\r\n", b'"', b"l: 1\r\n"])
def test_a_hostile_datagram_takes_no_longer_than_its_length(filler: bytes) -> None:
    data = message()[:-2] + (filler * 65536)[:60000]
    assert least_seconds(lambda: parse(data)) < 0.1


def test_a_stream_is_cut_at_any_place() -> None:
    pieces = [framed(body=b"one\r\n\r\n"), message(INVITE, "l: 0"), PING, framed(body=b"2")]
    stream = b"\r\n" + b"".join(pieces)
    for size in (1, 2, 3, 7, 100, len(stream)):
        framer = Framer()
        chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
        assert [piece for chunk in chunks for piece in framer.feed(chunk)] == pieces


def test_a_single_line_end_between_messages_is_passed_over() -> None:
    framer = Framer()
    assert list(framer.feed(b"\r\n")) == []
    assert list(framer.feed(framed() + b"\r\n" + framed())) == [framed(), framed()]


def test_a_folded_length_on_a_stream_is_read() -> None:
    data = message(INVITE, "Content-Length :\r\n\t 2")
    assert list(Framer().feed(data + b"ab")) == [data + b"ab"]


@pytest.mark.parametrize(
    "changes",
    [
        *((), ("Content-Length: 1", "l: 2"), ("Content-Length: -1",), ("Content-Length: 1 2",)),
        *(("Content-Length:",), ("X: Content-Length: 3",), (f"Content-Length: {MAX_BODY + 1}",)),
    ],
)
def test_a_stream_without_one_good_length_is_lost(changes: tuple[str, ...]) -> None:
    framer = Framer()
    with pytest.raises(PeerError):
        list(framer.feed(message(INVITE, *changes)))
    with pytest.raises(PeerError):
        list(framer.feed(framed()))


def test_what_came_before_a_lost_place_is_delivered() -> None:
    pieces = Framer().feed(framed() + message())
    assert next(pieces) == framed()
    with pytest.raises(PeerError):
        next(pieces)


def test_headers_without_an_end_are_refused_at_the_limit() -> None:
    framer = Framer()
    assert list(framer.feed(b"x" * MAX_HEAD)) == []
    with pytest.raises(PeerError) as refused:
        list(framer.feed(b"x"))
    assert refused.value.status == 513


def test_the_largest_body_passes() -> None:
    data = framed(body=b"x" * MAX_BODY)
    assert list(Framer().feed(data)) == [data]
    assert parse(data).body == b"x" * MAX_BODY


def test_a_byte_at_a_time_costs_linear_time() -> None:
    data = message(INVITE, f"Subject: {'x' * 60000}", "l: 60000") + b"x" * 60000

    def feed_each() -> None:
        framer = Framer()
        for octet in data:
            list(framer.feed(bytes([octet])))

    assert cheap(feed_each, 2.0)


def test_a_pong_is_a_crlf_that_stands_alone() -> None:
    framer = Framer()
    assert not framer.take_pong()
    assert list(framer.feed(PONG)) == [] and not framer.unfinished
    assert framer.take_pong() and not framer.take_pong()
    assert list(framer.feed(PONG + framed())) == [framed()]
    assert list(framer.feed(framed()[:9])) == [] and framer.unfinished
    assert not framer.take_pong()
