from pathlib import Path

import pytest
from pydantic import ValidationError

from config import Settings, load
from config.flows import FlowSettings


def test_the_folder_of_flows_is_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "earshot.toml").write_text('[flows]\ndirectory = "published"\n')
    assert load(tmp_path / "earshot.toml", {}).flows.directory == tmp_path / "published"
    assert Settings().flows == FlowSettings(directory=Path("var/flows"))


def test_a_key_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        FlowSettings.model_validate({"folder": "flows"})


def test_flows_call_nobody_outside_unless_they_are_told_whom() -> None:
    assert FlowSettings().may_dial == ()
    with pytest.raises(ValidationError):
        FlowSettings(may_dial=("Berlin",))
    with pytest.raises(ValidationError):
        FlowSettings(max_calls=0)
