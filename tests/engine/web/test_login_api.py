from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
from pyotp import TOTP

from engine.app import Running
from engine.directory import Kind
from engine.web.session_cookie import cookie_of
from tests.rig.aws import administered, aws
from tests.rig.browser import browser, log_in
from tests.rig.house import PASSWORD, TOKEN, engine

GOOD = "Correct-Horse-7"
ME = "/earshot/v1/me"


async def actions(one: Running) -> list[str]:
    await one.house.ledger.flush()
    return [line.action for line in reversed(await one.house.records.audits())]


async def test_a_session_opens_connects_operations_and_our_own_until_logout(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one) as page:
        answer = await log_in(page, "manager1")
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert answer.headers["Cache-Control"] == "no-store"
        who = answer.json()
        assert (who["Username"], who["MustChangePassword"]) == ("manager1", False)
        assert "ManagerListenIn" in who["Permissions"]
        users = await page.get("/users-summary/earshot")
        assert "agent1" in [each["Username"] for each in users.json()["UserSummaryList"]]
        assert (await page.get(ME)).json() == who
        assert (await page.put("/security-profiles/earshot", json={})).status_code == 403
        cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        assert (await page.post("/earshot/v1/logout")).status_code == 200
        assert not page.cookies
        assert (await page.get(ME, headers={"Cookie": cookie})).status_code == 401
        assert [each for each in await actions(one) if each.startswith("log")] == [
            "login",
            "logout",
        ]


async def test_a_wrong_password_is_refused_and_brings_no_cookie(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one) as page:
        answer = await log_in(page, "manager1", "wrong")
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False)
        assert await actions(one) == ["login.failed"]


async def test_guessing_ends_in_429(tmp_path: Path) -> None:
    async with engine(tmp_path, login={"max_source_failures": 2}) as one, browser(one) as page:
        said = [(await log_in(page, f"name{n}", "wrong")).status_code for n in range(4)]
        assert said == [401, 401, 429, 429]


async def test_an_unknown_member_or_none_is_refused(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one) as page:
        for asked in ({}, {"Username": "a"}, {"Username": "a", "Password": "b", "Code": "12"}):
            assert (await page.post("/earshot/v1/login", json=asked)).status_code == 400


async def test_who_was_given_a_password_changes_it_and_logs_in_again(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin), browser(one) as page:
        made = {"SecurityProfileIds": ["Agent"], "RoutingProfileId": "No queues"}
        status, _, said = await admin.refused(
            "CreateUser", Username="Annabel7", Password="Annabel7!", **made
        )
        assert (status, "not the user name" in said) == (400, True)
        await admin.ask("CreateUser", Username="ann", Password=GOOD, **made)
        assert (await log_in(page, "ann", GOOD)).json()["MustChangePassword"]
        assert (await page.get("/users-summary/earshot")).status_code == 403
        asked = {"Password": GOOD, "NewPassword": "Battery-Staple-8"}
        weak = await page.post(f"{ME}/password", json=asked | {"NewPassword": "weak"})
        assert weak.status_code == 400
        assert (await page.post(f"{ME}/password", json=asked)).status_code == 200
        assert (await page.get(ME)).status_code == 403  # the cookie is gone
        assert not (await log_in(page, "ann", "Battery-Staple-8")).json()["MustChangePassword"]
        assert "password.change" in await actions(one)


async def test_a_reset_is_for_whoever_may_and_gives_nobody_more_than_they_have(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin), browser(one) as page:
        path = "/earshot/v1/user/{}/password"
        given = await admin.send("POST", path.format("agent1"))
        assert given.status_code == 200
        assert (await log_in(page, "agent1", given.json()["Password"])).json()["MustChangePassword"]
        manager = await aws(one, "manager1")
        assert (await manager.send("POST", path.format("agent1"))).status_code == 403
        await one.house.directory.create(
            Kind.SECURITY_PROFILE, "desk", {"Permissions": ["Users.EditPermission"], "Tags": {}}
        )
        desk = one.house.directory.resources.named(Kind.SECURITY_PROFILE, "desk")
        assert desk
        await one.house.directory.change(Kind.USER, "agent2", {"SecurityProfileIds": [desk.id]})
        helper = await aws(one, "agent2")
        assert (await helper.send("POST", path.format("manager3"))).status_code == 403
        assert (await admin.send("POST", path.format("nobody"))).status_code == 404


async def test_sessions_are_listed_and_ended_one_by_one_or_all_by_an_admin(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        async with browser(one, "agent1") as page, browser(one, "agent1") as other:
            shown = (await page.get(f"{ME}/session")).json()["Sessions"]
            assert sorted(each["Current"] for each in shown) == [False, True]
            [elsewhere] = [each["Id"] for each in shown if not each["Current"]]
            assert (await page.delete(f"{ME}/session/{elsewhere}")).status_code == 200
            assert (await page.delete(f"{ME}/session/{elsewhere}")).status_code == 404
            assert (await other.get(ME)).status_code == 401
            ended = await admin.send("DELETE", "/earshot/v1/user/agent1/session")
            assert ended.status_code == 200
            assert (await page.get(ME)).status_code == 401


async def test_an_app_is_enrolled_with_a_code_and_asked_for_from_then_on(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one, "agent1") as page:
        asked = {"Password": PASSWORD, "NewPassword": GOOD}
        await page.post(f"{ME}/password", json=asked)
        await log_in(page, "agent1", GOOD)
        told = (await page.post(f"{ME}/authenticator")).json()
        app = TOTP(told["Secret"])
        assert told["Address"].startswith("otpauth://totp/Earshot:agent1")
        wrong = await page.put(f"{ME}/authenticator", json={"Code": "000000"})
        assert wrong.status_code == 401
        assert (await page.put(f"{ME}/authenticator", json={"Code": app.now()})).status_code == 200
        without = await log_in(page, "agent1", GOOD)
        assert without.status_code == 401
        assert without.headers["x-amzn-ErrorType"] == "MfaRequiredException"
        assert "codes.on" in await actions(one)


async def test_who_has_no_session_has_no_self_either(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with engine(tmp_path) as one:
        async with httpx.AsyncClient(base_url=one.api, headers=headers) as api:
            assert (await api.get(ME)).status_code == 400


async def test_a_federation_token_is_a_session_of_whoever_signs_the_request(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        answer = await (await aws(one, "manager1")).ask("GetFederationToken")
        assert (answer["UserId"], answer["UserArn"].rpartition("/")[2]) == ("manager1", "manager1")
        token = answer["Credentials"]["AccessToken"]
        assert answer["Credentials"]["AccessTokenExpiration"] > datetime.now(UTC)
        cookie = cookie_of(token, "http").partition(";")[0]
        async with httpx.AsyncClient(base_url=one.api, headers={"Cookie": cookie}) as page:
            assert (await page.get(ME)).json()["Username"] == "manager1"
            [session] = (await page.get(f"{ME}/session")).json()["Sessions"]
            assert session["UserAgent"] == "GetFederationToken"
        assert "login.federated" in await actions(one)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=one.api, headers=headers) as operator:
            nobody = await operator.get("/user/federate/earshot")
        assert (nobody.status_code, nobody.headers["x-amzn-ErrorType"]) == (
            *(404, "UserNotFoundException"),
        )
