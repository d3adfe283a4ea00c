"""What a provider of identities signed about somebody (OpenID Connect Core 1.0, section 3.1.3.7).
Pure: the clock is an argument. Needs the extra `oidc`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures of the provider alone: none that is missing, nor one by a secret that we share."""
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
LEEWAY_SECONDS = 60
"""So far clocks may differ."""


class TokenRefused(Exception):
    """It proves nobody; the text says why, and has nothing of the token in it."""


class UnknownKey(TokenRefused):
    """None of these keys signed it: the provider may have newer ones."""


def keys_in(document: Mapping[str, Any]) -> KeySet:
    """Those that sign, of a JWK Set (RFC 7517); others in it mean nothing to us.

    Raises TokenRefused.
    """
    try:
        mine = [
            key
            for key in document["keys"]
            if key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
        ]
        return KeySet.import_key_set({"keys": mine})
    except (JoseError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise TokenRefused(f"keys of the provider: {type(error).__name__}") from error


def claims_in(
    token: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: float,
) -> dict[str, Any]:
    """`now` is POSIX seconds. Raises TokenRefused."""
    told = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
    }
    asked = {"client_id": client_id, "nonce": nonce, "access_token": access_token}
    try:
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(read.claims, read.header, told, asked)
        claims.validate(now=int(now), leeway=LEEWAY_SECONDS)
    except (BadSignatureError, InvalidKeyIdError) as error:
        raise UnknownKey(error.error) from error
    except ClaimError as error:
        raise TokenRefused(f"{error.error} {error.claim}") from error
    except JoseError as error:
        raise TokenRefused(error.error) from error
    except (KeyError, TypeError, ValueError) as error:
        raise TokenRefused(f"no ID token: {type(error).__name__}") from error
    return dict(claims)
