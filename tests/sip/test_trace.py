from __future__ import annotations

import pytest

from sip.trace import call_id_of, masked
from tests.sip.effort import cheap

HEAD = b"INVITE sip:100@10.0.0.1 SIP/2.0\r\nCall-ID: one@two\r\n"


def kept(*lines: bytes, body: bytes = b"") -> bytes:
    return masked(HEAD + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body)


@pytest.mark.parametrize(
    ("data", "call_id"),
    [
        (b"BYE sip:a SIP/2.0\r\nCall-ID: one@two\r\n\r\n", "one@two"),
        (b"BYE sip:a SIP/2.0\r\nVia: x\r\ni :\tone\r\n\r\n", "one"),
        (b"\r\n\r\n", None),
        (b"noise", None),
    ],
)
def test_the_call_id_is_found_in_either_form(data: bytes, call_id: str | None) -> None:
    assert call_id_of(data) == call_id


@pytest.mark.parametrize(
    ("line", "secret", "stays"),
    [
        (b'Authorization: Digest username="a", response="5ec7e7", uri="sip:b"', b"5ec7e7", b'"a"'),
        (b"proxy-authorization : digest response = 5ec7e7,qop=auth", b"5ec7e7", b"qop=auth"),
        (b'Authorization: Digest username="a",\r\n response="5ec7e7"', b"5ec7e7", b'"a"'),
        (b'Authorization: Digest response="5ec7e7', b"5ec7e7", b"Digest"),
        (b"Authorization: Bearer 5ec7e7", b"5ec7e7", b"Bearer"),
        (b"Authorization: 5ec7e7", b"5ec7e7", b"Authorization: ***"),
        (b'Authentication-Info: rspauth="5ec7e7", nc=00000001', b"5ec7e7", b"nc=00000001"),
        (b"Contact: <sip:alice:5ec7e7@10.0.0.2>", b"5ec7e7", b"sip:alice:***@10.0.0.2"),
    ],
)
def test_what_proves_somebody_is_masked_and_the_rest_is_not(
    line: bytes, secret: bytes, stays: bytes
) -> None:
    seen = kept(line, b"Max-Forwards: 70")
    assert secret not in seen
    assert stays in seen and b"Max-Forwards: 70" in seen and b"***" in seen


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:a2V5|2^20|1:4", b"a2V5"),
        (b"a=crypto:1 F8 inline:a2V5;inline:b3RoZXI=", b"b3RoZXI="),
        (b"k=clear:a2V5", b"a2V5"),
        (b"a=ice-pwd:a2V5", b"a2V5"),
        (b"a=key-mgmt:mikey a2V5", b"a2V5"),
        (b"Signal=5", b"5"),
        (b"signal = 5", b"5"),
        (b'<response code="200" digits="5">', b'"5"'),
    ],
)
def test_keys_and_pressed_keys_are_masked_in_any_body(line: bytes, secret: bytes) -> None:
    body = b"v=0\r\n" + line + b"\r\nDuration=160\r\n"
    seen = kept(b"Content-Type: multipart/mixed", body=body)
    assert secret not in seen.partition(b"v=0")[2]
    assert seen.endswith(b"\r\nDuration=160\r\n")


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        (b"application/dtmf-relay", b"Signal=5\r\nDuration=160", b"Signal=***\r\nDuration=***"),
        (b"application/dtmf", b"5", b"***"),
        (b"text/plain", b"12345", b"***"),
    ],
)
def test_an_info_says_nothing_but_the_names_of_its_fields(
    kind: bytes, body: bytes, shown: bytes
) -> None:
    info = b"INFO sip:a SIP/2.0\r\nContent-Type: " + kind + b"\r\n\r\n" + body
    assert masked(info).partition(b"\r\n\r\n")[2] == shown


def test_a_message_without_secrets_stays_as_it_was() -> None:
    plain = HEAD + b'WWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\nv=0\r\na=sendrecv\r\n'
    assert masked(plain) == plain


@pytest.mark.parametrize(
    "piece",
    [
        *(b"sip:", b"sip:a", b"inline:", b'response="', b"<digits ", b"digits=", b"<", b"a="),
        *(b"\r\n ", b"\r\nauthorization:", b"authorization: digest response=", b"signal "),
    ],
)
def test_masking_takes_linear_time_on_hostile_messages(piece: bytes) -> None:
    hostile = HEAD + piece * (64 * 1024 // len(piece))
    assert cheap(lambda: masked(hostile), 1.0)
