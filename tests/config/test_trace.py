from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import TraceSettings, load


@pytest.mark.parametrize(
    "values",
    [
        {"max_contacts": -1},
        {"max_contact_bytes": 100},
        {"max_total_bytes": 100},
        {"hep_host": "capture.example"},
        {"hep_host": ""},
        {"hep_port": 0},
        {"hep_capture_id": 2**32},
        {"hep_key": ""},
    ],
)
def test_what_is_out_of_range_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TraceSettings(**values)


@pytest.mark.parametrize("host", ["192.0.2.9", "fd00::9"])
def test_a_capture_server_has_an_address(host: str) -> None:
    assert TraceSettings(hep_host=host).hep_host == host


def test_traces_lie_where_the_file_does(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    path.write_text('[trace]\ndirectory = "kept"\nhep_key = "sesame"\n')
    settings = load(path, {})
    assert settings.trace.directory == tmp_path / "kept"
    assert "sesame" not in repr(settings)
