from pathlib import Path

from engine.house import accounts, floor, queue_references
from tests.rig.house import PASSWORD, engine, settings


def test_agents_and_supervisors_may_register_and_no_password_is_kept(tmp_path: Path) -> None:
    found = accounts(settings(tmp_path))
    assert set(found) == {"agent1", "agent2", "manager1", "manager2", "manager3"}
    assert set(found["agent1"].ha1) == {"SHA-256", "MD5"}
    assert PASSWORD not in repr(found)


def test_the_floor_has_the_agents_and_queues_of_the_configuration(tmp_path: Path) -> None:
    found = floor(settings(tmp_path))
    assert set(found.agents) == {"agent1", "agent2"}
    assert found.queues == {"support"}


def test_a_flow_may_name_a_queue_or_give_its_arn(tmp_path: Path) -> None:
    found = queue_references(settings(tmp_path))
    arn = "arn:aws:connect:local:000000000000:instance/earshot/queue/support"
    assert found == {"support": "support", arn: "support"}


async def test_an_idle_house_has_no_port_open(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        assert one.house.mixer.totals().ports_open == 0
        assert one.house.sip.port > 0
