from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.app import Running
from engine.live import LiveContact
from recorder import Suspended
from recorder.archive import read as read_manifest
from tests.engine.web.test_monitoring_api import UNKNOWN, client
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until

SOME_SECONDS = 0.3
WIDEBAND = AUDIO.replace("AVP 0 8", "AVP 9").replace("a=rtpmap:0 PCMU", "a=rtpmap:9 G722")
VOICE = {"VoiceRecordingConfiguration": {"VoiceRecordingTrack": "ALL"}}
IVR = {"VoiceRecordingConfiguration": {"IvrRecordingTrack": "ALL"}}
Given = dict[str, Any]


async def ask(api: httpx.AsyncClient, verb: str, live: LiveContact, **more: Any) -> httpx.Response:
    given = {
        "InstanceId": "earshot",
        "ContactId": live.contact_id,
        "InitialContactId": live.record.initial_contact_id,
    }
    return await api.post(f"/contact/{verb}-recording", json=given | more)


async def spans(one: Running, live: LiveContact) -> tuple[Suspended, ...]:
    """What is suspended in the one recording of a contact, after the engine has closed it."""
    await one.house.recordings.close()
    record = await one.house.records.contact(live.contact_id)
    assert record
    [kept] = record.recordings
    return read_manifest(Path(kept.location).with_suffix(".json")).recording.suspended


async def test_what_is_suspended_is_silent_marked_and_audited_and_the_time_goes_on(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, client(one) as api, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            for verb in ("suspend", "suspend", "resume", "resume"):
                assert (await ask(api, verb, live)).status_code == 200
                await asyncio.sleep(SOME_SECONDS)
            agent.hang_up()
            await customer.hung_up()
            [span] = await spans(one, live)
            await one.house.ledger.flush()
            audited = [line.action for line in await one.house.records.audits()]
    assert (span.reason, span.who) == ("api", "api")
    assert 2 * SOME_SECONDS <= (span.end - span.first) / 8000 < 2 * SOME_SECONDS + 1.0
    assert audited.count("recording.suspend") == audited.count("recording.resume") == 2


async def test_a_recording_may_begin_in_mid_call_and_once_stopped_it_stays_so(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, client(one) as api, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "unrecorded")
            assert (await ask(api, "suspend", live)).status_code == 400
            assert (await ask(api, "start", live, **VOICE)).status_code == 200
            assert live.tap and live.recorded == {"Agent", "Customer"}
            assert (await ask(api, "start", live, **VOICE)).status_code == 400
            assert (await ask(api, "start", live, **IVR)).status_code == 400
            await asyncio.sleep(SOME_SECONDS)
            assert (await ask(api, "stop", live)).status_code == 200
            assert live.tap is None and not live.call.ended_by
            for verb, more in (("stop", {}), ("resume", {}), ("start", VOICE)):
                answer = await ask(api, verb, live, **more)
                assert answer.headers["x-amzn-ErrorType"] == "InvalidRequestException"
            agent.hang_up()
            await customer.hung_up()
            assert await spans(one, live) == ()


async def test_before_an_agent_joins_what_is_said_to_prompts_can_be_recorded(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, client(one) as api, phone(one) as customer:
        await customer.invite("unrecorded", WIDEBAND)
        [live] = one.house.registry
        both = {"VoiceRecordingTrack": "FROM_AGENT", "IvrRecordingTrack": "ALL"}
        answer = await ask(api, "start", live, VoiceRecordingConfiguration=both)
        assert answer.status_code == 200
        assert live.ivr_tap and live.tap is None
        assert (await ask(api, "suspend", live, ContactRecordingType="IVR")).status_code == 200
        async with phone(one, "agent1") as agent:
            await agent.register()
            await agent.called()
            assert live.ivr_tap
            await agent.answer(AUDIO)
            await until(lambda: live.tap)
            assert live.ivr_tap is None and live.recorded == {"Agent"}
            agent.hang_up()
            await customer.hung_up()
            await one.house.recordings.close()
            record = await one.house.records.contact(live.contact_id)
    assert record
    automated, talk = record.recordings
    assert (automated.kind, talk.kind) == ("IVR", "AGENT")
    assert automated.location.endswith("_UTC_ivr.wav")
    with wave.open(automated.location) as file:
        assert (file.getframerate(), file.getnframes() // 2) == (16_000, automated.frames)
    sealed = read_manifest(Path(automated.location).with_suffix(".json")).recording
    assert (sealed.channels.left, sealed.channels.right) == ("prompts", "customer")
    assert [span.reason for span in sealed.suspended] == ["api"]


@pytest.mark.parametrize(
    ("verb", "changes", "status"),
    [
        ("suspend", {"ContactId": UNKNOWN}, 404),
        ("suspend", {"InitialContactId": UNKNOWN}, 404),
        ("suspend", {"InstanceId": "another"}, 404),
        ("suspend", {"ContactRecordingType": "SCREEN"}, 400),
        ("suspend", {"ContactRecordingType": "IVR"}, 400),
        ("suspend", {"ContactRecordingType": "ALL"}, 400),
        ("suspend", {"InitialContactId": None}, 400),
        ("start", {"VoiceRecordingConfiguration": {}}, 400),
        ("start", {"VoiceRecordingConfiguration": {"VoiceRecordingTrack": "HALF"}}, 400),
    ],
)
async def test_what_cannot_be_is_refused_in_connects_words(
    tmp_path: Path, verb: str, changes: Given, status: int
) -> None:
    async with engine(tmp_path) as one, client(one) as api, phone(one) as customer:
        await customer.invite("support", AUDIO)
        [live] = one.house.registry
        answer = await ask(api, verb, live, **changes)
    assert answer.status_code == status
    error = "ResourceNotFound" if status == 404 else "Invalid"
    assert answer.headers["x-amzn-ErrorType"].startswith(error)


async def test_nobody_without_the_token_suspends_anything(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        await customer.invite("support", AUDIO)
        [live] = one.house.registry
        async with httpx.AsyncClient(base_url=one.api) as api:
            assert (await ask(api, "suspend", live)).status_code == 403
