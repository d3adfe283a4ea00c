import io
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile

from engine.refused import Refused
from engine.web.playback_api import parsed
from tests.rig.aws import aws
from tests.rig.house import engine
from tests.rig.recorded import allow, recorded


def path(contact_id: str) -> str:
    return f"/earshot/v1/contact/{contact_id}/recording/AGENT"


async def test_a_manager_plays_seeks_downloads_and_deletes_and_the_audit_trail_has_it_all(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        manager = await aws(one, "manager1")
        whole = await manager.send("GET", path(contact_id))
        assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
        assert soundfile.info(io.BytesIO(whole.content)).channels == 2
        part = await manager.send("GET", path(contact_id), Range="bytes=4-19")
        assert (part.status_code, part.content) == (206, whole.content[4:20])
        assert part.headers["content-range"] == f"bytes 4-19/{len(whole.content)}"
        file = await manager.send("GET", f"{path(contact_id)}/file")
        assert file.content == whole.content
        said = file.headers["content-disposition"]
        assert said == f'attachment; filename="{contact_id}.wav"'
        recordings = f"/earshot/v1/contact/{contact_id}/recordings"
        assert (await manager.send("DELETE", recordings, {"Reason": ""})).status_code == 400
        gone = await manager.send("DELETE", recordings, {"Reason": "asked to"})
        assert gone.status_code == 200 and len(gone.json()["Deleted"]) == 1
        assert (await manager.send("GET", path(contact_id))).status_code == 404
        contact = (await manager.ask("DescribeContact", ContactId=contact_id))["Contact"]
        assert contact["Recordings"][0]["Status"] == "DELETED"
        assert contact["Recordings"][0]["DeletionReason"] == "asked to"
        await one.house.ledger.flush()
        audits = [each for each in await one.house.records.audits() if each.who == "manager1"]
    assert sorted((each.action, each.contact_id) for each in audits) == [
        ("DELETE_RECORDING", contact_id),
        ("recording.download", contact_id),
        ("recording.play", contact_id),
        ("recording.play", contact_id),
    ]


async def test_listening_downloading_and_deleting_are_three_rights(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        listens = ("ContactSearch.View", "ManagerListenIn", "ListenCallRecordings")
        ear = await allow(one, "manager1", *listens)
        blind = await allow(one, "manager2", "ContactSearch.View", "ListenCallRecordings")
        assert (await ear.send("GET", path(contact_id))).status_code == 200
        recordings = f"/earshot/v1/contact/{contact_id}/recordings"
        for method, where, missing in (
            ("GET", f"{path(contact_id)}/file", "DownloadCallRecordings"),
            ("DELETE", recordings, "DeleteCallRecordings"),
        ):
            refused = await ear.send(method, where, {"Reason": "x"})
            assert refused.status_code == 403 and missing in refused.text
        refused = await blind.send("GET", path(contact_id))  # by its URL, seed item 30
        assert refused.status_code == 403 and "ManagerListenIn" in refused.text


async def test_who_sees_their_own_contacts_hears_no_other(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        contact_id = await recorded(one)
        rights = ("ContactSearch.View", "ManagerListenIn", "ListenCallRecordings")
        other = await allow(one, "agent2", *rights, "MyContacts.View")
        assert (await other.send("GET", path(contact_id))).status_code == 403


@pytest.mark.parametrize("wrong", ["nobody/recording/AGENT", "nobody/recording/SCREEN"])
async def test_what_is_not_there_is_not_found(tmp_path: Path, wrong: str) -> None:
    async with engine(tmp_path) as one:
        manager = await aws(one, "manager1")
        answer = await manager.send("GET", f"/earshot/v1/contact/{wrong}")
        assert answer.status_code == (400 if "SCREEN" in wrong else 404)


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (None, None),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-400", (90, 100)),
        ("bytes=-7", (93, 100)),
        ("bytes=-700", (0, 100)),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("seconds=1-2", None),
    ],
)
def test_a_range_is_one_or_it_is_none(said: str | None, part: Any) -> None:
    assert parsed(said, 100) == part


@pytest.mark.parametrize("said", ["bytes=100-", "bytes=20-10", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(said: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(said, 100)
    assert refused.value.status == 416


async def test_nobody_without_a_key_hears_anything(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, httpx.AsyncClient(base_url=one.api) as stranger:
        assert (await stranger.get(path("any"))).status_code == 403
