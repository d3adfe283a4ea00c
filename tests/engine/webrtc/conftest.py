"""A media core and the door of browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.webrtc import Door
from mixer import Farm
from tests.engine.webrtc.browser import HOST
from tests.mixer.waiting import settings


@pytest.fixture
async def farm() -> AsyncIterator[Farm]:
    farm = Farm(settings(port_min=34000, port_max=34999), lambda event: None)
    loop = asyncio.get_running_loop()
    readers = farm.readers()
    for descriptor, read in readers:
        loop.add_reader(descriptor, read)
    yield farm
    for descriptor, _ in readers:
        loop.remove_reader(descriptor)
    farm.close()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = await Door.open(HOST, 0)
    yield door
    door.close()
