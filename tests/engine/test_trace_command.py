from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.__main__ import app
from engine.tapes import Entry
from engine.trace_files import TraceFiles

INVITE = "INVITE sip:100@10.0.0.1 SIP/2.0\r\nCall-ID: a\x1b[2J\r\nCSeq: 1 INVITE\r\n\r\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "earshot.toml"
    path.write_text('[trace]\ndirectory = "traces"\n')
    files = TraceFiles(tmp_path / "traces", 10, 100_000)
    peer = ("customer", "10.0.0.2:5060", "UDP")
    files.append("one", [Entry("one", 1_700_000_000.0, *peer, False, INVITE)])
    files.append("one", [Entry("one", 1_700_000_000.2, *peer, True, "SIP/2.0 486 Busy Here\r\n")])
    return path


def run(config: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["trace", *arguments, "--config", str(config)])
    return done.exit_code, done.output


def test_a_contact_is_shown_as_a_ladder(config: Path) -> None:
    code, output = run(config, "one")
    assert code == 0
    lines = output.splitlines()
    assert lines[0] == "one  2023-11-14 22:13:20.000+00:00"
    assert "customer" in lines[2] and "10.0.0.2:5060" in lines[3]
    assert "INVITE" in lines[4] and lines[4].startswith("+0.000") and lines[4].endswith(">|")
    assert "486 Busy Here" in lines[5] and lines[5].startswith("+0.200")
    assert "Call-ID" not in output


def test_full_shows_every_message_and_nothing_that_steers_the_terminal(config: Path) -> None:
    code, output = run(config, "one", "--full")
    assert code == 0
    assert "from customer 10.0.0.2:5060 (UDP)" in output and "to customer" in output
    assert "    Call-ID: a\\x1b[2J" in output and "\x1b" not in output


def test_a_contact_without_a_trace_is_said_to_have_none(config: Path) -> None:
    assert run(config, "two") == (1, "earshot: no trace of contact two\n")
    config.write_text('[trace]\ndirectory = "traces"\nmax_contacts = 0\n')
    code, output = run(config, "two")
    assert code == 1 and "max_contacts is 0" in output


def test_nonsense_is_refused(config: Path) -> None:
    assert run(config, "../one")[0] == 2
    assert run(config.with_name("none.toml"), "one")[0] == 2
