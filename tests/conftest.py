"""Hooks of the whole run."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

from tests.interop.matrix import Matrix

# The same examples each time: what is found by luck is found by `--hypothesis-profile=default`.
settings.register_profile("seeded", derandomize=True)
settings.load_profile("seeded")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Matrix(config), "interop-matrix")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: who looks through it again and again, for garbage,
    keeps those waiting who are talking meanwhile."""
    gc.collect()
    gc.freeze()
