from __future__ import annotations

import tomllib
from pathlib import Path

from typer.testing import CliRunner

from config import SipSettings, load
from engine.__main__ import app
from engine.password_command import hashed
from engine.staff import accounts
from sip.digest import ALGORITHMS, ha1


def test_what_is_printed_is_the_same_as_what_a_password_becomes(tmp_path: Path) -> None:
    path = tmp_path / "earshot.toml"
    path.write_text('[sip]\nrealm = "pbx.example"\n')
    command = ["config", "hash-password", "agent1", "--config", str(path)]
    outcome = CliRunner().invoke(app, command, input="hunter2\nhunter2\n")
    assert outcome.exit_code == 0 and "hunter2" not in outcome.output
    line = next(each for each in outcome.output.splitlines() if each.startswith("ha1 = "))
    for secret in ('password = "hunter2"', line):
        with path.open("a") as file:
            file.write(f'[[agents]]\nusername = "agent1"\n{secret}\n')
        (found,) = accounts(load(path)).values()
        assert dict(found.ha1) == {
            name: ha1("agent1", "pbx.example", "hunter2", name) for name in ("SHA-256", "MD5")
        }
        path.write_text('[sip]\nrealm = "pbx.example"\n')


def test_the_line_holds_every_algorithm_the_offered_ones_first() -> None:
    line = tomllib.loads(hashed("a", "b", SipSettings(digest_algorithms=("MD5",))))
    assert next(iter(line["ha1"])) == "MD5"
    assert set(line["ha1"]) == set(ALGORITHMS)


def test_a_password_that_is_typed_differently_is_asked_for_again(tmp_path: Path) -> None:
    command = ["config", "hash-password", "agent1", "--config", str(tmp_path / "none.toml")]
    outcome = CliRunner().invoke(app, command, input="one\ntwo\nsame\nsame\n")
    assert outcome.exit_code == 0
    assert ha1("agent1", "earshot", "same", "MD5") in outcome.output
