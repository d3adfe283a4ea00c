import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import load
from engine.__main__ import app
from tests.rig.free_ports import free_ports
from tests.rig.patience import PATIENCE_SECONDS


def run(*arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(app, arguments)
    return outcome.exit_code, outcome.output


def test_a_starter_file_is_private_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    code, said = run("config", "init", "--config", str(path))
    assert code == 0
    assert str(path) in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = load(path)
    assert [agent.username for agent in settings.agents] == ["agent1"]
    assert run("config", "check", "--config", str(path)) == (0, f"{path}: no errors\n")


def test_a_starter_file_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    path.write_text("mine")
    code, said = run("config", "init", "--config", str(path))
    assert code == 2
    assert "exists" in said
    assert path.read_text() == "mine"


def test_a_wrong_key_is_told_with_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    path.write_text("[sip]\nprot = 5070\n")
    code, said = run("config", "check", "--config", str(path))
    assert code == 2
    assert f"{path}: sip.prot" in said
    assert "port" in said


def test_a_flow_that_does_not_validate_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    (tmp_path / "flow.json").write_text("{}")
    path.write_text('[[numbers]]\nnumber = "support"\nflow = "flow.json"\n')
    code, said = run("config", "check", "--config", str(path))
    assert code == 2
    assert "flow.json" in said


@pytest.fixture
def served(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    sip, web = free_ports(2)
    environ = {**os.environ, "EARSHOT_SIP__PORT": str(sip), "EARSHOT_WEB__PORT": str(web)}
    command = [sys.executable, "-m", "engine", "serve", "--starter"]
    process = subprocess.Popen(
        [*command, "--config", str(tmp_path / "earshot.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
        cwd=Path(__file__).parents[2],
    )
    yield process
    process.kill()
    process.communicate()


def test_serve_says_where_to_dial_and_ends_at_sigterm(served: subprocess.Popen[str]) -> None:
    assert served.stdout
    said = []
    for line in served.stdout:
        said.append(line)
        if line == "Ready\n":
            break
    assert any("sip:support@127.0.0.1:" in line for line in said)
    assert any("http://127.0.0.1:" in line for line in said)
    served.send_signal(signal.SIGTERM)
    rest, _ = served.communicate(timeout=PATIENCE_SECONDS)
    assert "Draining" in rest
    assert rest.endswith("Stopped\n")
    assert served.returncode == 0
