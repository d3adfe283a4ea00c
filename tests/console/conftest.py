"""An engine and a browser for all tests of one file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from engine.app import Running
from engine.web.pages import BUILT
from tests.rig.house import engine
from tests.rig.screen import CHROMIUM, chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    if not (BUILT / "index.html").exists():
        pytest.skip("the console is not built: `make set-up` builds it where there is Node")
    async with engine(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    async with chromium() as running:
        yield running
