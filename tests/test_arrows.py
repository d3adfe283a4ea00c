"""The shape of the house: who may import whom, what is pure, how long a file may grow."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONSOLE = ROOT / "engine/web/console"  # TypeScript, and whatever npm installs
MIDDLE = {"config", "sip", "mixer", "recorder", "flows"}
MAY_IMPORT: dict[str, set[str]] = {
    "config": set(),
    "sip": {"config"},
    "mixer": {"config"},
    "recorder": {"config"},
    "flows": {"config"},
    "engine": MIDDLE,
}
DRIVERS = {
    "config/loader.py",
    "engine/__main__.py",
    "engine/app.py",
    "mixer/farm.py",
    "mixer/media.py",
    "recorder/archive.py",
    "recorder/disk.py",
    "recorder/encrypted_file.py",
    "recorder/erasure.py",
    "recorder/master_key.py",
    "recorder/object_store.py",
    "recorder/playback.py",
    "recorder/rewrapping.py",
    "recorder/signing.py",
    "recorder/sound_file.py",
    "recorder/store.py",
    "recorder/transcode.py",
    "recorder/upload.py",
    "recorder/vault.py",
    "recorder/verification.py",
    "recorder/writer.py",
    "sip/datagrams.py",
    "sip/hep_export.py",
    "sip/listeners.py",
    "sip/resolver.py",
    "sip/sources.py",
    "sip/stream.py",
    "sip/tcp.py",
    "sip/tls.py",
    "sip/transport.py",
}
IMPURE = {"asyncio", "logging", "os", "select", "socket", "structlog", "subprocess", "threading"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
LIMITS = {".py": 400, ".c": 500, ".h": 500}
LONGEST_FUNCTION = 40


def sources(package: str) -> Iterator[Path]:
    for file in sorted((ROOT / package).rglob("*.py")):
        if CONSOLE not in file.parents:
            yield file


def modules_imported_by(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by full name"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots_imported_by(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in modules_imported_by(file)}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_follow_the_arrows(package: str) -> None:
    for file in sources(package):
        ours = roots_imported_by(file) & (MAY_IMPORT.keys() | {"tests", "bench"})
        assert ours <= MAY_IMPORT[package] | {package}, file


def test_only_the_entry_points_of_the_engine_import_the_web() -> None:
    entry_points = {"engine/__main__.py", "engine/app.py"}
    for file in sources("engine"):
        inside_web = "web" in file.parts
        imports_web = any(
            f"{name}.".startswith("engine.web.") for name in modules_imported_by(file)
        )
        assert inside_web or not imports_web or name_of(file) in entry_points, file


@pytest.mark.parametrize("package", sorted(MIDDLE))
def test_only_drivers_touch_clocks_files_sockets_and_threads(package: str) -> None:
    for file in sources(package):
        if name_of(file) not in DRIVERS:
            assert not roots_imported_by(file) & (IMPURE | {"time"}), file


def test_pure_files_do_not_import_the_driver_of_their_package() -> None:
    drivers = {name[:-3].replace("/", ".") for name in DRIVERS}
    for package in MIDDLE:
        for file in sources(package):
            if name_of(file) not in DRIVERS and file.name != "__init__.py":
                assert not modules_imported_by(file) & drivers, file


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_source_file_has_its_test_file(package: str) -> None:
    for file in sources(package):
        if file.name != "__init__.py" and "migrations" not in file.parts:  # tested as a chain
            inside = file.relative_to(ROOT / package).parent
            test = ROOT / "tests" / package / inside / f"test_{file.stem.strip('_')}.py"
            assert test.exists(), f"{file} has no {test}"


def test_every_c_file_is_built_and_every_package_installed() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    [core] = tools["ext-modules"]
    native = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mixer/native").iterdir()}
    assert {*core["sources"], *core["depends"]} == native
    folders = {file.parent for package in MAY_IMPORT for file in sources(package)}
    assert {".".join(each.relative_to(ROOT).parts) for each in folders} == set(tools["packages"])


def every_file() -> Iterator[Path]:
    for folder in (*MAY_IMPORT, "tests", "bench"):
        for file in sorted((ROOT / folder).rglob("*")):
            ours = CONSOLE not in file.parents and "build" not in file.parts
            if file.suffix in LIMITS and ours:
                yield file


def test_files_and_functions_stay_small() -> None:
    for file in every_file():
        lines = len(file.read_text().splitlines())
        assert lines <= LIMITS[file.suffix], f"{file} has {lines} lines"
        if file.suffix == ".py":
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    length = (node.end_lineno or node.lineno) - node.lineno + 1
                    assert length <= LONGEST_FUNCTION, f"{file}:{node.lineno} {node.name}: {length}"


def test_no_file_has_a_name_that_says_nothing() -> None:
    for file in every_file():
        assert file.stem not in FORBIDDEN_NAMES, file


def test_only_the_binding_of_the_media_core_knows_python() -> None:
    for file in (ROOT / "mixer" / "native").glob("*.[ch]"):
        assert file.name == "pymodule.c" or "Python.h" not in file.read_text(), file


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
