"""Hooks of the whole run."""

from __future__ import annotations

import pytest

from tests.interop.matrix import Matrix


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Matrix(config), "interop-matrix")
