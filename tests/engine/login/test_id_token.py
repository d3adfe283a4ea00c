from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from engine.login.id_token import TokenRefused, UnknownKey, claims_in, keys_in
from tests.rig.identity_provider import Signature, by_the_shared_secret, unsigned

NOW = 1_900_000_000.0
MINE = Signature()
KEYS = keys_in({"keys": [MINE.key.as_dict(private=False)]})
GOOD: dict[str, Any] = {
    **{"iss": "https://login.example.com", "sub": "17", "aud": "earshot", "nonce": "n"},
    **{"iat": NOW, "exp": NOW + 300},
}


def read(token: str) -> dict[str, Any]:
    return claims_in(
        token,
        KEYS,
        issuer="https://login.example.com",
        client_id="earshot",
        nonce="n",
        access_token="opens",
        now=NOW,
    )


def test_what_the_provider_signed_about_somebody_is_read() -> None:
    assert read(MINE.sign(GOOD | {"name": "Ann"}))["name"] == "Ann"
    several = GOOD | {"aud": ["earshot", "other"], "azp": "earshot"}
    assert read(MINE.sign(several))["sub"] == "17"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": ["earshot", "other"]},  # and no azp: it may be meant for the other
        {"azp": "other"},
        {"nonce": "another login"},
        {"nonce": None},
        {"exp": NOW - 61},
        {"exp": "never"},
        {"iat": NOW + 600},
        {"nbf": NOW + 600},
        {"sub": None},
        {"at_hash": "of another access token"},
    ],
    ids=str,
)
def test_what_is_not_meant_for_this_login_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        read(MINE.sign(GOOD | wrong))


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_every_claim_that_is_checked_has_to_be_there(missing: str) -> None:
    with pytest.raises(TokenRefused):
        read(MINE.sign({name: value for name, value in GOOD.items() if name != missing}))


@pytest.mark.parametrize(
    "token",
    [
        unsigned(GOOD),
        by_the_shared_secret().sign(GOOD),
        *("", "a.b.c", "x" * 100_000, MINE.sign(GOOD)[:-6] + "AAAAAA"),
    ],
    ids=lambda token: token[:12],
)
def test_what_the_provider_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        read(token)


def test_a_key_that_is_not_known_may_be_newer_than_those_that_are() -> None:
    with pytest.raises(UnknownKey):
        read(Signature().sign(GOOD))


def test_keys_that_are_shared_secrets_or_encrypt_are_none_of_ours() -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0", "kid": "one"}
    encrypts = RSAKey.generate_key(2048).as_dict(private=False) | {"use": "enc"}
    strange = {"kty": "future"}
    mine = ECKey.generate_key("P-256").as_dict(private=False)
    assert len(keys_in({"keys": [shared, encrypts, strange, mine]}).keys) == 1
    for nonsense in ({}, {"keys": 1}, {"keys": ["x"]}, {"keys": [{"kty": "EC"}]}):
        with pytest.raises(TokenRefused):
            keys_in(nonsense)
