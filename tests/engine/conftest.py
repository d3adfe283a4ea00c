"""A database of contacts for whoever asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.records import Records


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    one = Records(f"sqlite+aiosqlite:///{tmp_path}/earshot.sqlite")
    await one.open()
    yield one
    await one.close()
