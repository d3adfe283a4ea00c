from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config import OidcSettings
from engine.login.oidc_provider import Provider
from engine.login.oidc_ticket import fresh_ticket
from engine.refused import Refused
from tests.rig.identity_provider import (
    ORIGIN,
    IdentityProvider,
    Signature,
    identity_provider,
    settings,
)

NAMED = {"preferred_username": "ann"}


@pytest.fixture
async def there() -> AsyncIterator[IdentityProvider]:
    async with identity_provider() as one:
        yield one


def ours(there: IdentityProvider, **others: object) -> Provider:
    return Provider(OidcSettings(**settings(there.url, **others)))


async def named(provider: Provider, there: IdentityProvider, **claims: object) -> str:
    """Whom it says we are, after a login at it."""
    ticket = fresh_ticket(bytes(32), datetime.now(UTC))
    back = there.consent(await provider.address(ticket), **claims)
    return await provider.username(parse_qs(urlsplit(back).query)["code"][0], ticket)


async def refused(provider: Provider, there: IdentityProvider, **claims: object) -> tuple[int, str]:
    with pytest.raises(Refused) as error:
        await named(provider, there, **claims)
    return error.value.status, error.value.message


async def test_a_browser_is_sent_with_a_challenge_and_all_that_the_way_back_is_checked_by(
    there: IdentityProvider,
) -> None:
    ticket = fresh_ticket(bytes(32), datetime.now(UTC))
    address = urlsplit(await ours(there).address(ticket))
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{there.url}/authorize"
    assert ticket.verifier not in address.query
    assert told.pop("code_challenge")
    assert told == {
        "response_type": "code",
        "client_id": "earshot",
        "redirect_uri": f"{ORIGIN}/earshot/v1/login/oidc/return",
        "scope": "openid profile",
        "state": ticket.state,
        "nonce": ticket.nonce,
        "code_challenge_method": "S256",
    }


async def test_a_code_is_worth_a_name_once_and_to_whoever_began(there: IdentityProvider) -> None:
    provider, ticket = ours(there), fresh_ticket(bytes(32), datetime.now(UTC))
    back = there.consent(await provider.address(ticket), **NAMED)
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert await provider.username(code, ticket) == "ann"
    with pytest.raises(Refused, match="invalid_grant"):
        await provider.username(code, ticket)
    stolen = there.consent(await provider.address(ticket), **NAMED)
    with pytest.raises(Refused, match="invalid_grant"):
        other = fresh_ticket(bytes(32), datetime.now(UTC))
        await provider.username(parse_qs(urlsplit(stolen).query)["code"][0], other)


async def test_what_it_says_of_itself_is_asked_for_once(there: IdentityProvider) -> None:
    provider = ours(there)
    for _ in range(3):
        assert await named(provider, there, **NAMED) == "ann"
    assert [each.path for each in there.asked].count("/keys") == 1


async def test_the_name_may_be_in_userinfo_which_is_to_be_about_the_same(
    there: IdentityProvider,
) -> None:
    there.userinfo = {"sub": "17", "preferred_username": "ann"}
    assert await named(ours(there), there) == "ann"
    there.userinfo["sub"] = "18"
    assert await refused(ours(there), there) == (401, "its userinfo is about somebody else")
    there.userinfo = {"sub": "17"}
    assert await refused(ours(there), there) == (401, "its token has no preferred_username")


async def test_an_address_of_mail_is_believed_where_it_is_verified(there: IdentityProvider) -> None:
    provider = ours(there, username_claim="email")
    mail = {"email": "ann@example.com"}
    assert await named(provider, there, **mail, email_verified=True) == "ann@example.com"
    assert (await refused(provider, there, **mail, email_verified="true"))[0] == 401
    assert (await refused(provider, there, **mail))[0] == 401


async def test_a_newer_key_is_asked_for_no_more_than_once_a_minute(there: IdentityProvider) -> None:
    provider = ours(there)
    assert await named(provider, there, **NAMED) == "ann"
    there.signature = Signature()
    assert await refused(provider, there, **NAMED) == (401, "its token: invalid_key_id")
    assert [each.path for each in there.asked].count("/keys") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example.com"},
        {"token_endpoint": None},
        {"token_endpoint": "ftp://127.0.0.1/"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
async def test_who_says_nonsense_of_itself_is_not_there(
    there: IdentityProvider, metadata: dict[str, Any]
) -> None:
    there.metadata = metadata
    assert (await refused(ours(there), there, **NAMED))[0] == 503


async def test_who_does_not_answer_or_too_much_is_not_there(there: IdentityProvider) -> None:
    nobody = Provider(OidcSettings(**settings("http://127.0.0.1:1")))
    assert (await refused(nobody, there))[0] == 503
    there.metadata = {"much": "x" * 300_000}
    assert (await refused(ours(there), there))[0] == 503


async def test_a_wrong_secret_or_none_is_refused_by_the_provider(there: IdentityProvider) -> None:
    for secret in ("wrong", None):
        provider = ours(there, client_secret=secret)
        status, why = await refused(provider, there, **NAMED)
        assert (status, "invalid_client" in why) == (401, True)
    assert b"client_id=earshot" in there.asked[-1].body  # who has none says who they are


async def test_a_provider_that_wants_the_secret_in_the_form_is_told_it_there(
    there: IdentityProvider,
) -> None:
    there.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await refused(ours(there), there, **NAMED)  # ours wants it in the header
    assert b"client_secret=" in there.asked[-1].body
    assert "authorization" not in there.asked[-1].headers
