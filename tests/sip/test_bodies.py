from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.bodies import MAX_DEPTH, MAX_PARTS, session_part
from sip.errors import PeerError
from sip.headers import Headers
from sip.message import Request

SDP = "Content-Type: application/sdp"
ISUP = "Content-Type: application/ISUP"
OPTIONAL = "Content-Disposition: signal;handling=optional"


def body(content_type: str, data: str, *fields: tuple[str, str]) -> Request:
    headers = Headers([("Content-Type", content_type), *fields] if content_type else fields)
    return Request("INVITE", "sip:a@h", headers, data.encode())


def part(data: str, *fields: str) -> str:
    return "\r\n".join((*fields, "", data))


def parts(*each: str, boundary: str = "x") -> str:
    return "".join(f"--{boundary}\r\n{one}\r\n" for one in each) + f"--{boundary}--\r\n"


def mixed(*each: str, kind: str = "mixed") -> bytes | None:
    return session_part(body(f"multipart/{kind}; boundary=x", parts(*each)))


def refused(message: Request) -> int:
    with pytest.raises(PeerError) as error:
        session_part(message)
    return error.value.status


def test_a_body_is_the_description_and_no_body_is_none() -> None:
    assert session_part(body("application/sdp", "v=0")) == b"v=0"
    assert session_part(body("APPLICATION/SDP ; charset=utf-8", "v=0")) == b"v=0"
    assert session_part(body("", "v=0")) == b"v=0"
    assert session_part(body("", "")) is None


def test_the_description_is_found_among_parts_that_may_be_read_over() -> None:
    assert mixed(part("v=0\r\n", SDP), part("01 00", ISUP, OPTIONAL)) == b"v=0\r\n"
    assert mixed(part("01 00", ISUP, OPTIONAL), part("v=0", SDP)) == b"v=0"
    assert mixed(part("01 00", ISUP, OPTIONAL)) is None


def test_a_part_that_must_be_understood_and_is_not_is_refused() -> None:
    required = "Content-Disposition: signal; handling=required"
    for fields in ((ISUP,), (ISUP, required), (), ("Content-Type: text/plain",)):
        message = body("multipart/mixed;boundary=x", parts(part("v=0", SDP), part("?", *fields)))
        assert refused(message) == 415


def test_a_whole_body_may_be_read_over_as_well() -> None:
    optional = ("Content-Disposition", "render;handling=optional")
    assert session_part(body("text/plain", "hello", optional)) is None
    assert refused(body("text/plain", "hello")) == 415


def test_a_description_for_something_else_is_not_the_session() -> None:
    early = "Content-Disposition: early-session"
    assert mixed(part("v=0", SDP), part("v=1", SDP, f"{early};handling=optional")) == b"v=0"
    assert refused(body("application/sdp", "v=0", ("Content-Disposition", "icon"))) == 415
    session = ("Content-Disposition", "session;handling=required")
    assert session_part(body("application/sdp", "v=0", session)) == b"v=0"


def test_a_compressed_part_is_not_understood() -> None:
    assert refused(body("application/sdp", "v=0", ("Content-Encoding", "gzip"))) == 415
    assert session_part(body("application/sdp", "v=0", ("Content-Encoding", "identity"))) == b"v=0"
    packed = body("multipart/mixed;boundary=x", parts(part("v=0", SDP)), ("Content-Encoding", "br"))
    assert refused(packed) == 415


def test_of_alternatives_the_last_that_is_understood_counts() -> None:
    assert mixed(part("one", SDP), part("two", SDP), kind="alternative") == b"two"
    assert mixed(part("one", SDP), part("?", ISUP), kind="alternative") == b"one"
    assert mixed(part("one", SDP), part("?", ISUP, OPTIONAL), kind="alternative") == b"one"
    message = body("multipart/alternative;boundary=x", parts(part("?", ISUP)))
    assert refused(message) == 415


def test_multiparts_may_nest_but_not_without_end() -> None:
    inner = part("v=0", SDP)
    for depth in range(MAX_DEPTH):
        kind = f"Content-Type: multipart/mixed;boundary=x{depth}"
        inner = part(parts(inner, boundary=f"x{depth}"), kind)
        if depth < MAX_DEPTH - 1:
            assert mixed(inner) == b"v=0"
    assert refused(body("multipart/mixed;boundary=x", parts(inner))) == 400


def test_two_descriptions_of_one_session_are_one_too_many() -> None:
    message = body("multipart/mixed;boundary=x", parts(part("v=0", SDP), part("v=0", SDP)))
    assert refused(message) == 400


def test_a_boundary_may_be_quoted_and_a_part_may_have_no_fields() -> None:
    quoted = body('multipart/mixed; boundary="a b"', parts(part("v=0", SDP), boundary="a b"))
    assert session_part(quoted) == b"v=0"
    assert refused(body("multipart/mixed;boundary=x", parts("\r\ntext"))) == 415
    preamble = "not a part\r\n" + parts(part("v=0", SDP.replace(": ", ":\r\n "))) + "epilogue"
    assert session_part(body("multipart/mixed;boundary=x", preamble)) == b"v=0"


@pytest.mark.parametrize(
    "message",
    [
        body("multipart/mixed", parts(part("v=0", SDP))),
        body("multipart/mixed;boundary=", parts(part("v=0", SDP))),
        body(f"multipart/mixed;boundary={'x' * 71}", parts(part("v=0", SDP), boundary="x" * 71)),
        body("multipart/mixed;boundary=x", "--x\r\nno end"),
        body("multipart/mixed;boundary=x", "--xy\r\n\r\n\r\n--xy--"),
        body("multipart/mixed;boundary=x", "no delimiter"),
        body("multipart/mixed;boundary=x", parts(*[part("", ISUP, OPTIONAL)] * (MAX_PARTS + 1))),
        body("multipart/mixed;;;", "v=0"),
    ],
)
def test_a_broken_multipart_is_refused(message: Request) -> None:
    assert refused(message) == 400


@given(st.lists(st.sampled_from(["--x", "--x--", "\r\n", SDP, ISUP, OPTIONAL, "v=0", " ", ":"])))
def test_any_body_is_read_or_refused(pieces: list[str]) -> None:
    message = body("multipart/mixed;boundary=x", "".join(pieces))
    try:
        session_part(message)
    except PeerError as error:
        assert error.status in (400, 415)
