from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from engine.audit import BEGINNING, AuditRecord, chained
from tests.rig.aws import administered, aws
from tests.rig.house import engine

AUDIT = "/earshot/v1/audit"


async def test_whoever_may_reads_it_in_pages_the_newest_first(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        await admin.ask("CreateSecurityProfile", SecurityProfileName="desk", Permissions=[])
        first = (await admin.send("GET", f"{AUDIT}?MaxResults=1")).json()
        assert [line["Action"] for line in first["Lines"]] == ["CreateSecurityProfile"]
        assert '"SecurityProfileName": "desk"' in first["Lines"][0]["Detail"]
        after = f"{AUDIT}?MaxResults=1&NextToken={first['NextToken']}"
        second = (await admin.send("GET", after)).json()
        assert [line["Action"] for line in second["Lines"]] == ["access-key.create"]
        assert second["NextToken"] is None
        found = await admin.send("GET", f"{AUDIT}?Action=access-key.create&Who=api")
        assert len(found.json()["Lines"]) == 1
        nothing = await admin.send("GET", f"{AUDIT}?Until=2020-01-01T00:00:00Z")
        assert nothing.json()["Lines"] == []
        for wrong in ("MaxResults=0", "Since=yesterday", "Since=2020-01-01T00:00:00"):
            assert (await admin.send("GET", f"{AUDIT}?{wrong}")).status_code == 400
        assert one.house.records


async def test_an_export_is_a_chain_that_others_can_check_and_ends_with_itself(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (_, admin):
        answer = await admin.send("GET", f"{AUDIT}/export?Who=manager3")
        assert [json.loads(line)["Action"] for line in answer.text.splitlines()] == ["audit.export"]
        answer = await admin.send("GET", f"{AUDIT}/export")
        digest = BEGINNING
        for line in map(json.loads, answer.text.splitlines()):
            said = (line["Who"], line["Action"], line["ContactId"], line["Detail"])
            record = AuditRecord(datetime.fromisoformat(line["At"]), *said)
            digest = chained(digest, line["Number"], record)
            assert line["Digest"] == digest
        assert line["Action"] == "audit.export"


async def test_nobody_else_reads_it_and_who_tries_is_in_it(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        manager = await aws(one, "manager1")
        assert (await manager.send("GET", f"{AUDIT}/export")).status_code == 403
        await one.house.ledger.flush()
        [newest, *_] = await one.house.records.audits()
        assert (newest.who, newest.action) == ("manager1", "request.denied")
        assert newest.detail.startswith(f"GET {AUDIT}/export from ")
