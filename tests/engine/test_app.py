import json
import os
import threading
from pathlib import Path

import pytest

from engine.app import StartError, running
from engine.directory import Kind
from engine.records import DisconnectReason, RecordingStatus, Records
from tests.rig.contacts import NOON, contact_record
from tests.rig.house import AUDIO, converse, engine, phone, settings, to_queue
from tests.rig.patience import until


def threads() -> set[str]:
    """Of this process by name, but for the pool that asyncio keeps until its loop closes."""
    ours = {thread.name for thread in threading.enumerate()}
    core = {Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in tasks()}
    pool = {name for name in ours if name.startswith("asyncio_")}
    return (ours - pool) | (core & {"earshot-media"})


def tasks() -> list[str]:
    return os.listdir("/proc/self/task")


async def refusal(folder: Path, **sections: object) -> str:
    with pytest.raises(StartError) as refused:
        async with engine(folder, **sections):
            pass
    return str(refused.value)


async def test_an_instance_file_that_names_what_is_not_there_stops_the_start(
    tmp_path: Path,
) -> None:
    profile = {"name": "Sales", "queues": [{"name": "sales"}]}
    told = await refusal(tmp_path, instance={"routing_profiles": [profile]})
    assert told == "routing_profiles[0].queues[0]: there is no queue 'sales'"


async def test_a_port_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    async with engine(tmp_path) as one:
        taken = one.house.sip.port
        assert "Address already in use" in await refusal(tmp_path / "second", sip={"port": taken})


async def test_an_http_port_that_is_taken_gives_everything_else_back(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    before = set(os.listdir("/proc/self/fd"))
    async with engine(tmp_path) as one:
        taken = int(one.api.rpartition(":")[2])
        assert "in use" in await refusal(tmp_path / "second", web={"port": taken})
    assert set(os.listdir("/proc/self/fd")) <= before


async def test_a_prompt_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    settings(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    assert "short" in await refusal(tmp_path, prompts={"directory": tmp_path / "elsewhere"})


async def test_a_database_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/recordings"
    (tmp_path / "recordings").mkdir()
    assert "database" in await refusal(tmp_path, database={"url": url})


async def test_contacts_and_users_are_kept_from_one_start_to_the_next(
    tmp_path: Path, database_url: str
) -> None:
    database = {"url": database_url}
    async with engine(tmp_path, database=database) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        live = await until(lambda: next(iter(one.house.registry), None))
        facts = {"SecurityProfileIds": ["Agent"], "RoutingProfileId": "No queues"}
        await one.house.directory.create(Kind.USER, "ann", facts)
    async with engine(tmp_path, database=database) as one:
        stored = await one.house.records.contact(live.contact_id)
        assert stored and stored.disconnect
        assert one.house.directory.resources.named(Kind.USER, "ann")


async def test_a_folder_for_recordings_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "recordings").touch()
    assert "recordings" in await refusal(tmp_path)


async def test_after_a_stop_no_descriptor_and_no_thread_is_left(tmp_path: Path) -> None:
    async with engine(tmp_path):  # what is loaded once stays
        pass

    def files() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = files()
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await converse(one, customer, agent, "support")
    await until(lambda: threads() == {"MainThread"})
    await until(lambda: files() <= before)


async def test_a_recording_whose_file_was_never_made_is_failed_at_the_next_start(
    tmp_path: Path,
) -> None:
    given = settings(tmp_path)
    record = contact_record()
    records = Records(given.database.url)
    await records.open()
    await records.save_contact(record)
    await records.start_recording(record.contact_id, str(tmp_path / "none.wav"), NOON)
    await records.close()
    async with running(given) as one:
        found = await one.house.records.contact(record.contact_id)
    assert found
    assert found.disconnect_reason is DisconnectReason.TELECOM_PROBLEM
    assert [one.status for one in found.recordings] == [RecordingStatus.FAILED]


async def test_a_call_that_was_up_at_the_stop_keeps_its_recording(tmp_path: Path) -> None:
    given = settings(tmp_path)
    async with running(given) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
    async with running(given) as one:
        record = await one.house.records.contact(live.contact_id)
    assert record
    assert record.disconnect
    assert [one.status for one in record.recordings] == [RecordingStatus.AVAILABLE]


async def test_an_outbound_flow_may_only_hold_what_a_whisper_may(tmp_path: Path) -> None:
    (tmp_path / "whisper.json").write_text(json.dumps(to_queue()))
    queues = [{"name": "support", "outbound_flow": tmp_path / "whisper.json"}]
    assert "TransferContactToQueue" in await refusal(tmp_path, queues=queues)
