from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.flow_files import FlowFileError, load_flow, load_library
from tests.rig.house import Json, engine, to_queue


def test_a_flow_that_does_not_validate_is_named_with_pointer_and_reason(tmp_path: Path) -> None:
    document = to_queue()
    document["Actions"][1]["Transitions"]["NextAction"] = "nowhere"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(document))
    with pytest.raises(FlowFileError) as refused:
        load_flow(path)
    assert str(path) in str(refused.value)
    assert "/Actions/1/Transitions/NextAction" in str(refused.value)
    assert "nowhere" in str(refused.value)


def test_a_flow_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FlowFileError, match=r"missing\.json"):
        load_flow(tmp_path / "missing.json")


def write(path: Path, **more: Json) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**to_queue(), **more}))


def test_a_flow_is_found_by_its_file_and_by_the_name_it_gives_itself(tmp_path: Path) -> None:
    write(tmp_path / "f1.json", Metadata={"name": "Main menu"})
    write(tmp_path / "f2.json", Metadata={"name": "f1"})
    write(tmp_path / "f3.json")
    (tmp_path / "notes.txt").write_text("no flow")
    found = load_library(tmp_path)
    assert found.keys() == {"f1", "f2", "f3", "Main menu"}
    assert found["Main menu"] is found["f1"]


def test_without_the_folder_there_are_no_flows(tmp_path: Path) -> None:
    assert load_library(tmp_path / "none") == {}


async def test_a_broken_flow_in_the_folder_stops_the_start_and_is_named(tmp_path: Path) -> None:
    write(tmp_path / "flows" / "broken.json", Actions=[])
    with pytest.raises(Exception, match=r"broken\.json"):
        async with engine(tmp_path):
            pass
