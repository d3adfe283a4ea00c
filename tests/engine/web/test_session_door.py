from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.directory import Kind
from engine.login import Login
from engine.login.login import Attempt
from engine.refused import Refused
from engine.web.server import login_to
from engine.web.session_door import SessionDoor
from tests.rig.house import PASSWORD, engine


def scope(token: str, path: str = "/users", **more: Any) -> dict[str, Any]:
    given = {"type": "http", "scheme": "http", "method": "GET", "path": path, "query_string": b""}
    headers = [(b"cookie", f"sid={token}".encode()), (b"host", b"gate")]
    return given | {"headers": headers} | more


@pytest.fixture
async def login(tmp_path: Path) -> AsyncIterator[tuple[Login, SessionDoor]]:
    async with engine(tmp_path) as one:
        login = login_to(one.house, bytes(32))
        yield login, SessionDoor(login, one.house.directory, [])


async def test_what_a_session_may_do_is_asked_at_each_request(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        login = login_to(one.house, bytes(32))
        door = SessionDoor(login, one.house.directory, [])
        token = (await login.enter(Attempt("agent1", PASSWORD, "", "::1"))).token
        before = await door.caller(scope(token))
        await one.house.directory.change(Kind.USER, "agent1", {"SecurityProfileIds": []})
        after = await door.caller(scope(token))
        assert ("BasicAgentAccess" in before.permissions, after.permissions) == (True, frozenset())


async def test_a_limited_session_opens_its_password_and_the_way_out(
    login: tuple[Login, SessionDoor],
) -> None:
    way_in, door = login
    from_house = await way_in.sessions.open("agent1", datetime.now(UTC), limited=True)
    assert (await door.caller(scope(from_house, "/earshot/v1/me/password"))).name == "agent1"
    with pytest.raises(Refused, match="changed first"):
        await door.caller(scope(from_house))


async def test_a_websocket_is_opened_by_pages_of_ours_alone(
    login: tuple[Login, SessionDoor],
) -> None:
    way_in, door = login
    token = await way_in.sessions.open("agent1", datetime.now(UTC), limited=False)
    socket = scope(token, type="websocket", scheme="ws")
    with pytest.raises(Refused, match="somebody else"):
        await door.caller(socket)
    socket["headers"].append((b"origin", b"http://gate"))
    assert (await door.caller(socket)).name == "agent1"


async def test_a_connection_lasts_as_long_as_the_session_it_was_opened_in(
    login: tuple[Login, SessionDoor],
) -> None:
    way_in, door = login
    token, closed = await way_in.sessions.open("agent1", datetime.now(UTC), limited=False), []
    way_in.sessions.listen(closed.append)
    opened = scope(token)
    await door.caller(opened)
    assert await door.lasts(opened)
    await way_in.leave(opened["session"], "agent1")
    assert not await door.lasts(opened)
    assert await door.lasts(scope(""))  # one that was opened with a key
    await way_in.sessions.close_all("agent1")
    assert closed == [opened["session"].digest, "agent1"]
