from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from sip.events import Cause, Ended, Event, Registered, SessionId, Unregistered


def test_every_event_names_its_session_except_those_of_the_registrar() -> None:
    for kind in get_args(Event):
        assert is_dataclass(kind)
        first = fields(kind)[0].name
        assert first == ("username" if kind in (Registered, Unregistered) else "session")


def test_an_event_is_a_value() -> None:
    event = Ended(SessionId("s"), Cause.LOCAL)
    assert event == Ended(SessionId("s"), Cause.LOCAL)
    with pytest.raises(FrozenInstanceError):
        event.status = 200  # type: ignore[misc]
