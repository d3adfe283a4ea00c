"""What both sides of digest compute, and what a client answers."""

from __future__ import annotations

import hashlib

import pytest

from sip.digest import Account, credentials, ha1, parse_digest
from sip.errors import PeerError

URI = "sip:support@pbx.example"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_comes_out(algorithm: str, response: str) -> None:
    challenge = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm='
        f'{algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    value = credentials(
        [challenge],
        "Mufasa",
        "Circle of Life",
        "GET",
        "/dir/index.html",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    given = parse_digest(value)
    assert given is not None
    assert given["response"] == response
    assert given["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert (given["nc"], given["qop"], given["algorithm"]) == ("00000001", "auth", algorithm)


def test_what_is_stored_is_the_digest_of_name_realm_and_password() -> None:
    expected = hashlib.sha256(b"anna:earshot:secret").hexdigest()
    assert ha1("anna", "earshot", "secret", "SHA-256") == expected
    assert (
        ha1("anna", "earshot", "secret", "MD5") == hashlib.md5(b"anna:earshot:secret").hexdigest()
    )


def test_parameters_are_unquoted() -> None:
    assert parse_digest(r'digest A="x\"y, z" ,b = q ') == {"a": 'x"y, z', "b": "q"}
    assert parse_digest("Bearer a=b") is None


def test_the_first_challenge_we_can_answer_is_answered() -> None:
    challenges = [
        'Basic realm="x"',
        'Digest realm="x", nonce="1", algorithm=SHA-512-255, qop="auth"',
        'Digest realm="x", nonce="2", algorithm=SHA-256, qop="auth-conf"',
        'Digest realm="x", nonce="3", algorithm=md5, qop="auth-int, Auth"',
        'Digest realm="x", nonce="4", algorithm=SHA-256, qop="auth"',
    ]
    given = parse_digest(credentials(challenges, "a", "b", "INVITE", URI, cnonce="c", nc=255))
    assert given is not None
    assert (given["nonce"], given["algorithm"], given["nc"]) == ("3", "MD5", "000000ff")


def test_a_challenge_without_qop_gets_the_older_form() -> None:
    value = credentials(['Digest realm="x", nonce="n"'], "a", "b", "BYE", "sip:h", cnonce="c")
    stored, request = (hashlib.md5(text).hexdigest() for text in (b"a:x:b", b"BYE:sip:h"))
    given = parse_digest(value)
    assert given is not None
    assert given["response"] == hashlib.md5(f"{stored}:n:{request}".encode()).hexdigest()
    assert not given.keys() & {"qop", "nc", "cnonce"}


@pytest.mark.parametrize("challenge", ["Digest", 'Basic realm="x"', 'Digest realm="x", qop="auth"'])
def test_without_a_challenge_we_can_answer_there_is_a_peer_error(challenge: str) -> None:
    with pytest.raises(PeerError):
        credentials([challenge], "a", "b", "INVITE", URI, cnonce="c")


def test_the_corrected_example_of_rfc_7616_for_sha_512_256_comes_out() -> None:
    """Erratum 4897; the text of the RFC cut SHA-512 short instead."""
    challenge = (
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
        'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true'
    )
    value = credentials(
        [challenge],
        "J\u00e4s\u00f8n Doe",
        "Secret, or not?",
        "GET",
        "/doe.json",
        cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    )
    given = parse_digest(value)
    assert given is not None
    assert given["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"


def test_with_auth_int_the_body_is_hashed_too() -> None:
    challenge = 'Digest realm="x", nonce="n", algorithm=MD5, qop="auth-int"'
    value = credentials([challenge], "a", "b", "INVITE", "sip:h", cnonce="c", body=b"v=0")
    body = hashlib.md5(b"v=0").hexdigest()
    stored = hashlib.md5(b"a:x:b").hexdigest()
    covered = hashlib.md5(f"INVITE:sip:h:{body}".encode()).hexdigest()
    expected = hashlib.md5(f"{stored}:n:00000001:c:auth-int:{covered}".encode()).hexdigest()
    given = parse_digest(value)
    assert given is not None and given["response"] == expected


def test_auth_is_taken_where_auth_int_is_offered_too() -> None:
    challenge = 'Digest realm="x", nonce="n", qop="auth-int,auth"'
    assert "qop=auth," in credentials([challenge], "a", "b", "BYE", "sip:h", cnonce="c")


def test_an_account_does_not_show_its_digests() -> None:
    stored = ha1("anna", "earshot", "secret", "MD5")
    assert stored not in repr(Account("anna", {"MD5": stored}))
