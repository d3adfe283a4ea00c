import pytest

from engine.browser_line import BrowserLine, Leg, Stage
from engine.codecs import FORMATS
from engine.line import Party
from mixer import Port
from sip import SessionId


def line_on(leg: Leg, name: str = "one", **how: bool) -> BrowserLine:
    line = BrowserLine(name, Party.AGENT, SessionId(name), leg, Stage.UP, **how)
    leg.lines.append(line)
    return line


@pytest.fixture
def leg() -> Leg:
    return Leg("agent1", Port(1, 1), FORMATS["PCMU"], listen_only=False)


@pytest.mark.parametrize(
    ("how", "may_send", "may_hear"),
    [
        ({}, True, True),
        ({"muted": True}, False, True),
        ({"held": True}, True, False),
        ({"held": True, "muted": True}, False, False),
    ],
)
def test_what_its_buttons_say_may_be_heard(
    leg: Leg, how: dict[str, bool], may_send: bool, may_hear: bool
) -> None:
    leg.muted = how.get("muted", False)
    line = line_on(leg, held=how.get("held", False))
    assert (line.may_send, line.may_hear) == (may_send, may_hear)


def test_a_contact_that_is_held_hears_and_records_nothing_of_what_is_said_on_the_other_line(
    leg: Leg,
) -> None:
    held, other = line_on(leg, held=True), line_on(leg, "other")
    assert (held.may_send, other.may_send) == (False, True)
    other.held = True
    assert held.may_send


def test_who_listens_only_sends_nothing_and_may_be_silent(leg: Leg) -> None:
    leg.listen_only = True
    line = line_on(leg)
    assert line.may_hear and line.may_fall_silent and not line.may_send


def test_its_port_is_that_of_the_leg_also_after_another_browser_took_it_over(leg: Leg) -> None:
    line, leg.port = line_on(leg), Port(2, 5)
    assert (line.port, line.codec) == (Port(2, 5), leg.codec)
