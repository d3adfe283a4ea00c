"""Who may listen in, by unpatched boto3: the seed's rules as the API enforces them."""

from __future__ import annotations

from pathlib import Path

from engine.directory import Kind
from tests.rig.aws import DENIED, Aws, administered, aws
from tests.rig.house import AUDIO, converse, engine, phone


async def test_a_profile_with_exactly_the_permissions_of_the_guide_lets_its_user_listen(
    tmp_path: Path,
) -> None:
    """Seed S0 and specification item 9: a custom profile instead of CallCenterManager."""
    named = ["ManagerListenIn", "ListenCallRecordings", "DownloadCallRecordings"]
    named += ["BasicAgentAccess", "OutboundCallAccess", "ContactSearch.View"]
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask(
            "CreateSecurityProfile", SecurityProfileName="Listeners", Permissions=named
        )
        profile = {"SecurityProfileId": made["SecurityProfileId"]}
        assert (
            sorted(named)
            == (await admin.ask("ListSecurityProfilePermissions", **profile))["Permissions"]
        )
        await admin.ask(
            "UpdateUserSecurityProfiles", UserId="manager1", SecurityProfileIds=[*profile.values()]
        )
        manager = await aws(one, "manager1")
        async with phone(one) as customer, phone(one, "agent1") as agent:
            async with phone(one, "manager1") as ear:
                await agent.register()
                await ear.register()
                live = await converse(one, customer, agent, "support")
                asked = {"ContactId": live.contact_id, "UserId": "manager1"}
                answer = await manager.ask("MonitorContact", **asked)
                await ear.called()
                await ear.answer(AUDIO)
                assert answer["ContactId"] != live.contact_id
                contact = await manager.ask("DescribeContact", ContactId=live.contact_id)
                assert contact["Contact"]["AgentInfo"]["Id"] == "agent1"


async def test_without_the_permission_nobody_listens_and_without_the_ccp_neither(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        asked = {"ContactId": live.contact_id}
        listener, worker = await aws(one, "manager1"), await aws(one, "agent1")
        told = await worker.refused("MonitorContact", UserId="agent1", **asked)
        assert told[:2] == DENIED and "ManagerListenIn" in told[2]
        told = await listener.refused("MonitorContact", UserId="agent1", **asked)
        assert told[:2] == DENIED
        told = await listener.refused("MonitorContact", UserId="manager2", **asked)
        assert told[:2] == DENIED and "themselves" in told[2]
        only = {"SecurityProfileIds": ["CallCenterManager"]}  # and not Agent
        await one.house.directory.change(Kind.USER, "manager1", only)
        told = await listener.refused("MonitorContact", UserId="manager1", **asked)
        assert told[:2] == DENIED


async def test_a_wrong_secret_opens_nothing_and_another_region_is_the_same(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        key = {"AccessKeyId": "ESKA0000000000000000", "SecretAccessKey": "guessed"}
        assert (await Aws(one, key).refused("ListUsers"))[0] == 403
        await (await aws(one, "manager1")).ask("ListUsers")
