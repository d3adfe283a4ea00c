"""Transcripts are read, downloaded and deleted by whoever may, and that is known."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import httpx

from engine.app import Running
from engine.chat.chats import Wanted
from engine.contact_record import DisconnectReason, RecordingStatus
from engine.directory import Kind
from tests.rig.browser import browser
from tests.rig.chatting import published
from tests.rig.house import TOKEN, action, engine, flow
from tests.rig.patience import until

CONTACT = "/earshot/v1/contact"


async def chatted(one: Running) -> str:
    """The contact id of a chat that is over, and kept."""
    wait = action("wait", "Wait", "bye", TimeLimitSeconds="600")
    await published(one, "chat", flow(wait))
    chat = one.house.chats.start(Wanted("chat", "Carla", 600.0, first=("text/plain", "hello")))
    one.house.chats.end(chat, DisconnectReason.CUSTOMER_DISCONNECT)

    async def kept() -> datetime | None:
        record = await one.house.records.contact(chat.contact_id)
        rows = record.recordings if record else ()
        return rows[0].stop if rows and rows[0].status is RecordingStatus.AVAILABLE else None

    await until(kept)
    return chat.contact_id


def operator(one: Running) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=one.api, headers={"Authorization": f"Bearer {TOKEN}"})


async def test_a_transcript_is_read_downloaded_and_deleted(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, operator(one) as client:
        contact = f"{CONTACT}/{await chatted(one)}"
        read = (await client.get(f"{contact}/transcript")).json()
        said = [item.get("Content") for item in read["items"]]
        assert "hello" in said and len(read["participants"]) == 1
        file = await client.get(f"{contact}/transcript/file")
        name = f"{read['contact_id']}.json"
        assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert file.json()["Transcript"] == read["items"]
        shown = (await client.get(contact)).json()["Contact"]
        assert (shown["Channel"], shown["Recordings"]) == ("CHAT", [])
        assert shown["Transcript"] == {"Status": "AVAILABLE", "Reason": None}
        nothing = await client.get(f"{contact}/recording/TRANSCRIPT")
        assert nothing.status_code == 400  # there is nothing to hear
        gone = await client.request("DELETE", f"{contact}/transcript", json={"reason": "asked to"})
        assert gone.status_code == 200, gone.text
        assert (await client.get(f"{contact}/transcript")).status_code == 404
        deleted = (await client.get(contact)).json()["Contact"]["Transcript"]
        assert deleted == {"Status": "DELETED", "Reason": "asked to"}
        folder = tmp_path / "recordings/ChatTranscripts"
        await until(lambda: not list(folder.rglob("*_UTC.json")))
        assert len(list(folder.rglob("*_UTC.tombstone"))) == 1
        lines = (await client.get("/earshot/v1/audit")).json()
        assert {"transcript.read", "transcript.download", "DELETE_RECORDING"} <= {
            line["Action"] for line in lines["Lines"]
        }


async def test_whoever_may_not_hear_recordings_reads_no_transcript(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one, "manager1") as page:
        contact = f"{CONTACT}/{await chatted(one)}/transcript"
        rights = {"ContactSearch.View", "ManagerListenIn", "ListenCallRecordings"}
        for missing in rights:
            facts = {"Permissions": sorted(rights - {missing})}
            await one.house.directory.change(Kind.SECURITY_PROFILE, "CallCenterManager", facts)
            assert (await page.get(contact)).status_code == 403, missing
        facts = {"Permissions": sorted(rights)}
        await one.house.directory.change(Kind.SECURITY_PROFILE, "CallCenterManager", facts)
        assert (await page.get(contact)).status_code == 200
        assert (await page.get(f"{contact}/file")).status_code == 403
        told = await page.request("DELETE", contact, json={"reason": "x"})
        assert told.status_code == 403
        unknown = f"{CONTACT}/0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f/transcript"
        assert (await page.get(unknown)).status_code == 404
