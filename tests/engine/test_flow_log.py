from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from config import FlowSettings
from engine.flow_log import Entry, FlowLog, begun, every_file, path_of, read
from tests.engine.test_flow_run import dialled, menu
from tests.rig.house import engine, phone
from tests.rig.patience import until


def entry(contact_id: str = "one", at: datetime | None = None) -> Entry:
    made = begun(contact_id, "Contact", "menu", "hello", "MessageParticipant")
    made.at = at.isoformat() if at else made.at
    return made


async def test_the_steps_of_a_contact_are_found_among_those_of_others(tmp_path: Path) -> None:
    flow_log = FlowLog(FlowSettings(log_directory=tmp_path))
    flow_log.start()
    flow_log.add(entry("one"))
    flow_log.add(entry("two"))
    await until(lambda: list(read(tmp_path, "two")))
    flow_log.add(entry("one"))
    await flow_log.stop()
    assert len(list(read(tmp_path, "one"))) == 2
    assert list(read(tmp_path, "on")) == []
    [file] = every_file(tmp_path)
    assert file.stat().st_mode & 0o077 == 0


async def test_each_day_has_its_file_and_the_oldest_are_removed(tmp_path: Path) -> None:
    flow_log = FlowLog(FlowSettings(log_directory=tmp_path, log_days=2))
    today = datetime(2026, 11, 22, tzinfo=UTC)
    for days in (3, 2, 1, 0):
        flow_log.add(entry(at=today - timedelta(days=days)))
    await flow_log.stop()
    assert every_file(tmp_path) == [
        path_of(tmp_path, today - timedelta(days=1)),
        path_of(tmp_path, today),
    ]


async def test_a_disk_that_refuses_costs_the_lines_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    flow_log = FlowLog(FlowSettings(log_directory=tmp_path / "file"))
    flow_log.add(entry())
    with structlog.testing.capture_logs() as logs:
        await flow_log.stop()
    assert [line["event"] for line in logs] == ["flow log not written", "flow log has gaps"]


async def test_a_contact_leaves_its_steps_with_their_ways_and_without_its_keys(
    tmp_path: Path,
) -> None:
    numbers = [menu(tmp_path, StoreInput="True")]
    flows = {"log": "always"}
    async with engine(tmp_path, numbers=numbers, flows=flows) as one, phone(one) as customer:
        live = await dialled(one, customer)
        await customer.press("987#")
        await customer.hung_up()
    steps = list(read(tmp_path / "flow-log", live.contact_id))
    assert [(each.block, each.answer, each.led_to) for each in steps] == [
        ("ask", "DigitsEntered", "number"),
        ("number", "", "wait"),
        ("wait", "PromptEnded", "bye"),
        ("bye", "", ""),
    ]
    assert steps[0].flow == "menu" and steps[0].moment == "Contact"
    assert steps[2].seconds > 0.1
    assert not any("987" in str(each) for each in steps)


async def test_without_being_asked_nothing_is_logged(tmp_path: Path) -> None:
    async with engine(tmp_path, numbers=[menu(tmp_path, seconds=1)]) as one, phone(one) as customer:
        live = await dialled(one, customer)
        await customer.hung_up()
    assert list(read(tmp_path / "flow-log", live.contact_id)) == []
