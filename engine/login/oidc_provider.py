"""The provider of identities, asked over HTTP: OpenID Connect Discovery 1.0, and the authorization
code flow of Core 1.0, section 3.1, with PKCE (RFC 7636). Needs the extra `oidc`.

What it says of itself is kept for an hour; when a key is not among those it had, it is asked again.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from config import OidcSettings
from engine.login.id_token import TokenRefused, UnknownKey, claims_in, keys_in
from engine.login.login import MAX_TOLD
from engine.login.oidc_ticket import RETURN, Ticket
from engine.refused import Refused

DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT_SECONDS, AGAIN_SECONDS = 3600.0, 60.0
"""It is asked for its keys no more often than the second says, whatever is shown to us."""
TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 256_000
MAX_AT_ONCE = 20
"""So many logins may be in its hands; whoever comes then is sent away."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
log = structlog.get_logger("engine.login")


def unreachable(why: str) -> Refused:
    """The provider does not answer, or nothing that makes sense."""
    log.error("provider of identities", error=why)
    return Refused(503, "ServiceUnavailableException", why)


def not_vouched(why: object) -> Refused:
    return Refused(401, "AccessDeniedException", str(why))


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider says of itself, since when (monotonic seconds)."""

    metadata: Mapping[str, Any]
    keys: KeySet
    since: float


class Provider:
    """Every method raises Refused: 401 where it vouches for nobody, 429 where too many ask, 503
    where it does not answer."""

    def __init__(self, settings: OidcSettings) -> None:
        """Raises OSError: the file of certificates."""
        assert settings.issuer and settings.origin, "made only where it is configured"
        self._settings, self._issuer = settings, settings.issuer
        self._redirect_uri = settings.origin + RETURN
        self._client = httpx.AsyncClient(
            trust_env=False,
            timeout=TIMEOUT_SECONDS,
            verify=ssl.create_default_context(cafile=settings.ca_file),
            limits=httpx.Limits(max_keepalive_connections=0),  # so nothing is left to close
        )
        self._known: Known | None = None
        self._asking = 0

    async def address(self, ticket: Ticket) -> str:
        """Where the browser is to go."""
        known = await self._ask_about_itself(KEPT_SECONDS)
        return str(
            prepare_grant_uri(
                known.metadata["authorization_endpoint"],
                self._settings.client_id,
                "code",
                redirect_uri=self._redirect_uri,
                scope=list(self._settings.scopes),
                state=ticket.state,
                nonce=ticket.nonce,
                code_challenge=create_s256_code_challenge(ticket.verifier),
                code_challenge_method="S256",
            )
        )

    async def username(self, code: str, ticket: Ticket) -> str:
        """Whom this code is about. The provider takes it once."""
        known = await self._ask_about_itself(KEPT_SECONDS)
        told = await self._redeem(known, code, ticket)
        try:
            claims = await self._proven(known, told, ticket)
        except TokenRefused as error:
            raise not_vouched(f"its token: {error}") from error
        if self._settings.username_claim not in claims:
            claims |= await self._userinfo(known, told, claims["sub"])
        return self._named_in(claims)

    async def _proven(
        self, known: Known, told: Mapping[str, Any], ticket: Ticket
    ) -> dict[str, Any]:
        try:
            return self._claims(known, told, ticket)
        except UnknownKey:
            return self._claims(await self._ask_about_itself(AGAIN_SECONDS), told, ticket)

    def _named_in(self, claims: Mapping[str, Any]) -> str:
        claim = self._settings.username_claim
        name = claims.get(claim)
        if not isinstance(name, str) or not name:
            raise not_vouched(f"its token has no {claim}")
        if claim == "email" and claims.get("email_verified") is not True:
            raise not_vouched("the email is not verified")
        return name

    def _claims(self, known: Known, told: Mapping[str, Any], ticket: Ticket) -> dict[str, Any]:
        return claims_in(
            str(told.get("id_token", "")),
            known.keys,
            issuer=self._issuer,
            client_id=self._settings.client_id,
            nonce=ticket.nonce,
            access_token=told.get("access_token"),
            now=time.time(),
        )

    async def _redeem(self, known: Known, code: str, ticket: Ticket) -> Mapping[str, Any]:
        """The answer of the token endpoint."""
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self._redirect_uri,
            code=code,
            code_verifier=ticket.verifier,
        )
        secret = self._settings.client_secret
        ways = str(known.metadata.get("token_endpoint_auth_methods_supported", ""))
        by_post = "client_secret_basic" not in ways and "client_secret_post" in ways
        way = "none" if secret is None else f"client_secret_{'post' if by_post else 'basic'}"
        auth = ClientAuth(
            self._settings.client_id, secret.get_secret_value() if secret else "", way
        )
        url, headers, content = auth.prepare(
            "POST", known.metadata["token_endpoint"], dict(FORM), body
        )
        return await self._json("POST", url, headers, content)

    async def _userinfo(
        self, known: Known, told: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """What the provider tells of somebody besides the token (Core, section 5.3)."""
        url, token = known.metadata.get("userinfo_endpoint"), told.get("access_token")
        if not url or not token:
            return {}
        claims = await self._json("GET", self._checked(url), {"Authorization": f"Bearer {token}"})
        if claims.get("sub") != subject:
            raise not_vouched("its userinfo is about somebody else")
        return claims

    async def _ask_about_itself(self, no_older: float) -> Known:
        """What is known, unless it is older than so many seconds."""
        now = asyncio.get_running_loop().time()
        if self._known and now - self._known.since < no_older:
            return self._known
        told = await self._json("GET", self._issuer.rstrip("/") + DISCOVERY)
        if told.get("issuer") != self._issuer:
            raise unreachable(f"it is {told.get('issuer')!r}, not the issuer of [oidc]")
        for name in ENDPOINTS:
            self._checked(told.get(name))
        try:
            keys = keys_in(await self._json("GET", told["jwks_uri"]))
        except TokenRefused as error:
            raise unreachable(str(error)) from error
        self._known = Known(told, keys, now)
        return self._known

    def _checked(self, url: object) -> str:
        """An endpoint is as safe from listeners as the issuer is."""
        scheme = self._issuer.partition("://")[0]
        if not isinstance(url, str) or not url.startswith(("https://", f"{scheme}://")):
            raise unreachable(f"{url!r} is no endpoint")
        return url

    async def _json(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, content: str = ""
    ) -> Mapping[str, Any]:
        if self._asking >= MAX_AT_ONCE:
            raise Refused(429, "ThrottlingException", "Too many are logging in")
        self._asking += 1
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status, body = await self._exchange(method, url, dict(headers or {}), content)
            told = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise unreachable(f"{url}: {type(error).__name__}") from error
        finally:
            self._asking -= 1
        if not isinstance(told, dict):
            raise unreachable(f"{url}: no object")
        if status != httpx.codes.OK:
            why = f"{url}: {status} {str(told.get('error', ''))[:MAX_TOLD]!r}"
            refused = method == "POST" and status < httpx.codes.INTERNAL_SERVER_ERROR
            raise not_vouched(why) if refused else unreachable(why)
        return told

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], content: str
    ) -> tuple[int, bytes]:
        body = bytearray()
        asked = self._client.stream(method, url, headers=headers, content=content)
        async with asked as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise ValueError("it answers more than anybody reads")
        return response.status_code, bytes(body)
