from __future__ import annotations

import json
from pathlib import Path

from structlog.testing import capture_logs

from config import Settings
from engine.directory import Kind
from engine.flow_shelf import FlowShelf
from tests.engine.directory.desk import directory
from tests.rig.house import settings, to_queue
from tests.rig.patience import until


def given(folder: Path) -> Settings:
    wanted = settings(folder)
    wanted.flows.directory.mkdir()
    return wanted


def write(path: Path, queue: str = "support", **more: object) -> None:
    path.write_text(json.dumps({**to_queue(queue=queue), **more}))


async def test_what_is_read_again_is_there_at_once_and_a_contact_keeps_the_flow_it_is_in(
    tmp_path: Path,
) -> None:
    wanted = given(tmp_path)
    write(wanted.flows.directory / "menu.json")
    async with directory(tmp_path, wanted) as one:
        shelf = FlowShelf(wanted)
        library, by_number = shelf.library, shelf.by_number
        before, run = library.find("menu"), by_number["support"]
        write(wanted.flows.directory / "menu.json", Metadata={"name": "Main menu"})
        write(wanted.flows.directory / "other.json")
        write(tmp_path / "support.json", queue="sales")
        shelf.begin_rereading(one)
        await until(lambda: library.find("other"))
        assert library.find("Main menu") is library.find("menu") is not before
        assert by_number["support"] is not run
        flows = one.resources.all(Kind.CONTACT_FLOW)
        assert [(flow.id, flow.name) for flow in flows] == [("menu", "Main menu"), ("other",) * 2]
        (wanted.flows.directory / "menu.json").unlink()
        await shelf.reread(one)
        assert library.find("menu") is None
        assert [flow.id for flow in one.resources.all(Kind.CONTACT_FLOW)] == ["other"]


async def test_where_one_file_is_wrong_all_stays_as_it_was_and_the_file_is_named(
    tmp_path: Path,
) -> None:
    wanted = given(tmp_path)
    write(wanted.flows.directory / "menu.json")
    async with directory(tmp_path, wanted) as one:
        shelf = FlowShelf(wanted)
        before = shelf.library.find("menu")
        write(wanted.flows.directory / "menu.json")
        (wanted.flows.directory / "other.json").write_text("{}")
        with capture_logs() as logs:
            await shelf.reread(one)
        assert shelf.library.find("menu") is before
        assert "other.json" in logs[-1]["error"]


async def test_a_file_does_not_take_the_name_of_a_flow_that_the_api_made(tmp_path: Path) -> None:
    wanted = given(tmp_path)
    async with directory(tmp_path, wanted) as one:
        shelf = FlowShelf(wanted)
        await one.create(Kind.CONTACT_FLOW, "menu", {"Tags": {}})
        write(wanted.flows.directory / "menu.json")
        with capture_logs() as logs:
            await shelf.reread(one)
        assert "rename one" in logs[-1]["error"]
        assert shelf.library.find("menu") is None
