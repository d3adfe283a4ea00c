"""The scenes most calls of this folder begin with."""

from __future__ import annotations

import pytest

from tests.sip.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def called(scene: Scene) -> Scene:
    """The phone has called and waits."""
    scene.dial()
    scene.run(0.0)
    return scene


@pytest.fixture
def up(scene: Scene) -> Scene:
    """The phone has called, and was answered at once."""
    scene.answers()
    scene.dial()
    scene.run(0.0)
    return scene


@pytest.fixture
def calling(scene: Scene) -> Scene:
    """The endpoint has called the phone, and it rings."""
    scene.register()
    scene.call()
    scene.run(0.0)
    scene.phone.do(scene.machine.ring())
    scene.run(0.0)
    return scene
