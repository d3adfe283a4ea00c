from __future__ import annotations

import socket

import pytest

from engine.web.console_schema import document
from engine.web.required import OWN_REQUIRED


async def test_it_has_our_own_routes_and_connects_and_opens_no_door(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was bound")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    told = await document()
    assert {"/earshot/v1/me", "/users/{InstanceId}", "/contact/monitor"} <= told["paths"].keys()
    assert OWN_REQUIRED.keys() - told["paths"].keys() == {"/earshot/v1/live"}
    schemas = told["components"]["schemas"]
    assert {"Username", "Permissions"} <= schemas["Me"]["properties"].keys()
    assert "SecurityProfileIds" in schemas["Connect.User"]["properties"]
