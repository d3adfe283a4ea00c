"""Who may listen in, by unpatched boto3: the seed's rules as the API enforces them."""

from __future__ import annotations

from pathlib import Path

from engine.directory import Kind
from engine.supervision import MODES, Stage
from tests.rig.aws import DENIED, Aws, administered, aws
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until


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


async def test_a_manager_with_the_right_barges_in_whispers_and_is_silent_again(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as ear, phone(one, "manager2"):
            await agent.register()
            await ear.register()
            live = await converse(one, customer, agent, "support")
            manager, other = await aws(one, "manager1"), await aws(one, "manager2")
            both = {"AllowedMonitorCapabilities": ["SILENT_MONITOR", "BARGE"]}
            asked = {"ContactId": live.contact_id, "UserId": "manager1", **both}
            started = await manager.ask("MonitorContact", **asked)
            path = f"/earshot/v1/monitor/{started['ContactId']}/mode"
            early = await manager.send("POST", path, {"Mode": "BARGE"})
            assert early.status_code == 400
            await ear.called()
            await ear.answer(AUDIO)
            await until(lambda: live.listeners[0].monitor.stage is Stage.LISTENING)
            for said, mode in MODES.items():
                answer = await manager.send("POST", path, {"Mode": said})
                assert answer.status_code == 200, answer.text
                assert live.listeners[0].monitor.mode is mode
            assert (await other.send("POST", path, {"Mode": "BARGE"})).status_code == 403
            assert (await manager.send("POST", path, {"Mode": "SING"})).status_code == 400
            worker = await aws(one, "agent1")
            assert (await worker.send("POST", path, {"Mode": "BARGE"})).status_code == 403
            nowhere = "/earshot/v1/monitor/none/mode"
            assert (await manager.send("POST", nowhere, {"Mode": "BARGE"})).status_code == 404


async def test_without_the_right_to_barge_nobody_may_ask_for_it(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        only = {"SecurityProfileIds": ["QualityAnalyst", "Agent"]}
        await one.house.directory.change(Kind.USER, "manager1", only)
        await agent.register()
        live = await converse(one, customer, agent, "support")
        both = {"AllowedMonitorCapabilities": ["SILENT_MONITOR", "BARGE"]}
        asked = {"ContactId": live.contact_id, "UserId": "manager1"}
        listener = await aws(one, "manager1")
        assert (await listener.refused("MonitorContact", **asked, **both))[:2] == DENIED


async def test_a_manager_follows_an_agent_from_the_conversation_they_have(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as ear:
            await agent.register()
            await ear.register()
            await converse(one, customer, agent, "support")
            manager, path = await aws(one, "manager1"), "/earshot/v1/agent/agent1/follow"
            mine = {"UserId": "manager1"}
            assert (await manager.send("DELETE", path, mine)).status_code == 404
            assert (await manager.send("PUT", path, {"UserId": "manager2"})).status_code == 403
            assert (await manager.send("PUT", path, mine)).status_code == 200
            await ear.called()
            await ear.answer(AUDIO)
            assert (await manager.send("DELETE", path, mine)).status_code == 200
            elsewhere = "/earshot/v1/agent/manager2/follow"
            assert (await manager.send("PUT", elsewhere, mine)).status_code == 400
            await one.house.ledger.flush()
            said = [each.action for each in reversed(await one.house.records.audits())]
            assert [each for each in said if each.startswith("monitor")] == [
                *("monitor.follow", "monitor.start", "monitor.unfollow"),
            ]
