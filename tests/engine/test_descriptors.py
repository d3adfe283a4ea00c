from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.app import StartError
from engine.descriptors import needed
from tests.rig.house import engine, settings

PROGRAM = """
import resource, sys
from engine.descriptors import TooFewDescriptors, allow
soft, hard, count = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
try:
    allow(count)
except TooFewDescriptors as error:
    print(error)
else:
    print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def allowed(soft: int, hard: int, count: int) -> str:
    """What a process of its own says that has these limits."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard), str(count)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_every_call_that_is_allowed_has_its_sockets_and_files(tmp_path: Path) -> None:
    ten = settings(tmp_path, routing={"max_calls": 10})
    eleven = settings(tmp_path, routing={"max_calls": 11})
    assert needed(eleven) - needed(ten) == 6
    assert needed(ten) > ten.sip.max_tcp_connections + 60


def test_the_soft_limit_is_raised_as_far_as_it_takes() -> None:
    assert allowed(256, 1024, 200) == "256"
    assert allowed(256, 1024, 700) == "700"


def test_too_few_are_refused_with_what_to_do() -> None:
    refusal = allowed(256, 1024, 1025)
    assert "may open 1024 files" in refusal and "take 1025" in refusal
    assert "LimitNOFILE" in refusal and "routing.max_calls" in refusal


async def test_an_engine_without_them_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="LimitNOFILE"):
        async with engine(tmp_path, routing={"max_calls": 10**9}):
            pass
