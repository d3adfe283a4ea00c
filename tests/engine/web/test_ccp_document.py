from dataclasses import replace
from pathlib import Path

from engine.web.ccp_document import CcpDocument, far_end, quality
from mixer import PortStats
from tests.rig.contacts import contact_record
from tests.rig.house import AUDIO, engine, phone
from tests.rig.panel import leg, line_on

NOTHING = dict.fromkeys(PortStats.__dataclass_fields__, 0)


async def test_it_shows_what_a_user_may_and_has_and_nobody_else_s(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        document = CcpDocument(one.house)
        assert document.of("nobody") is None
        manager = document.of("manager1")
        assert manager and manager["may"]["monitor"] and not manager["may"]["dial"]
        assert manager["presence"] == "OFFLINE"
        agent = document.of("agent1")
        assert agent and not agent["media"] and not agent["may"]["monitor"]
        assert (agent["presence"], agent["status"]["id"]) == ("OFFLINE", "available")


async def test_a_supervisor_sees_whom_they_listen_to_and_the_agent_sees_nobody(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        browser = leg(one)
        await customer.invite("support", AUDIO)
        line = await line_on(browser)
        one.house.ccp.accept("agent1", line.contact_id)
        leg(one, "manager1", listen_only=True)
        [live] = one.house.registry
        allowed = one.house.rights.allowed("manager1")
        listener = one.house.monitors.start(live, "manager1", allowed)
        document = CcpDocument(one.house)
        manager, agent = document.of("manager1"), document.of("agent1")
        assert manager and agent
        [listens], [talks] = manager["contacts"], agent["contacts"]
        assert listens["contact_id"] == listener.record.contact_id
        assert (listens["monitor"]["agent"], listens["monitor"]["mode"]) == (
            "agent1",
            "SILENT_MONITOR",
        )
        assert talks["listeners"] == []


def test_who_called_a_colleague_talks_with_the_colleague() -> None:
    record = replace(contact_record(), customer_endpoint="agent1", system_endpoint="agent2")
    assert (far_end(record, "agent1"), far_end(record, "agent2")) == ("agent2", "agent1")


def test_quality_is_said_in_percent_and_milliseconds() -> None:
    stats = PortStats(**{**NOTHING, "received": 98, "lost": 2, "mos": 4.123, "rtt_ms": 20.04})
    assert quality(stats) == {"loss_percent": 2.0, "jitter_ms": 0, "rtt_ms": 20.0, "mos": 4.12}
    assert quality(PortStats(**NOTHING))["loss_percent"] == 0.0
