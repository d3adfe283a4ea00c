import asyncio
import time
import wave
from base64 import b64encode
from pathlib import Path

from engine.call import Input
from engine.records import ContactRecord, RecordingStatus
from mixer import Route
from recorder import Loss, Part, verification
from recorder.archive import read as read_manifest
from recorder.signing import PUBLIC_NAME, PublicKey, keys
from recorder.upload import content_of
from recorder.vault import encrypted
from tests.rig.house import AUDIO, converse, engine, phone, settings
from tests.rig.patience import until
from tests.rig.phone import audio

TALK_SECONDS = 0.5


def public_key(directory: Path) -> PublicKey:
    return PublicKey.read(keys(directory) / PUBLIC_NAME)


async def recorded_call(folder: Path, number: str) -> tuple[ContactRecord, float]:
    """A conversation of TALK_SECONDS at least; its record, and what it lasted at most."""
    async with engine(folder) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        began = time.monotonic()
        live = await converse(one, customer, agent, number)
        await asyncio.sleep(TALK_SECONDS)
        agent.hang_up()
        await customer.hung_up()
        seconds = time.monotonic() - began
        await one.house.recordings.close()
        await one.house.ledger.flush()
        record = await one.house.records.contact(live.contact_id)
    assert record
    return record, seconds


async def test_a_conversation_is_recorded_as_long_as_it_lasted(tmp_path: Path) -> None:
    record, seconds = await recorded_call(tmp_path, "support")
    [recording] = record.recordings
    assert recording.status is RecordingStatus.AVAILABLE
    assert recording.overruns == 0
    with wave.open(recording.location) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() == recording.frames
    assert TALK_SECONDS - 0.05 <= recording.frames / 8000 <= seconds + 0.05
    assert recording.stop and record.connected_to_agent
    assert abs((recording.start - record.connected_to_agent).total_seconds()) < 0.5


async def test_without_the_block_there_is_no_recording(tmp_path: Path) -> None:
    record, _ = await recorded_call(tmp_path, "unrecorded")
    assert record.recordings == ()
    assert not list(tmp_path.rglob("*_UTC.wav"))


async def test_a_recording_that_cannot_be_made_is_an_alarm_and_the_call_goes_on(
    tmp_path: Path,
) -> None:
    recording = {"min_free_bytes": 1 << 60}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")

            async def failed() -> bool:
                record = await one.house.records.contact(live.contact_id)
                return bool(record and record.recordings and record.recordings[0].error)

            await until(failed)
            record = await one.house.records.contact(live.contact_id)
            assert record
            assert record.recordings[0].status is RecordingStatus.FAILED
            assert "free" in (record.recordings[0].error or "")
            assert live.call.ended_by is None
            one.house.switchboard.step(live, Input.AGENT_LEFT)
            assert (await customer.hung_up()).by == "BYE"


async def test_a_finished_recording_is_sealed_and_kept_in_the_wanted_format(
    tmp_path: Path,
) -> None:
    recording = {"format": "flac"}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            agent.hang_up()
            await customer.hung_up()

            async def kept() -> Path | None:
                record = await one.house.records.contact(live.contact_id)
                paths = [Path(each.location) for each in record.recordings] if record else []
                return next((path for path in paths if path.suffix == ".flac"), None)

            path = await until(kept)
            await until(lambda: not path.with_suffix(".wav").exists())
    assert path.exists()
    assert path.with_suffix(".json").exists()
    assert path.with_suffix(".peaks").exists()
    report = verification.verify_all(tmp_path / "recordings", public_key(tmp_path / "recordings"))
    assert (report.sealed, report.findings) == (1, ())


async def test_what_is_said_while_suspended_is_not_recorded_and_the_time_goes_on(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        await asyncio.sleep(TALK_SECONDS)
        recordings = one.house.recordings
        track = recordings.track(live, Part.AGENT)
        assert track
        recordings.suspend(track, "card", "agent1")
        await asyncio.sleep(TALK_SECONDS)
        recordings.resume(track, "card")
        await asyncio.sleep(TALK_SECONDS)
        recordings.digit(live, 0.1)  # of a number without auto_suspend_on_dtmf
        assert not track.suspended
        agent.hang_up()
        await customer.hung_up()
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    assert record
    manifest = read_manifest(Path(record.recordings[0].location).with_suffix(".json"))
    [span] = manifest.recording.suspended
    assert (span.reason, span.who) == ("card", "agent1")


async def test_where_nobody_may_talk_unrecorded_the_flow_takes_its_error_branch(
    tmp_path: Path,
) -> None:
    """The older block has none: the contact is disconnected."""
    recording = {"min_free_bytes": 1 << 60, "policy": "record-or-refuse"}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        assert (await customer.hung_up()).by == "BYE"
        await customer.invite("unrecorded", AUDIO)
        assert len(one.house.registry) == 1


async def test_where_nobody_may_talk_unrecorded_a_file_that_cannot_be_made_ends_the_call(
    tmp_path: Path,
) -> None:
    recording = {"policy": "record-or-refuse"}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await customer.invite("support", AUDIO)
            (tmp_path / "recordings" / "CallRecordings").write_text("in the way")
            await agent.register()
            await agent.called()
            await agent.answer(AUDIO)
            assert (await customer.hung_up()).by == "BYE"
            assert (await agent.hung_up()).by == "BYE"
            assert one.house.recordings.alarms.unrecorded == 1


async def test_a_recording_that_cannot_be_made_costs_nobody_a_hold(tmp_path: Path) -> None:
    recording = {"min_free_bytes": 1 << 60}
    async with engine(tmp_path, recording=recording) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            await until(lambda: one.house.recordings.alarms.unrecorded)
            assert live.tap is None
            for direction in ("sendonly", "sendrecv"):
                await agent.reinvite(audio(4000, direction=direction))
            assert live.call.ended_by is None
            agent.hang_up()
            assert (await customer.hung_up()).by == "BYE"


async def test_the_manifest_knows_holds_and_loss_and_the_automated_part_its_own_file(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await customer.invite("automated", AUDIO)
        [live] = one.house.registry
        ivr = await until(lambda: live.ivr_tap)
        assert Route(live.customer.rtp.port, ivr.right) in live.routes()
        await agent.register()
        await agent.called()
        await agent.answer(AUDIO)
        await until(lambda: live.tap)
        await agent.reinvite(audio(4000, direction="sendonly"))
        await asyncio.sleep(TALK_SECONDS)
        await agent.reinvite(audio(4000))
        agent.hang_up()
        await customer.hung_up()
        await one.house.recordings.close()
        record = await one.house.records.contact(live.contact_id)
    assert record
    automated, talk = (
        read_manifest(Path(kept.location).with_suffix(".json")).recording
        for kept in record.recordings
    )
    [hold] = talk.holds
    assert TALK_SECONDS - 0.02 <= (hold.end - hold.first) / 8000 < TALK_SECONDS + 1.0
    assert talk.left_loss == talk.right_loss == Loss(0, 0, 0)
    assert automated.channels.right == "customer" and automated.left_loss is None
    [off, paused] = automated.suspended
    assert (off.reason, off.first, paused.reason) == ("flow", off.first, "flow")


async def test_keyed_digits_are_not_recorded_and_a_transfer_does_not_change_that(
    tmp_path: Path,
) -> None:
    """From the first digit until none came for a second."""
    given = settings(tmp_path).model_dump()["numbers"]
    numbers = [
        one | {"auto_suspend_on_dtmf": 1.0} if one["number"] == "support" else one for one in given
    ]
    async with engine(tmp_path, numbers=numbers) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent, phone(one, "agent2") as other:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            await other.register()
            await asyncio.sleep(TALK_SECONDS)
            await customer.press("12")
            track = one.house.recordings.track(live, Part.AGENT)
            assert track and track.suspended == {"digits"}
            await agent.refer("agent2")
            await other.called()
            await other.answer(AUDIO)
            await agent.hung_up()
            await customer.press("3")
            assert one.house.recordings.track(live, Part.AGENT) is track
            assert track.suspended == {"digits"}
            await until(lambda: not track.suspended)
            other.hang_up()
            await customer.hung_up()
            await one.house.recordings.close()
            record = await one.house.records.contact(live.contact_id)
    assert record
    [kept] = record.recordings
    [span] = read_manifest(Path(kept.location).with_suffix(".json")).recording.suspended
    assert (span.reason, span.who) == ("digits", "digits")
    assert (span.end - span.first) / 8000 >= 1.0


async def test_with_a_master_key_a_conversation_is_encrypted_goes_to_the_store_and_is_proven_there(
    tmp_path: Path,
) -> None:
    master = tmp_path / "master.key"
    master.touch(mode=0o600)
    master.write_text(b64encode(bytes(32)).decode())
    sections = {
        "recording": {"format": "flac"},
        "encryption": {"master_key": f"file:{master}"},
        "store": {"location": f"file://{tmp_path}/elsewhere"},
    }
    async with engine(tmp_path, **sections) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            agent.hang_up()
            await customer.hung_up()

            async def kept() -> Path | None:
                record = await one.house.records.contact(live.contact_id)
                places = [each.location for each in record.recordings] if record else []
                return next((Path(one[7:]) for one in places if one.startswith("file://")), None)

            copy = await until(kept, within=15.0)
            playback = await one.house.player.open(live.contact_id)
            assert await playback.read(0, 4) == b"fLaC"
    assert copy.suffix == ".flac" and encrypted(copy)
    assert {path.suffix for path in copy.parent.iterdir()} == {".flac", ".peaks", ".key", ".json"}
    directory = tmp_path / "recordings"
    await until(lambda: not list(directory.rglob("*.flac")))
    content = content_of(copy)
    report = verification.verify_all(directory, public_key(directory), elsewhere=lambda _: content)
    assert (report.sealed, report.elsewhere, report.findings) == (1, 1, ())
