"""What follows from the document of one's own phone: engine/web/console/src/ccp/document.ts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig.typescript import Module

ALL = {"dial": True, "transfer": True, "record": True}
NOTHING = dict.fromkeys(ALL, False)
AVAILABLE = {"id": "available", "name": "Available", "type": "ROUTABLE"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    with Module("ccp/document.ts", tmp_path_factory.mktemp("module")) as module:
        yield module


def contact(state: str, **more: object) -> Json:
    nothing = {"muted": False, "recording": None, "transferring": False}
    nothing |= {"third": None, "monitor": None}
    return {"contact_id": state, "state": state, **nothing, **more}


def document(*contacts: Json, status: Json | None = None) -> Json:
    return {"status": status, "contacts": contacts}


def monitoring(mode: str) -> Json:
    return contact("MONITORING", monitor={"mode": mode})


def test_what_rings_is_accepted_or_rejected_and_what_is_over_is_cleared(ask: Module) -> None:
    assert ask("deeds", contact("INCOMING"), ALL) == ["accept", "reject"]
    assert ask("deeds", contact("ENDED"), ALL) == ["clear"]
    assert ask("deeds", contact("MISSED"), ALL) == ["clear"]


def test_a_conversation_has_the_buttons_that_are_permitted_and_make_sense(ask: Module) -> None:
    assert ask("deeds", contact("CONNECTED"), NOTHING) == ["hold", "mute", "digits", "end"]
    muted = contact("CONNECTED_ONHOLD", muted=True, recording="ON")
    wanted = ["resume", "unmute", "transfer", "suspend_recording", "end"]
    assert ask("deeds", muted, ALL) == wanted
    paused = ask("deeds", contact("CONNECTED", recording="SUSPENDED"), ALL)
    assert "resume_recording" in paused and "suspend_recording" not in paused


def test_whoever_was_asked_can_be_joined_once_they_answer(ask: Module) -> None:
    def with_third(**third: object) -> list[str]:
        said: list[str] = ask("deeds", contact("CONNECTED_ONHOLD", third=third), ALL)
        return said

    assert "conference" not in with_third(state="CONNECTING", conference=False)
    assert {"conference", "swap"} <= {*with_third(state="CONNECTED", conference=False)}
    assert "conference" not in with_third(state="CONNECTED", conference=True)
    assert "transfer" not in with_third(state="CONNECTED", conference=False)
    assert "digits" in with_third(state="CONNECTED", conference=False)
    assert "digits" not in with_third(state="CONNECTING", conference=False)


def test_what_is_being_transferred_can_only_be_left(ask: Module) -> None:
    assert ask("deeds", contact("CONNECTED_ONHOLD", transferring=True), ALL) == ["end"]


def test_what_wants_an_answer_is_shown_first(ask: Module) -> None:
    contacts = [contact(state) for state in ("MISSED", "ENDED", "CONNECTED", "INCOMING")]
    assert ask("byUrgency", contacts) == contacts[::-1]


def test_only_who_is_free_may_call(ask: Module) -> None:
    assert ask("isFree", document(contact("ENDED")))
    assert not ask("isFree", document(contact("CONNECTED")))
    assert not ask("isFree", document(monitoring("SILENT_MONITOR")))


def test_whoever_only_listens_needs_no_microphone(ask: Module) -> None:
    assert not ask("needsMicrophone", document())
    assert not ask("needsMicrophone", document(monitoring("SILENT_MONITOR")))
    assert ask("needsMicrophone", document(monitoring("WHISPER")))
    assert ask("needsMicrophone", document(contact("CONNECTING")))
    assert ask("needsMicrophone", document(status=AVAILABLE))
    assert not ask("needsMicrophone", document(status={**AVAILABLE, "type": "OFFLINE"}))


def test_a_muted_conversation_hears_nothing_of_the_microphone(ask: Module) -> None:
    assert ask("speaks", document(contact("CONNECTED")))
    assert not ask("speaks", document(contact("CONNECTED", muted=True)))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 (30) 123-456", "+4930123456"),
        ("030/123456", "030123456"),
        ("*43#", "*43#"),
        ("agent2", None),
        ("12", None),
    ],
)
def test_a_number_is_dialled_as_people_write_it(
    ask: Module, typed: str, number: str | None
) -> None:
    assert ask("phoneNumber", typed) == number


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0:00"), (9.9, "0:09"), (75, "1:15"), (3675, "1:01:15")]
)
def test_a_clock_shows_hours_only_where_there_are_any(
    ask: Module, seconds: float, text: str
) -> None:
    assert ask("clock", seconds) == text
