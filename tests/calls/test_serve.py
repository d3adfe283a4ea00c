"""`earshot serve` as its operator knows it: what it prints, how it stops, why it does not start."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.calls.party import Party, bridge
from tests.rig.house import TOKEN
from tests.rig.patience import until
from tests.rig.phone import Refused
from tests.rig.server import HOST, START_SECONDS, Server
from tests.rig.tones import tone
from tests.sip.authority import Authority


@asynccontextmanager
async def call(server: Server) -> AsyncIterator[tuple[Party, Party, float]]:
    """Who talks, and since when, monotonic seconds."""
    async with (
        Party.of(server.phone("customer"), tone(440.0, 1.0)) as customer,
        Party.of(server.phone("agent1"), tone(1000.0, 1.0)) as agent,
    ):
        bridged = await bridge(customer, agent)
        await agent.talker.hears(0.5)
        yield customer, agent, bridged


def check_one_recording(server: Server, seconds: float) -> None:
    [row] = server.recordings()
    assert row["status"] == "AVAILABLE"
    with wave.open(row["location"]) as file:
        assert file.getnframes() == row["frames"]
        assert file.getnframes() / 8000 == pytest.approx(seconds, abs=0.5)


async def test_it_says_where_to_dial_and_where_the_api_is(tmp_path: Path) -> None:
    async with Server(tmp_path) as server:
        said = "\n".join(server.said)
        assert f"Dial        sip:support@{server.address}" in said
        assert server.said[-1] == "Ready"
        [url] = [line.split()[1] for line in server.said if line.startswith("API")]
        async with httpx.AsyncClient(base_url=url) as api:
            path = "/metrics/userdata/earshot"
            assert (await api.post(path, json={})).status_code == 403
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            answer = await api.post(path, json={"Filters": {}}, headers=bearer)
            assert answer.json()["ApproximateTotalCount"] == 2


@pytest.mark.call
async def test_told_to_stop_it_takes_no_new_call_and_lets_the_current_one_finish(
    tmp_path: Path,
) -> None:
    async with Server(tmp_path, routing={"drain_seconds": 10}) as server:
        async with call(server) as (customer, agent, bridged):
            server.terminate()
            await server.says("Draining")
            async with server.phone("latecomer") as latecomer:
                with pytest.raises(Refused, match="503"):
                    await latecomer.invite("support", "")
            assert len(await agent.talker.hears(1.0)) > 7000, "the call goes on"
            talked = time.monotonic() - bridged
            agent.phone.hang_up()
            assert (await customer.phone.hung_up()).by == "BYE"
            assert await server.finished() == 0
        assert server.said[-1] == "Stopped"
        check_one_recording(server, talked)
        [contact] = server.contacts()
        assert contact["disconnect_reason"] == "AGENT_DISCONNECT"


@pytest.mark.call
async def test_a_call_that_does_not_finish_is_ended_and_its_recording_closed(
    tmp_path: Path,
) -> None:
    async with Server(tmp_path, routing={"drain_seconds": 1}) as server:
        async with call(server) as (customer, agent, bridged):
            server.terminate()
            for party in (customer, agent):
                assert (await party.phone.hung_up()).by == "BYE"
            talked = time.monotonic() - bridged
            assert await server.finished() == 0
        check_one_recording(server, talked)
        [contact] = server.contacts()
        assert contact["disconnect_reason"] == "OTHER"


async def test_a_flow_that_does_not_validate_stops_it_with_file_pointer_and_reason(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path)
    server.write_files()
    flow = tmp_path / "support.json"
    document = json.loads(flow.read_text())
    document["Actions"][0]["Transitions"]["NextAction"] = "nowhere"
    flow.write_text(json.dumps(document))
    await server.spawn()
    assert await server.finished(START_SECONDS) == 2
    assert str(flow) in server.log
    assert "/Actions/0/Transitions/NextAction" in server.log and "nowhere" in server.log
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("sip", "prot", "5060"), ("routing", "ring_seconds", '"soon"')],
)
async def test_a_wrong_setting_stops_it_with_file_and_key(
    tmp_path: Path, section: str, key: str, value: str
) -> None:
    server = Server(tmp_path)
    server.write_files()
    lines = server.config.read_text().replace(f"[{section}]", f"[{section}]\n{key} = {value}")
    server.config.write_text(lines)
    await server.spawn()
    assert await server.finished(START_SECONDS) == 2
    assert str(server.config) in server.log and f"{section}.{key}" in server.log
    assert "Traceback" not in server.log


async def test_a_port_that_is_taken_stops_it_with_the_reason(tmp_path: Path) -> None:
    async with Server(tmp_path) as first:
        (tmp_path / "second").mkdir()
        second = Server(tmp_path / "second")
        second.sip_port = first.sip_port
        second.write_files()
        await second.spawn()
        assert await second.finished(START_SECONDS) == 2
        assert "in use" in second.log and "Traceback" not in second.log


async def test_told_so_it_reads_its_certificates_again_and_keeps_them_when_the_new_are_broken(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("old.example", file="ours")
    tls = {"certificate": str(issued.certificate), "private_key": str(issued.private_key)}
    async with Server(tmp_path, tls=tls) as server:
        authority.issue("new.example", file="ours")
        server.reload()
        await until(lambda: "the certificates were read again" in server.log)
        issued.certificate.write_text("nonsense")
        server.reload()
        await until(lambda: "the old ones stay" in server.log)
        context = ssl.create_default_context(cafile=str(authority.ca_file))
        _, writer = await asyncio.open_connection(
            HOST, server.tls_port, ssl=context, server_hostname="new.example"
        )
        writer.close()
        await writer.wait_closed()


async def test_told_to_read_certificates_that_it_does_not_have_it_goes_on(tmp_path: Path) -> None:
    async with Server(tmp_path) as server:
        server.reload()
        await until(lambda: "there are no certificates" in server.log)
