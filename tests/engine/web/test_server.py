from pathlib import Path

import httpx
import pytest

from tests.rig.house import TOKEN, engine

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


async def test_the_api_is_served_and_says_no_without_a_token(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, httpx.AsyncClient(base_url=one.api) as api:
        body = {"InstanceId": "earshot", "ContactId": "c", "UserId": "manager1"}
        answer = await api.post("/contact/monitor", json=body)
        assert answer.status_code == 403
        assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"


async def test_an_operation_that_does_not_exist_says_so(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        async with httpx.AsyncClient(base_url=one.api, headers=HEADERS) as api:
            unknown = await api.put("/nothing/of/connect", json={})
            missing = await api.put("/instance/earshot/bot", json={})
    assert (unknown.status_code, missing.status_code) == (404, 501)
    assert unknown.headers["x-amzn-ErrorType"] == "UnknownOperationException"
    assert missing.headers["x-amzn-ErrorType"] == "NotImplementedException"
    assert "AssociateBot" in missing.json()["Message"]


async def test_a_malformed_body_is_answered_with_what_is_wrong(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        async with httpx.AsyncClient(base_url=one.api, headers=HEADERS) as api:
            answer = await api.post("/contact/monitor", json={"InstanceId": "earshot"})
            garbage = await api.post("/contact/monitor", content=b"{")
    assert answer.status_code == garbage.status_code == 400
    assert "ContactId" in answer.json()["Message"]


async def test_a_client_that_keeps_its_connection_does_not_keep_the_engine(tmp_path: Path) -> None:
    async with httpx.AsyncClient() as client:
        async with engine(tmp_path) as one:
            answer = await client.post(one.api)
            assert answer.headers["Date"]
        with pytest.raises(httpx.ConnectError):
            await client.post(one.api)


async def test_the_server_is_gone_after_the_engine_stopped(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        api = one.api
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(api)


async def test_our_own_routes_are_not_asked_faster_than_connects_operations(tmp_path: Path) -> None:
    web = {"requests_per_second": 0.001, "request_burst": 2}
    async with engine(tmp_path, web=web) as one:
        async with httpx.AsyncClient(base_url=one.api, headers=HEADERS) as api:
            first = await api.get("/earshot/v1/audit")
            second = await api.get("/instance")
            third = await api.get("/earshot/v1/audit")
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert third.headers["x-amzn-ErrorType"] == "ThrottlingException"
