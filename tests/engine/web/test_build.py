"""The build, with a Node and an npm that only say what they were asked."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from engine.web import build as building
from engine.web.build import BuildError, build

SCHEMA = {"paths": {"/users": {}}}
NODE = "#!/bin/sh\necho {version}\n"
NPM = """#!/bin/sh
echo "$1" >>asked
[ "$1" = run ] || exit {install_status}
mkdir -p ../static/assets && echo "say('hello')" >../static/assets/a.js
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "console"
    (folder / "src").mkdir(parents=True)
    (folder / "node_modules").mkdir()
    (folder / "src/main.tsx").write_text("first")
    return folder


def install(folder: Path, version: str = "v20.19.0", install_status: int = 0) -> str:
    """A PATH with such a Node in front."""
    folder.mkdir(exist_ok=True)
    for name, text in (
        ("node", NODE.format(version=version)),
        ("npm", NPM.format(install_status=install_status)),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def asked(sources: Path) -> list[str]:
    """What npm was asked, apart from the sources: it is taken away."""
    told = (sources / "asked").read_text().split()
    (sources / "asked").unlink()
    return told


def test_it_builds_once_and_again_when_a_source_or_the_schema_of_the_api_changes(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", install(tmp_path / "bin"))
    built = tmp_path / "static"
    build(sources, built, SCHEMA)
    assert asked(sources) == ["ci", "run"]
    text = (built / "assets/a.js").read_bytes()
    assert gzip.decompress((built / "assets/a.js.gz").read_bytes()) == text
    (sources / "node_modules/changed").write_text("by npm")
    build(sources, built, SCHEMA)
    assert not (sources / "asked").exists()
    (sources / "src/main.tsx").write_text("second")
    build(sources, built, SCHEMA)
    assert asked(sources) == ["ci", "run"]
    build(sources, built, {"paths": {}})
    assert asked(sources) == ["ci", "run"]
    assert json.loads((sources / "generated/openapi.json").read_text()) == {"paths": {}}


def test_what_npm_says_is_told_when_it_fails(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", install(tmp_path / "bin", install_status=1))
    with pytest.raises(BuildError, match=r"`npm ci .*` failed"):
        build(sources, tmp_path / "static", SCHEMA)
    assert not (tmp_path / "static").exists()


def test_an_old_node_is_replaced_by_a_newer_one_or_the_error_says_what_to_do(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "venv/python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho 'no such index' >&2; exit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(building.sys, "executable", str(python))
    monkeypatch.setenv("PATH", install(tmp_path / "bin", version="v18.20.0"))
    with pytest.raises(BuildError, match=r"no Node 20\.19 or newer.*no such index"):
        build(sources, tmp_path / "static", SCHEMA)
    install(python.parent, version="v24.19.0")
    python.write_text("#!/bin/sh\nexit 0\n")
    build(sources, tmp_path / "static", SCHEMA)
    assert asked(sources) == ["ci", "run"]
