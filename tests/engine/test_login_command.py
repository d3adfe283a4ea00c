from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.app import Running
from engine.login_command import user_app
from tests.rig.browser import browser, log_in
from tests.rig.house import TOKEN, engine


async def run(one: Running, folder: Path, *arguments: str, token: str = TOKEN) -> Result:
    """The command, with a configuration that leads to this engine."""
    file = folder / "earshot.toml"
    port = one.api.rpartition(":")[2]
    file.write_text(f"[web]\nport = {port}\n" + (f'token = "{token}"\n' if token else ""))
    command = [*arguments, "--config", str(file)]
    return await asyncio.to_thread(CliRunner().invoke, user_app, command)


def password_in(result: Result) -> str:
    """The engine of this process logs to the same place."""
    [password] = [line for line in result.output.splitlines() if line and " " not in line]
    return password


async def test_who_was_added_logs_in_once_and_after_a_reset_again(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one) as page:
        added = await run(one, tmp_path, "add", "ann", "--profile", "Admin")
        assert added.exit_code == 0, added.output
        who = (await log_in(page, "ann", password_in(added))).json()
        assert who["MustChangePassword"] and "Users.Create" in who["Permissions"]
        given = await run(one, tmp_path, "reset", who["UserId"])
        assert (await log_in(page, "ann", password_in(given))).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "token", "said"),
    [
        (["add", "agent1"], TOKEN, "already"),
        (["add", "ann", "--profile", "None"], TOKEN, "no security profile None"),
        (["reset", "nobody"], TOKEN, "no user nobody"),
        (["add", "ann"], "wrong", "required"),
        (["add", "ann"], "", "token"),
    ],
)
async def test_what_is_refused_is_told_with_exit_code_2(
    tmp_path: Path, arguments: list[str], token: str, said: str
) -> None:
    async with engine(tmp_path) as one:
        refused = await run(one, tmp_path, *arguments, token=token)
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output


async def test_without_an_engine_it_says_where_it_asked(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        pass
    refused = await run(one, tmp_path, "add", "ann")
    assert (refused.exit_code, one.api in refused.output) == (2, True)
