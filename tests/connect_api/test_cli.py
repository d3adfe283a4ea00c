"""The AWS CLI, as Debian has it, is a client like any other: three journeys of an administrator."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx

from engine.app import Running
from tests.rig.aws import INSTANCE, administered
from tests.rig.house import TOKEN, engine
from tests.rig.needs import needs

CLI = "/usr/bin/aws"
pytestmark = needs("aws")


class Cli:
    def __init__(self, one: Running, key: dict[str, str], folder: Path) -> None:
        self._ending = ("--endpoint-url", one.api, "--instance-id", INSTANCE)
        self._environment = os.environ | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_DEFAULT_REGION": "local",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        }

    async def ask(self, *words: str) -> tuple[dict[str, Any], str]:
        """The answer, and what was said of an error."""
        process = await asyncio.create_subprocess_exec(
            *(CLI, "connect", *words, *self._ending, "--output", "json"),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        told, error = await process.communicate()
        return json.loads(told or b"{}"), error.decode()


async def cli(one: Running, username: str, folder: Path) -> Cli:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=one.api, headers=headers) as api:
        key = (await api.post("/earshot/v1/access-key", json={"UserId": username})).json()
    return Cli(one, key, folder)


async def test_a_user_is_made_and_found_and_gone(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, _):
        aws = await cli(one, "manager3", tmp_path)
        made, error = await aws.ask(
            *("create-user", "--username", "ann", "--phone-config", "PhoneType=SOFT_PHONE"),
            *("--security-profile-ids", "Agent", "--routing-profile-id", "support"),
        )
        assert not error
        listed, _ = await aws.ask("list-users", "--max-items", "3", "--page-size", "1")
        assert len(listed["UserSummaryList"]) == 3  # of three pages
        await aws.ask("delete-user", "--user-id", made["UserId"])
        _, error = await aws.ask("describe-user", "--user-id", made["UserId"])
        assert "ResourceNotFoundException" in error


async def test_a_queue_is_closed_and_shown_closed(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, _):
        aws = await cli(one, "manager3", tmp_path)
        closed = ("--queue-id", "support", "--status", "DISABLED")
        assert await aws.ask("update-queue-status", *closed) == ({}, "")
        shown, _ = await aws.ask("describe-queue", "--queue-id", "support")
        assert (shown["Queue"]["Name"], shown["Queue"]["Status"]) == ("support", "DISABLED")


async def test_who_may_look_sees_the_figures_and_who_may_not_is_told_so(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        asked = (
            *("get-current-metric-data", "--filters", "Queues=support,Channels=VOICE"),
            *("--groupings", "QUEUE", "--current-metrics", "Name=CONTACTS_IN_QUEUE,Unit=COUNT"),
        )
        told, _ = await (await cli(one, "manager1", tmp_path)).ask(*asked)
        [row] = told["MetricResults"]
        assert row["Collections"][0]["Value"] == 0
        _, error = await (await cli(one, "agent1", tmp_path)).ask(*asked)
        assert "AccessDeniedException" in error and "AccessMetrics" in error
