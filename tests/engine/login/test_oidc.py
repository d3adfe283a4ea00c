from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from config import LoginSettings, OidcSettings
from engine.app import StartError
from engine.login import Login
from engine.login.oidc import Returned, SingleSignOn, single_sign_on
from engine.refused import Refused
from tests.rig.house import engine
from tests.rig.identity_provider import IdentityProvider, identity_provider, settings

SOURCE = "192.0.2.7"


class Desk:
    """A provider of identities, and an engine where it vouches for people."""

    def __init__(self, login: Login, there: IdentityProvider) -> None:
        made = single_sign_on(OidcSettings(**settings(there.url)), login, bytes(32))
        assert made
        self.sign_on: SingleSignOn = made
        self.login, self.there = login, there

    async def returned(self, **claims: object) -> Returned:
        """What a browser brings back, whose user logged in there."""
        address, ticket = await self.sign_on.begin(SOURCE)
        query = parse_qs(urlsplit(self.there.consent(address, **claims)).query)
        state, code, issuer = (query[name][0] for name in ("state", "code", "iss"))
        return Returned(ticket, state, code, "", issuer, SOURCE)

    async def refused(self, returned: Returned) -> int:
        with pytest.raises(Refused) as error:
            await self.sign_on.enter(returned)
        return error.value.status


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with engine(tmp_path) as one, identity_provider() as there:
        house = one.house
        people = (house.directory, house.records, house.ledger, house.staff.accounts)
        limits = LoginSettings(max_source_failures=2, failure_seconds=3600)
        yield Desk(Login(*people, limits, house.settings.sip, bytes(32)), there)


async def test_whom_the_provider_vouches_for_is_who_they_are_here(desk: Desk) -> None:
    token = await desk.sign_on.enter(await desk.returned(preferred_username="agent1"))
    found = await desk.login.session(token)
    assert found and (found[1].name, found[0].limited, found[0].source) == ("agent1", False, SOURCE)


async def test_who_is_no_user_becomes_none_by_it(desk: Desk) -> None:
    stranger = await desk.returned(preferred_username="Admin", groups=["Admin"])
    assert await desk.refused(stranger) == 404


async def test_a_browser_that_was_not_sent_is_sent_away_and_nobody_is_blamed(desk: Desk) -> None:
    good = await desk.returned(preferred_username="agent1")
    other = await desk.returned(preferred_username="agent2")
    for _ in range(2):
        for wrong in ({"state": other.state}, {"ticket": other.ticket}, {"ticket": ""}):
            assert await desk.refused(replace(good, **wrong)) == 403
    assert await desk.sign_on.enter(good)


@pytest.mark.parametrize(
    "wrong", [{"issuer": "https://evil.example.com"}, {"error": "access_denied"}, {"code": ""}]
)
async def test_a_provider_that_refuses_or_another_one_vouches_for_nobody(
    desk: Desk, wrong: dict[str, str]
) -> None:
    good = await desk.returned(preferred_username="agent1")
    assert await desk.refused(replace(good, **wrong)) == 401


async def test_who_brings_nothing_good_too_often_is_not_looked_at_any_more(desk: Desk) -> None:
    good = await desk.returned(preferred_username="agent1")
    bad = [await desk.returned(preferred_username="agent1", nonce="no") for _ in range(2)]
    assert [await desk.refused(each) for each in bad] == [401, 401]
    assert await desk.refused(good) == 429
    with pytest.raises(Refused, match="try again later"):
        await desk.sign_on.begin(SOURCE)
    assert await desk.sign_on.begin("192.0.2.8")


async def test_without_the_extra_the_engine_does_not_start_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)  # as if it were not installed
    with pytest.raises(StartError, match=r"pip install 'earshot\[oidc\]'"):
        async with engine(tmp_path, oidc=settings("https://login.example.com")):
            pass
    async with engine(tmp_path) as one:  # nobody who does not want it needs it
        assert one.api
