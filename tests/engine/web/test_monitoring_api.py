from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.app import Running
from engine.live import LiveContact
from tests.rig.house import AUDIO, TOKEN, converse, engine, phone
from tests.rig.phone import Phone

UNKNOWN = "00000000-0000-4000-8000-00000000ffff"


def client(one: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=one.api, headers={"Authorization": f"Bearer {TOKEN}"})


@asynccontextmanager
async def talking(
    folder: Path, number: str
) -> AsyncIterator[tuple[httpx.AsyncClient, LiveContact, Phone, Phone]]:
    """A conversation and a registered supervisor: API, contact, agent's phone, manager's phone."""
    async with engine(folder) as one, client(one) as api, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "manager1") as manager:
            await agent.register()
            await manager.register()
            yield api, await converse(one, customer, agent, number), agent, manager


def request(contact_id: str, **changes: Any) -> dict[str, Any]:
    given = {"InstanceId": "earshot", "ContactId": contact_id, "UserId": "manager1"}
    return given | changes


async def test_monitor_contact_rings_the_supervisor_and_names_the_new_contact(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path, "support") as (api, live, _, manager):
        answer = await api.post("/contact/monitor", json=request(live.contact_id))
        assert answer.status_code == 200
        body = answer.json()
        assert body["ContactArn"].endswith(f"/contact/{body['ContactId']}")
        assert body["ContactId"] != live.contact_id
        await manager.called()
        described = await api.get(f"/contacts/earshot/{body['ContactId']}")
        assert described.json()["Contact"]["InitiationMethod"] == "MONITOR"


@pytest.mark.parametrize("number", ["unrecorded", "agent-only"])
async def test_monitoring_needs_recording_of_both_sides(tmp_path: Path, number: str) -> None:
    async with talking(tmp_path, number) as (api, live, _, _):
        answer = await api.post("/contact/monitor", json=request(live.contact_id))
    assert answer.status_code == 400
    assert answer.headers["x-amzn-ErrorType"] == "InvalidRequestException"
    assert answer.json() == {"Message": "Monitoring failed, please enable call recording"}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"ContactId": UNKNOWN}, 404, "ResourceNotFoundException"),
        ({"InstanceId": "another"}, 404, "ResourceNotFoundException"),
        ({"UserId": "agent1"}, 403, "AccessDeniedException"),
        ({"UserId": "nobody"}, 403, "AccessDeniedException"),
        ({"AllowedMonitorCapabilities": ["BARGE"]}, 400, "InvalidRequestException"),
        ({"AllowedMonitorCapabilities": ["SING"]}, 400, "InvalidRequestException"),
        ({"UserId": None}, 400, "InvalidRequestException"),
    ],
)
async def test_a_request_that_cannot_be_is_refused_in_connects_words(
    tmp_path: Path, changes: dict[str, Any], status: int, error: str
) -> None:
    async with talking(tmp_path, "support") as (api, live, _, _):
        answer = await api.post("/contact/monitor", json=request(live.contact_id, **changes))
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (status, error)
    assert answer.json()["Message"]


async def test_a_contact_that_waits_has_no_conversation_to_monitor(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, client(one) as api, phone(one) as customer:
        await customer.invite("support", AUDIO)
        [live] = one.house.registry
        answer = await api.post("/contact/monitor", json=request(live.contact_id))
    assert answer.status_code == 400
    assert answer.json()["Message"].startswith("invalid_target_state")
