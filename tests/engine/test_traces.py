from __future__ import annotations

from pathlib import Path

import structlog.testing

from config import TraceSettings
from engine.trace_files import read
from engine.traces import Traces
from tests.engine.test_tapes import said
from tests.rig.patience import until


async def test_messages_are_on_disk_while_the_contact_goes_on(tmp_path: Path) -> None:
    traces = Traces(TraceSettings(directory=tmp_path))
    traces.start()
    traces.observe(said("a", 1.0))
    traces.follow("one", "customer", "a")
    traces.observe(said("a", 2.0, sent=True))
    entries = await until(lambda: read(tmp_path, "one"))
    assert [(entry.at, entry.sent) for entry in entries] == [(1.0, False), (2.0, True)]
    await traces.stop()


async def test_what_is_left_is_written_at_the_end(tmp_path: Path) -> None:
    traces = Traces(TraceSettings(directory=tmp_path))
    traces.follow("one", "customer", "a")
    traces.observe(said("a", 1.0))
    await traces.stop()
    assert len(read(tmp_path, "one")) == 1


async def test_a_disk_that_refuses_costs_traces_and_one_line_in_the_log(tmp_path: Path) -> None:
    directory = tmp_path / "traces"
    traces = Traces(TraceSettings(directory=directory))
    directory.rmdir()
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            traces.follow("one", "customer", "a")
            traces.observe(said("a", 1.0))
            await traces.stop()
    assert [line["event"] for line in logs] == ["traces not written"]
    directory.mkdir()
    traces.observe(said("a", 2.0))
    await traces.stop()
    assert len(read(directory, "one")) == 1


async def test_where_nothing_is_kept_nobody_looks(tmp_path: Path) -> None:
    traces = Traces(TraceSettings(directory=tmp_path / "traces", max_contacts=0))
    traces.start()
    traces.follow("one", "customer", "a")
    assert traces.observers == [] and not (tmp_path / "traces").exists()
    await traces.stop()


async def test_a_capture_server_can_be_all_that_is_wanted(tmp_path: Path) -> None:
    traces = Traces(TraceSettings(directory=tmp_path, max_contacts=0, hep_host="127.0.0.1"))
    assert len(traces.observers) == 1
    await traces.stop()
