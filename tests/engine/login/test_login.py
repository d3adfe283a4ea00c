from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from pyotp import TOTP

from config import LoginSettings
from engine.app import Running
from engine.directory import Kind, Resource
from engine.login import Login
from engine.login.login import UNKNOWN, Attempt
from engine.refused import Refused
from tests.rig.house import PASSWORD, engine

GOOD, BETTER = "Correct-Horse-7", "Battery-Staple-8"
SETTINGS = LoginSettings(max_source_failures=4, max_user_failures=2, failure_seconds=3600)


class Desk:
    """Users of an engine, and the way in."""

    def __init__(self, one: Running) -> None:
        self.house = one.house
        self.login = Login(
            *(one.house.directory, one.house.records, one.house.ledger, one.house.staff.accounts),
            *(SETTINGS, one.house.settings.sip, bytes(32)),
        )

    def user(self, name: str) -> Resource:
        user = self.house.directory.resources.named(Kind.USER, name)
        assert user
        return user

    async def tries(self, name: str, password: str, code: str = "", source: str = "::1") -> int:
        """Status of the answer."""
        try:
            await self.login.enter(Attempt(name, password, code, source))
        except Refused as refused:
            return refused.status
        return 200

    async def audited(self) -> list[tuple[str, str]]:
        """Who and what, the oldest first."""
        await self.house.ledger.flush()
        return [(one.who, one.action) for one in reversed(await self.house.records.audits())]

    async def with_app(self, name: str) -> tuple[TOTP, str]:
        """A user with a password of their own and an app; and the code that confirmed it."""
        await self.login.change_password(self.user(name), Attempt(name, PASSWORD, "", "::1"), GOOD)
        secret, _ = await self.login.begin_codes(self.user(name))
        app = TOTP(secret)
        await self.login.confirm_codes(self.user(name), used := app.now())
        return app, used


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with engine(tmp_path) as one:
        yield Desk(one)


async def test_the_password_of_the_phone_opens_until_there_is_one_of_its_own(desk: Desk) -> None:
    assert await desk.tries("agent1", PASSWORD) == 200
    ann = desk.user("agent1")
    await desk.login.change_password(ann, Attempt("agent1", PASSWORD, "", "::1"), GOOD)
    assert [await desk.tries("agent1", each) for each in (PASSWORD, GOOD)] == [401, 200]
    assert await desk.audited() == [
        ("agent1", "login"),
        ("agent1", "password.change"),
        ("agent1", "login.failed"),
        ("agent1", "login"),
    ]


async def test_a_name_that_nobody_has_is_refused_in_the_same_words_and_not_written_down(
    desk: Desk,
) -> None:
    said = []
    for name in ("my-secret-password", "agent1"):
        with pytest.raises(Refused) as refused:
            await desk.login.enter(Attempt(name, "wrong", "", "::1"))
        said.append((refused.value.status, refused.value.error, refused.value.message))
    assert said[0] == said[1]
    assert await desk.audited() == [(UNKNOWN, "login.failed"), ("agent1", "login.failed")]


@pytest.mark.parametrize("name", ["agent1", "nobody"])
async def test_who_guesses_at_a_name_is_not_looked_at_any_more(desk: Desk, name: str) -> None:
    sources = [f"192.0.2.{number}" for number in range(4)]
    assert [await desk.tries(name, "wrong", source=each) for each in sources] == [
        *(401, 401),
        *(429, 429),
    ]
    assert await desk.tries("agent1", PASSWORD, source="198.51.100.1") == (
        429 if name == "agent1" else 200
    )


async def test_who_guesses_at_many_names_is_not_looked_at_either(desk: Desk) -> None:
    assert [await desk.tries(f"name{n}", "wrong") for n in range(6)] == [*[401] * 4, *[429] * 2]
    assert await desk.tries("agent1", PASSWORD, source="198.51.100.1") == 200


async def test_who_logged_in_from_there_before_is_not_locked_out_by_a_guesser(desk: Desk) -> None:
    assert await desk.tries("agent1", PASSWORD, source="198.51.100.1") == 200
    for _ in range(4):
        await desk.tries("agent1", "wrong", source="192.0.2.1")
    assert await desk.tries("agent1", PASSWORD, source="198.51.100.1") == 200


async def test_a_password_that_was_given_opens_nothing_but_its_change(desk: Desk) -> None:
    boss = desk.user("manager1")
    password = await desk.login.reset(boss, "api")
    entered = await desk.login.enter(Attempt("manager1", password, "", "::1"))
    assert entered.limited
    with pytest.raises(Refused, match="the one you had"):
        again = Attempt("manager1", password, "", "::1")
        await desk.login.change_password(boss, again, password)
    await desk.login.change_password(boss, Attempt("manager1", password, "", "::1"), BETTER)
    assert await desk.login.session(entered.token) is None  # all sessions have ended
    entered = await desk.login.enter(Attempt("manager1", BETTER, "", "::1"))
    assert not entered.limited


async def test_a_session_ends_with_its_user_by_logout_and_by_revocation(desk: Desk) -> None:
    tokens = []
    for _ in range(3):
        entered = await desk.login.enter(Attempt("agent1", PASSWORD, "", "::1"))
        tokens.append(entered.token)
    found = await desk.login.session(tokens[0])
    assert found and found[1].name == "agent1"
    await desk.login.leave(found[0], "agent1")
    there = [await desk.login.session(token) is not None for token in tokens]
    assert there == [False, True, True]
    await desk.login.revoke(desk.user("agent1"), "api")
    assert await desk.login.session(tokens[1]) is None
    facts = {"SecurityProfileIds": ["Agent"], "RoutingProfileId": "No queues"}
    ann = await desk.house.directory.create(Kind.USER, "ann", facts)
    await desk.login.give_password(ann, GOOD, "api")
    token = (await desk.login.enter(Attempt("ann", GOOD, "", "::1"))).token
    await desk.house.directory.delete(Kind.USER, ann.id)
    assert await desk.login.session(token) is None
    assert await desk.tries("ann", GOOD) == 401


async def test_with_an_app_a_code_is_wanted_and_taken_once(desk: Desk) -> None:
    app, used = await desk.with_app("agent1")
    assert await desk.tries("agent1", GOOD) == 401
    assert await desk.tries("agent1", GOOD, used) == 401
    coming = app.generate_otp(app.timecode(datetime.now()) + 1)
    assert await desk.tries("agent1", GOOD, coming) == 200
    assert await desk.tries("agent1", GOOD, coming) == 401


async def test_an_app_is_ended_with_a_code_or_by_a_reset(desk: Desk) -> None:
    app, _ = await desk.with_app("agent1")
    ann = desk.user("agent1")
    with pytest.raises(Refused, match="end it first"):
        await desk.login.begin_codes(ann)
    with pytest.raises(Refused, match="code"):
        await desk.login.end_codes(ann, "000000")
    await desk.login.end_codes(ann, app.generate_otp(app.timecode(datetime.now()) + 1))
    assert await desk.tries("agent1", GOOD) == 200
    await desk.login.begin_codes(ann)
    password = await desk.login.reset(ann, "api")
    assert await desk.tries("agent1", password) == 200


async def test_an_app_that_nobody_confirmed_is_not_asked_for(desk: Desk) -> None:
    ann = desk.user("agent1")
    with pytest.raises(Refused, match="password of your own"):
        await desk.login.begin_codes(ann)
    await desk.login.change_password(ann, Attempt("agent1", PASSWORD, "", "::1"), GOOD)
    await desk.login.begin_codes(ann)
    assert await desk.tries("agent1", GOOD) == 200
