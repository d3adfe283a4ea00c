from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from sip.events import (
    Cause,
    Ended,
    Event,
    Registered,
    SessionId,
    Throttled,
    TrunkDown,
    TrunkRegistered,
    TrunkUnregistered,
    TrunkUp,
    Unregistered,
)

OF_USERS = (Registered, Throttled, Unregistered)
OF_TRUNKS = (TrunkRegistered, TrunkUnregistered, TrunkUp, TrunkDown)


def test_every_event_names_its_session_its_user_or_its_trunk() -> None:
    for kind in get_args(Event):
        assert is_dataclass(kind)
        owner = "username" if kind in OF_USERS else "trunk" if kind in OF_TRUNKS else "session"
        assert fields(kind)[0].name == owner


def test_an_event_is_a_value() -> None:
    event = Ended(SessionId("s"), Cause.LOCAL)
    assert event == Ended(SessionId("s"), Cause.LOCAL)
    with pytest.raises(FrozenInstanceError):
        event.status = 200  # type: ignore[misc]
