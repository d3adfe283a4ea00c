from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from engine.app import Running
from tests.rig.browser import browser
from tests.rig.house import engine
from tests.rig.identity_provider import (
    ORIGIN,
    IdentityProvider,
    Signature,
    by_the_shared_secret,
    identity_provider,
    settings,
)
from tests.rig.stranger_provider import stranger_provider

BEGIN, ME = "/earshot/v1/login/oidc", "/earshot/v1/me"
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
"""What a browser says of a request that a page of the provider had it send."""


@asynccontextmanager
async def believing(folder: Path) -> AsyncIterator[tuple[Running, IdentityProvider]]:
    async with identity_provider() as there:
        async with engine(folder, oidc=settings(there.url, name="The Office")) as one:
            yield one, there


async def sent(page: httpx.AsyncClient) -> str:
    """The address at the provider that our login page leads to."""
    answer = await page.get(BEGIN)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def comes_back(page: httpx.AsyncClient, back: str) -> str:
    """Where a browser ends up that the provider sent back so."""
    answer = await page.get(back, headers=ELSEWHERE)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
    return answer.headers["Location"]


async def audited(one: Running) -> list[tuple[str, str]]:
    await one.house.ledger.flush()
    lines = reversed(await one.house.records.audits())
    return [(line.who, line.action) for line in lines]


async def test_a_browser_goes_there_and_comes_back_logged_in_until_logout(tmp_path: Path) -> None:
    async with believing(tmp_path) as (one, there), browser(one) as page:
        ways = (await page.get("/earshot/v1/login")).json()
        assert ways == {"Providers": [{"Name": "The Office", "Path": BEGIN}]}
        back = there.consent(await sent(page), preferred_username="manager1")
        assert page.cookies["oidc"]
        assert await comes_back(page, back) == "/console/"
        assert set(page.cookies) == {"sid"}
        assert (await page.get(ME)).json()["Username"] == "manager1"
        assert (await page.post("/earshot/v1/logout")).status_code == 200
        assert (await page.get(ME)).status_code == 403
        assert await comes_back(page, back) == "/console/?login=refused"  # good for one login
        assert await audited(one) == [
            ("manager1", "login.vouched"),
            ("manager1", "logout"),
            ("nobody", "request.denied"),
            ("nobody", "request.denied"),
        ]


async def test_the_cookie_of_the_way_there_comes_along_from_elsewhere_and_is_seen_by_no_script(
    tmp_path: Path,
) -> None:
    async with believing(tmp_path) as (one, _), browser(one) as page:
        cookie = (await page.get(BEGIN)).headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
        foreign = await page.get(BEGIN, headers=ELSEWHERE)
        assert foreign.status_code == 403  # no page of strangers has anybody log in


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"nonce": "another login"}, "refused"),
        ({"aud": "other"}, "refused"),
        ({"iss": "https://evil.example.com"}, "refused"),
        ({"exp": 1_000_000_000}, "refused"),
        ({"preferred_username": None}, "refused"),
        ({"preferred_username": "nobody-here"}, "unknown"),
        ({"preferred_username": "../manager1'; --<b>"}, "unknown"),
    ],
    ids=str,
)
async def test_a_token_that_is_not_about_a_user_and_this_login_opens_nothing(
    tmp_path: Path, claims: dict[str, object], told: str
) -> None:
    async with believing(tmp_path) as (one, there), browser(one) as page:
        back = there.consent(await sent(page), **{"preferred_username": "manager1", **claims})
        assert await comes_back(page, back) == f"/console/?login={told}"
        assert not page.cookies
        assert await audited(one) == [("unknown", "login.failed")]


@pytest.mark.parametrize(
    "signature",
    [lambda: None, by_the_shared_secret, Signature],
    ids=["unsigned", "by the shared secret", "by a key of nobody"],
)
async def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    tmp_path: Path, signature: Callable[[], Signature | None]
) -> None:
    async with believing(tmp_path) as (one, there), browser(one) as page:
        back = there.consent(await sent(page), preferred_username="manager1")
        there.signature = signature()  # its keys are known already
        assert await comes_back(page, back) == "/console/?login=refused"
        assert not page.cookies


async def test_a_code_that_was_used_or_begun_by_another_browser_opens_nothing(
    tmp_path: Path,
) -> None:
    async with believing(tmp_path) as (one, there), browser(one) as page, browser(one) as other:
        kept = await page.get(BEGIN)
        back = there.consent(kept.headers["Location"], preferred_username="manager1")
        await sent(other)
        assert await comes_back(other, back) == "/console/?login=refused"
        assert await comes_back(page, back) == "/console/"
        ticket = {"Cookie": kept.headers["Set-Cookie"].partition(";")[0]}
        again = await other.get(back, headers=ticket)
        assert again.headers["Location"] == "/console/?login=refused"  # by the provider


async def test_a_provider_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    async with engine(tmp_path, oidc=settings("http://127.0.0.1:1")) as one:
        async with browser(one) as page:
            assert await sent(page) == "/console/?login=unavailable"


async def test_where_none_is_configured_there_is_no_such_way_in(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one) as page:
        assert (await page.get("/earshot/v1/login")).json() == {"Providers": []}
        assert [(await page.get(each)).status_code for each in (BEGIN, f"{BEGIN}/return")] == [
            *(404, 404),
        ]


async def test_a_provider_that_we_did_not_write_vouches_for_somebody(tmp_path: Path) -> None:
    async with stranger_provider(sub="17", preferred_username="manager1") as issuer:
        async with engine(tmp_path, oidc=settings(issuer)) as one, browser(one) as page:
            async with httpx.AsyncClient() as there:
                consented = await there.post(await sent(page), data={"sub": "17"})
            assert consented.status_code == 302, consented.text
            back = urlsplit(consented.headers["Location"].removeprefix(ORIGIN)).geturl()
            assert await comes_back(page, back) == "/console/"
            assert (await page.get(ME)).json()["Username"] == "manager1"
