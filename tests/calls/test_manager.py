"""A manager by unpatched boto3 and a pjsua2 phone: finds, listens, stops, searches, deletes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.app import Running
from engine.directory import Kind
from tests.calls.party import Party, bridge
from tests.rig.aws import Aws, aws
from tests.rig.house import PASSWORD, engine, phone
from tests.rig.needs import needs
from tests.rig.patience import until
from tests.rig.softphone import Softphone
from tests.rig.tones import level_dbfs, read_wav, tone

pytestmark = [pytest.mark.call, pytest.mark.timeout(60), needs("pjsua2")]
CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -20.0
HEARD_DBFS = -26.0
EAR_SECONDS = 0.8


async def the_contact(manager: Aws) -> str:
    """The one of whoever is in a live conversation."""
    connected = {"ContactFilter": {"ContactStates": ["CONNECTED"]}}

    async def find() -> list[Any]:
        answer = await manager.ask("GetCurrentUserData", Filters=connected)
        return list(answer["UserDataList"])

    [row] = await find()
    assert row["User"]["Id"] == "agent1"
    return str(row["Contacts"][0]["ContactId"])


async def listen(one: Running, manager: Aws, contact_id: str, folder: Path) -> str:
    """Hear both through a phone for a while, then stop; the contact id of the monitoring."""
    ear = Softphone(
        "manager1",
        folder,
        username="manager1",
        password=PASSWORD,
        registrar=f"sip:127.0.0.1:{one.house.sip.port}",
        auto_answer=0.0,
    )
    async with ear:
        await ear.register()
        asked = {"ContactId": contact_id, "UserId": "manager1"}
        monitor = await manager.ask("MonitorContact", **asked)
        await ear.wait_for("media")
        await ear.record(folder / "heard.wav")
        await asyncio.sleep(EAR_SECONDS)
        await ear.stop_recording()
        await manager.ask("StopContact", ContactId=monitor["ContactId"])
        await ear.wait_for("disconnected")
    samples, rate = read_wav(folder / "heard.wav")
    for hertz in (CUSTOMER_HZ, AGENT_HZ):
        assert level_dbfs(samples[-rate // 3 :], hertz, rate) > HEARD_DBFS
    return str(monitor["ContactId"])


async def search_and_delete(one: Running, manager: Aws, contact_id: str, folder: Path) -> None:
    """Found, downloaded with the right and not without, and then there no longer."""
    now = datetime.now(UTC)
    day = {"Type": "INITIATION_TIMESTAMP", "StartTime": now - timedelta(days=1), "EndTime": now}
    found = await manager.ask("SearchContacts", TimeRange=day)
    assert contact_id in [each["Id"] for each in found["Contacts"]]
    contact = (await manager.ask("DescribeContact", ContactId=contact_id))["Contact"]
    assert contact["Recordings"][0]["Status"] == "AVAILABLE"
    recording = f"/earshot/v1/contact/{contact_id}/recording/AGENT/file"
    wav = await manager.send("GET", recording)
    assert wav.status_code == 200
    (folder / "downloaded.wav").write_bytes(wav.content)
    stereo, rate = read_wav(folder / "downloaded.wav")
    assert level_dbfs(stereo[: rate // 2, 1], AGENT_HZ, rate) > HEARD_DBFS
    only = {"SecurityProfileIds": ["Agent"]}
    await one.house.directory.change(Kind.USER, "manager2", only)
    assert (await (await aws(one, "manager2")).send("GET", recording)).status_code == 403
    gone = await manager.send(
        "DELETE", f"/earshot/v1/contact/{contact_id}/recordings", {"Reason": "asked for"}
    )
    assert gone.status_code == 200
    assert (await manager.send("GET", recording)).status_code in (404, 410)


async def test_a_manager_listens_stops_searches_downloads_and_deletes_and_it_is_all_audited(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(engine(tmp_path))
        customer, agent = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in (("customer", CUSTOMER_HZ), ("agent1", AGENT_HZ))
        ]
        manager = await aws(one, "manager1")
        await bridge(customer, agent)
        [live] = one.house.registry
        await until(lambda: live.tap)
        contact_id = await the_contact(manager)
        assert contact_id == live.contact_id
        await listen(one, manager, contact_id, tmp_path)
        agent.phone.hang_up()
        await until(lambda: not len(one.house.registry))
        await one.house.recordings.close()
        await search_and_delete(one, manager, contact_id, tmp_path)
        await one.house.ledger.flush()
        audits = reversed(await one.house.records.audits())
        said = [each.action for each in audits if each.contact_id == contact_id]
    wanted = ["monitor.start", "monitor.stop", "recording.download", "DELETE_RECORDING"]
    assert [each for each in said if each in wanted] == wanted
