from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from engine.directory import Kind
from engine.records import DisconnectReason
from tests.rig.aws import DENIED, NOT_FOUND, administered, aws
from tests.rig.contacts import contact_record
from tests.rig.house import converse, engine, phone
from tests.rig.patience import until


def today() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "TimeRange": {
            "Type": "INITIATION_TIMESTAMP",
            "StartTime": now - timedelta(hours=1),
            "EndTime": now + timedelta(hours=1),
        }
    }


async def test_a_contact_is_found_once_it_has_ended_and_by_id_with_its_recording(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            assert (await admin.ask("SearchContacts", **today()))["Contacts"] == []
            agent.hang_up()
            await customer.hung_up()
            await until(lambda: live.record.disconnect)
        theirs = {"SearchCriteria": {"AgentIds": ["agent1"]}} | today()
        found = await admin.ask("SearchContacts", **theirs)
        [row] = found["Contacts"]
        assert (row["Id"], row["AgentInfo"]["Id"]) == (live.contact_id, "agent1")
        assert row["QueueInfo"]["Id"] == "support"
        contact = (await admin.ask("DescribeContact", ContactId=row["Id"]))["Contact"]
        assert contact["Recordings"][0]["MediaStreamType"] == "AUDIO"
        theirs["SearchCriteria"]["AgentIds"] = ["agent2"]
        other = await admin.ask("SearchContacts", **theirs)
        assert other["TotalCount"] == 0


async def test_pages_follow_one_another(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        ids = [f"contact-{number}" for number in range(3)]
        for contact_id in ids:
            now = datetime.now(UTC)
            record = replace(contact_record(), contact_id=contact_id, initiation=now)
            await one.house.records.save_contact(replace(record, disconnect=now))
        first = await admin.ask("SearchContacts", MaxResults=2, **today())
        rest = await admin.ask("SearchContacts", NextToken=first["NextToken"], **today())
        found = [row["Id"] for row in (*first["Contacts"], *rest["Contacts"])]
        assert (found, "NextToken" in rest) == (ids[::-1], False)


async def test_who_may_see_their_own_contacts_only_finds_no_other(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        facts = {"Permissions": ["ContactSearch.View", "MyContacts.View"], "Tags": {}}
        profile = await one.house.directory.create(Kind.SECURITY_PROFILE, "Own", facts)
        await one.house.directory.change(Kind.USER, "agent2", {"SecurityProfileIds": [profile.id]})
        worker, manager = await aws(one, "agent2"), await aws(one, "manager1")
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            agent.hang_up()
            await until(lambda: live.record.disconnect)
        assert (await manager.ask("SearchContacts", **today()))["TotalCount"] == 1
        assert (await worker.ask("SearchContacts", **today()))["TotalCount"] == 0
        asked = {"SearchCriteria": {"AgentIds": ["agent1"]}} | today()
        assert (await worker.refused("SearchContacts", **asked))[:2] == DENIED
        told = await worker.refused("DescribeContact", ContactId=live.contact_id)
        assert told[:2] == DENIED


async def test_what_the_model_has_no_criterion_for_is_found_by_attributes_of_our_own(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        now = datetime.now(UTC)
        for number, days in ((1, 0), (2, 0), (3, 100)):
            at = now - timedelta(days=days)
            record = replace(
                contact_record(),
                contact_id=f"contact-{number}",
                customer_endpoint=f"+4930000{number}",
                initiation=at,
                disconnect=at,
                disconnect_reason=DisconnectReason.BARGED if number == 1 else None,
            )
            await one.house.records.save_contact(record)

        async def found(match: str | None = None, **values: list[str]) -> list[str]:
            criteria = [{"Key": f"earshot:{key}", "Values": v} for key, v in values.items()]
            segment = {"Criteria": criteria} | ({"MatchType": match} if match else {})
            asked = {"SearchCriteria": {"SearchableSegmentAttributes": segment}} | today()
            return [row["Id"] for row in (await admin.ask("SearchContacts", **asked))["Contacts"]]

        assert await found(CustomerEndpointSuffix=["00001"]) == ["contact-1"]
        assert await found(CustomerEndpoint=["+49300002", "+49300003", "+49"]) == ["contact-2"]
        assert await found(DisconnectReason=["BARGED", "OTHER"]) == ["contact-1"]
        assert await found(ContactId=["contact-3"]) == ["contact-3"]
        assert await found(ContactId=["contact-3"], DisconnectReason=["BARGED"]) == ["contact-3"]
        assert await found(ContactId=["nothing"]) == []
        for wrong in (
            {"ContactId": ["contact-1", "contact-2"]},
            {"CustomerEndpointSuffix": ["1"]},
            {"Weather": ["rain"]},
        ):
            with pytest.raises(ClientError, match="InvalidRequestException"):
                await found(**wrong)
        with pytest.raises(ClientError, match="MATCH_ALL"):
            await found("MATCH_ANY", CustomerEndpoint=["1"], DisconnectReason=["BARGED"])


async def test_what_cannot_be_searched_is_refused(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        long = today()
        long["TimeRange"]["StartTime"] -= timedelta(weeks=9)
        assert "8 weeks" in (await admin.refused("SearchContacts", **long))[2]
        analysed: dict[str, Any] = {"ContactAnalysis": {}}
        told = await admin.refused("SearchContacts", SearchCriteria=analysed, **today())
        assert "ContactAnalysis: not implemented" in told[2]
        told = await admin.refused("SearchContacts", NextToken="nonsense", **today())
        assert "NextToken" in told[2]
        unknown = {"QueueIds": ["nowhere"]}
        told = await admin.refused("SearchContacts", SearchCriteria=unknown, **today())
        assert told[:2] == NOT_FOUND


async def test_contacts_are_found_by_what_was_said_of_them(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        now = datetime.now(UTC)
        for number, tags in enumerate(({"team": "red"}, {"team": "blue", "site": "north"})):
            record = replace(contact_record(), contact_id=str(number), name=f"Refund {number}")
            times = {"initiation": now, "disconnect": now}
            await one.house.records.save_contact(replace(record, **times, tags=tags))

        async def found(**criteria: Any) -> list[str]:
            answer = await admin.ask("SearchContacts", SearchCriteria=criteria, **today())
            return sorted(row["Id"] for row in answer["Contacts"])

        red, north = ({"TagKey": "team", "TagValue": "red"}, {"TagKey": "site"})
        assert await found(Name={"SearchText": ["refund"], "MatchType": "MATCH_ANY"}) == ["0", "1"]
        assert await found(Name={"SearchText": ["refund 1"], "MatchType": "MATCH_ALL"}) == ["1"]
        assert await found(ContactTags={"TagCondition": red}) == ["0"]
        assert await found(ContactTags={"OrConditions": [[red], [north]]}) == ["0", "1"]
        assert await found(ContactTags={"OrConditions": [[red]], "AndConditions": [north]}) == []
        wrong = {"SearchCriteria": {"ContactTags": {"TagCondition": {"TagKey": 'a"'}}}}
        assert (await admin.refused("SearchContacts", **wrong, **today()))[0] == 400
        routed = {"SearchCriteria": {"RoutingCriteria": {"Steps": []}}}
        status, _, said = await admin.refused("SearchContacts", **routed, **today())
        assert (status, "RoutingCriteria: not implemented" in said) == (400, True)
