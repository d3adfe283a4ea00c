"""A provider of identities (OpenID Connect) that signs what it is told to, right or wrong."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64encode

from tests.rig.web_service import Asked, Reply, WebService, serving

CLIENT_ID, CLIENT_SECRET = "earshot", "the secret of the client, which is long"
ORIGIN = "http://127.0.0.1:1"
"""Where browsers find the engine, says its configuration: nobody goes there in these tests."""
Json = dict[str, Any]


def settings(url: str, **others: object) -> Json:
    """[oidc] of an engine that believes in the provider there."""
    known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "origin": ORIGIN}
    return {"issuer": url, **known, **others}


@dataclass(slots=True)
class Signature:
    """How tokens are signed."""

    algorithm: str = "ES256"
    key: ECKey | OctKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def __post_init__(self) -> None:
        self.key.ensure_kid()

    def sign(self, claims: Json) -> str:
        header = {"alg": self.algorithm, "kid": str(self.key.kid)}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def unsigned(claims: Json) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts) + "."


def by_the_shared_secret() -> Signature:
    return Signature("HS256", OctKey.import_key(CLIENT_SECRET))


@dataclass(slots=True)
class IdentityProvider(WebService):
    """Codes are good for one redemption, with the verifier of their challenge (RFC 7636)."""

    signature: Signature | None = field(default_factory=Signature)
    """None: tokens are not signed."""
    metadata: Json = field(default_factory=dict)
    """In place of what it says of itself."""
    userinfo: Json = field(default_factory=dict)
    _codes: dict[str, tuple[Json, Json]] = field(default_factory=dict)

    def consent(self, address: str, **claims: object) -> str:
        """Path and query that a browser is sent back with, whose user logs in at this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked, claims
        back = urlencode({"code": code, "state": asked["state"], "iss": self.url})
        return f"{asked['redirect_uri'].removeprefix(ORIGIN)}?{back}"

    def reply(self, asked: Asked) -> Reply | None:
        answers = {
            "/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        status, told = answers[asked.path](asked)
        return status, json.dumps(told).encode()

    def _discovery(self, _: Asked) -> tuple[int, Json]:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
        }
        return 200, told | self.metadata

    def _keys(self, _: Asked) -> tuple[int, Json]:
        key = self.signature.key if self.signature else None
        assert isinstance(key, ECKey), "asked for keys before it signs wrongly"
        return 200, {"keys": [key.as_dict(private=False)]}

    def _token(self, asked: Asked) -> tuple[int, Json]:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        basic = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        wanted, claims = self._codes.pop(form.get("code", ""), ({}, {}))
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode()
        if (challenge, form["redirect_uri"]) != (
            *(wanted.get("code_challenge"), wanted.get("redirect_uri")),
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {
            **{"iss": self.url, "sub": "17", "aud": CLIENT_ID, "iat": now, "exp": now + 300},
            **{"nonce": wanted["nonce"], **claims},
        }
        token = self.signature.sign(said) if self.signature else unsigned(said)
        return 200, {"id_token": token, "access_token": "opens userinfo", "token_type": "Bearer"}

    def _userinfo(self, asked: Asked) -> tuple[int, Json]:
        assert asked.headers["authorization"] == "Bearer opens userinfo"
        return 200, self.userinfo


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    one = IdentityProvider([])
    async with serving(one):
        yield one
