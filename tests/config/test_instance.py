from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import config
from config import ConfigError, Instance, load
from config.instance import QuickConnect
from config.section import Section

EXAMPLES = Path(config.__file__).parent / "instance.toml"


def uncommented() -> str:
    return re.sub(r"^# (?=\w+ = |\[)", "", EXAMPLES.read_text(), flags=re.MULTILINE)


def loaded(folder: Path, written: str, name: str = "instance.toml", main: str = "") -> Instance:
    """Of a configuration with such a file beside it."""
    (folder / "earshot.toml").write_text(main)
    (folder / name).write_text(written)
    return load(folder / "earshot.toml", {}).instance


def refused(folder: Path, written: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, written)
    return [str(each).removeprefix(f"{folder}/") for each in caught.value.problems]


def test_the_example_says_nothing_by_itself_and_everything_uncommented(tmp_path: Path) -> None:
    assert loaded(tmp_path, EXAMPLES.read_text()) == Instance()
    full = loaded(tmp_path, uncommented())
    assert set(full.model_dump(exclude_unset=True)) == set(Instance.model_fields)
    for key, rows in full:
        for row in rows:
            if isinstance(row, Section):
                keys = {name for each in rows for name in each.model_fields_set}
                assert keys == set(type(row).model_fields), key


def test_it_is_beside_the_configuration_or_where_that_says(tmp_path: Path) -> None:
    levels = 'levels = ["Country"]'
    assert loaded(tmp_path, levels).levels == ("Country",)
    named = '[directory]\ninstance_file = "ours.toml"'
    assert loaded(tmp_path, 'levels = ["Team"]', "ours.toml", named).levels == ("Team",)
    settings = load(tmp_path / "earshot.toml", {})
    assert settings.directory.instance_file == tmp_path / "ours.toml"
    variable = {"EARSHOT_DIRECTORY__INSTANCE_FILE": str(tmp_path / "instance.toml")}
    assert load(tmp_path / "earshot.toml", variable).instance.levels == ("Country",)


def test_nobody_has_to_have_one_but_one_that_is_named_is_there(tmp_path: Path) -> None:
    main = tmp_path / "earshot.toml"
    main.write_text("")
    assert load(main, {}).instance == load(None, {}).instance == Instance()
    main.write_text('[directory]\ninstance_file = "gone.toml"')
    with pytest.raises(ConfigError, match=r"gone\.toml: there is no such file"):
        load(main, {})


@pytest.mark.parametrize(
    ("main", "reason"),
    [
        ("[instance]\nlevels = []", "instance: unknown key"),
        ("[directory]\ninstance_file = 7", "directory.instance_file: expected a path, found 7"),
        ("directory = 7", "directory: expected a table, found a number"),
    ],
)
def test_the_configuration_names_it_and_does_not_have_it(
    tmp_path: Path, main: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(reason)):
        loaded(tmp_path, "", main=main)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("levels = 5", "instance.toml: levels: expected a list, found 5"),
        ("colour = 1", "instance.toml: colour: unknown key"),
        (
            '[[security_profiles]]\nname = "Lead"\npermission = []',
            "instance.toml: security_profiles[0].permission: unknown key, did you mean "
            "'permissions'?",
        ),
        (
            '[[routing_profiles]]\nname = "a"\nqueues = [{name = "b", delay = 10000}]',
            "instance.toml: routing_profiles[0].queues[0].delay: expected at most 9999, "
            "found 10000",
        ),
        (
            '[[agent_statuses]]\nname = "Lunch"\n[[agent_statuses]]\nname = "Lunch"',
            "instance.toml: agent_statuses[1].name: the name 'Lunch' is used by "
            "agent_statuses[0].name already",
        ),
        (
            'levels = ["a", "b"]\n[[hierarchy_groups]]\nname = "North"\nparent = "South"\n'
            '[[hierarchy_groups]]\nname = "South"',
            "instance.toml: hierarchy_groups[0].parent: there is no group 'South' above this one",
        ),
        (
            'levels = ["a", "b"]\n[[hierarchy_groups]]\nname = "Self"\nparent = "Self"',
            "instance.toml: hierarchy_groups[0].parent: there is no group 'Self' above this one",
        ),
        (
            '[[hierarchy_groups]]\nname = "North"',
            "instance.toml: hierarchy_groups[0]: is on level 1, which levels does not name",
        ),
    ],
)
def test_an_error_names_the_file_and_the_key_and_what_was_expected(
    tmp_path: Path, written: str, reason: str
) -> None:
    assert refused(tmp_path, written) == [reason]


def test_a_profile_has_a_queue_once(tmp_path: Path) -> None:
    twice = '[[routing_profiles]]\nname = "a"\nqueues = [{name = "b"}, {name = "b"}]'
    [reason] = refused(tmp_path, twice)
    assert "expected each queue once in queues" in reason


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user": "a"},
        {"queue": "a"},
        {"user": "a", "queue": "b", "flow": "c"},
        {"phone_number": "+493012345678", "flow": "c"},
        {"phone_number": "112"},
    ],
)
def test_a_quick_connect_has_one_destination(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QuickConnect(name="a", **given)
