from pathlib import Path

import httpx
import pytest

from engine.app import Running
from tests.rig.aws import Aws, aws
from tests.rig.house import TOKEN, converse, engine, phone
from tests.rig.phone import ReferAsked

UNKNOWN = "00000000-0000-4000-8000-00000000ffff"


def client(one: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=one.api, headers={"Authorization": f"Bearer {TOKEN}"})


async def test_a_key_opens_until_it_is_deleted_and_both_are_audited(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, client(one) as api:
        key = (await api.post("/earshot/v1/access-key", json={"UserId": "manager1"})).json()
        manager = Aws(one, key)
        await manager.ask("ListUsers")
        gone = await api.delete(f"/earshot/v1/access-key/{key['AccessKeyId']}")
        assert gone.status_code == 200
        assert (await manager.refused("ListUsers"))[0] == 403
        await one.house.ledger.flush()
        audits = await one.house.records.audits()
        assert [(each.who, each.action) for each in audits] == [
            ("nobody", "request.denied"),
            ("api", "access-key.delete"),
            ("api", "access-key.create"),
        ]
        assert key["SecretAccessKey"] not in str(audits)


async def test_keys_are_made_by_whoever_has_the_permission_and_for_users_that_there_are(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, client(one) as api:
        unknown = await api.post("/earshot/v1/access-key", json={"UserId": "nobody"})
        assert unknown.status_code == 404
        manager = await aws(one, "manager1")
        refused = await manager.send("POST", "/earshot/v1/access-key", {"UserId": "manager1"})
        assert (refused.status_code, "Users.EditPermission" in refused.text) == (403, True)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({}, 200, None),
        ({"Target": "sip:else@pbx.example.com"}, 403, "DestinationNotAllowedException"),
        ({"Target": "nonsense"}, 400, "InvalidRequestException"),
        ({"ContactId": UNKNOWN}, 404, "ResourceNotFoundException"),
        ({"InstanceId": "another"}, 404, "ResourceNotFoundException"),
    ],
)
async def test_a_customer_is_sent_outside_only_where_a_setting_allows_it(
    tmp_path: Path, changes: dict[str, str], status: int, error: str | None
) -> None:
    routing = {"refer_targets": ["sip:desk@pbx.example.com"]}
    async with engine(tmp_path, routing=routing) as one, client(one) as api:
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            asked = {
                "InstanceId": "earshot",
                "ContactId": live.contact_id,
                "Target": "sip:desk@pbx.example.com",
            }
            answer = await api.post("/earshot/v1/contact/refer", json=asked | changes)
            assert (answer.status_code, answer.headers.get("x-amzn-ErrorType")) == (status, error)
            if error is None:
                await customer.take(ReferAsked)
                again = await api.post("/earshot/v1/contact/refer", json=asked)
                assert again.status_code == 400  # it is on its way
                await customer.notify(200)
                assert (await agent.hung_up()).by == "BYE"
