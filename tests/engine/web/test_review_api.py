from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.app import Running
from engine.records import InitiationMethod
from tests.rig.aws import Aws, aws
from tests.rig.contacts import contact_record
from tests.rig.house import engine
from tests.rig.recorded import allow, recorded

SEARCH = "/earshot/v1/contact/search"


async def found(api: Aws, **asked: Any) -> list[str]:
    answer = await api.send("POST", SEARCH, {"MaxResults": 25, **asked})
    assert answer.status_code == 200, answer.text
    return [each["ContactId"] for each in answer.json()["Contacts"]]


async def save(one: Running, contact_id: str, **facts: Any) -> None:
    now = datetime.now(UTC)
    record = replace(contact_record(), contact_id=contact_id, initiation=now, disconnect=now)
    await one.house.records.save_contact(replace(record, **facts))


async def test_contacts_are_found_by_every_filter_and_by_id_alone(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        long_ago = datetime.now(UTC) - timedelta(days=365)
        await save(one, "old", initiation=long_ago, disconnect=long_ago)
        await save(one, "mine", agent="agent1", queue="support", customer_endpoint="+4930123456")
        await save(one, "other", agent="agent2", attributes={"tier": "gold"})
        manager = await aws(one, "manager1")
        assert set(await found(manager)) == {"mine", "other"}
        for asked in (
            {"Agents": ["agent1"]},
            {"Queues": ["support"]},
            {"PhoneNumber": "+49 30 123456"},
            {"PhoneNumber": "3456"},
        ):
            assert await found(manager, **asked) == ["mine"], asked
        assert await found(manager, Attributes={"tier": "gold"}) == ["other"]
        assert await found(manager, DisconnectReasons=["BARGED"]) == []
        assert await found(manager, ContactId="old", Agents=["agent2"]) == ["old"]
        assert (await manager.send("POST", SEARCH, {"ContactId": "no such"})).status_code == 404
        reversed_range = {"Start": "2026-11-22T12:00:00Z", "End": "2026-11-21T12:00:00Z"}
        assert (await manager.send("POST", SEARCH, reversed_range)).status_code == 400


async def test_a_page_leads_to_the_next(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        for number in range(3):
            await save(one, f"contact-{number}")
        manager = await aws(one, "manager1")
        first = (await manager.send("POST", SEARCH, {"MaxResults": 2})).json()
        assert first["TotalCount"] == 3
        rest = await found(manager, NextToken=first["NextToken"], MaxResults=2)
        assert [*(each["ContactId"] for each in first["Contacts"]), *rest] == [
            *("contact-2", "contact-1", "contact-0")
        ]


async def test_a_contact_tells_its_stages_steps_messages_and_who_listened(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        await one.house.traces.stop()
        manager = await aws(one, "manager1")
        await manager.send("GET", f"/earshot/v1/contact/{contact_id}/recording/AGENT")
        told = (await manager.send("GET", f"/earshot/v1/contact/{contact_id}")).json()
        assert told["Contact"]["Recordings"][0]["Kind"] == "AGENT"
        assert [each["Kind"] for each in told["Stages"]][:4] == [*("FLOW", "QUEUE", "RING", "TALK")]
        assert told["Ladder"][0]["Label"].startswith("INVITE")
        assert [(each["Who"], each["Action"]) for each in told["Listened"]] == [
            ("manager1", "recording.play")
        ]


async def test_a_contact_tells_of_all_in_its_chain_but_those_who_listened(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        chain = {"initial_contact_id": "first"}
        await save(one, "first", next_contact_id="second", agent="agent1", queue="support", **chain)
        method = InitiationMethod.TRANSFER
        await save(one, "second", previous_contact_id="first", initiation_method=method, **chain)
        await save(one, "ear", initiation_method=InitiationMethod.MONITOR, **chain)
        await save(one, "another")
        manager = await aws(one, "manager1")
        for contact_id in ("first", "second"):
            told = (await manager.send("GET", f"/earshot/v1/contact/{contact_id}")).json()
            assert [each["ContactId"] for each in told["Chain"]] == ["first", "second"]
            assert told["Chain"][1]["InitiationMethod"] == "TRANSFER"
        told = (await manager.send("GET", "/earshot/v1/contact/first")).json()
        assert told["Contact"]["NextContactId"] == "second"


async def test_a_waveform_has_two_channels_and_as_many_seconds_as_the_sound(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        manager = await aws(one, "manager1")
        path = f"/earshot/v1/contact/{contact_id}/recording/AGENT/waveform"
        drawn = (await manager.send("GET", path)).json()
        assert (len(drawn["Peaks"]), len(drawn["Peaks"][0])) == (2, 1000)
        assert drawn["Seconds"] > 0
        missing = await manager.send("GET", path.replace("AGENT", "IVR"))
        assert missing.status_code == 404


async def test_without_manager_monitor_nothing_tells_of_recordings(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        searcher = await allow(one, "agent2", "ContactSearch.View", "ListenCallRecordings")
        [row] = (await searcher.send("POST", SEARCH, {"MaxResults": 9})).json()["Contacts"]
        assert (row["Recordings"], row["Attributes"]) == (None, None)
        told = (await searcher.send("GET", f"/earshot/v1/contact/{contact_id}")).json()
        assert told["Listened"] is None
        path = f"/earshot/v1/contact/{contact_id}/recording/AGENT"
        for refused in (path, f"{path}/waveform", f"{path}/file"):
            assert (await searcher.send("GET", refused)).status_code == 403
        by_attribute = await searcher.send("POST", SEARCH, {"Attributes": {"tier": "gold"}})
        assert by_attribute.status_code == 403
