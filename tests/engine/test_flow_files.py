from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.flow_files import FlowFileError, by_name, load_flow, read_folder
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
    found = by_name(read_folder(tmp_path))
    assert found.keys() == {"f1", "f2", "f3", "Main menu"}
    assert found["Main menu"] is found["f1"]


def test_without_the_folder_there_are_no_flows(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "none") == []


async def test_a_broken_flow_in_the_folder_stops_the_start_and_is_named(tmp_path: Path) -> None:
    write(tmp_path / "flows" / "broken.json", Actions=[])
    with pytest.raises(Exception, match=r"broken\.json"):
        async with engine(tmp_path):
            pass


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({}, "CONTACT_FLOW"),
        ({"Metadata": {"type": "customerQueue"}}, "CUSTOMER_QUEUE"),
        ({"Metadata": {"type": "module"}}, "CONTACT_FLOW_MODULE"),
        ({"Metadata": {"type": "odd"}}, "CONTACT_FLOW"),
        ({"Settings": {}}, "CONTACT_FLOW_MODULE"),
    ],
)
def test_a_file_says_what_it_is_for(tmp_path: Path, written: Json, kind: str) -> None:
    write(tmp_path / "f1.json", **written)
    [file] = read_folder(tmp_path)
    assert (file.id, file.name, file.type) == ("f1", "f1", kind)


def test_of_two_files_with_one_name_the_second_has_the_name_of_its_file(tmp_path: Path) -> None:
    write(tmp_path / "f1.json", Metadata={"name": "Main menu"})
    write(tmp_path / "f2.json", Metadata={"name": "Main menu"})
    assert [file.name for file in read_folder(tmp_path)] == ["Main menu", "f2"]
