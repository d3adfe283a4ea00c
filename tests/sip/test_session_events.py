from __future__ import annotations

from sip.events import Answered, Cause, Ended, Progressed, Reanswered, SessionId
from sip.exchange import Given
from sip.message import Response
from sip.session_events import EVENTS
from sip.session_table import Do
from tests.sip.raw import PEER
from tests.sip.scene import OURS

SESSION = SessionId("s")


def test_everything_that_is_told_has_its_event() -> None:
    assert EVENTS.keys() == {do for do in Do if do.name.startswith(("TELL_", "END_"))}


def test_an_event_says_what_the_input_brought() -> None:
    given = Given(0.0, response=Response(183), source=PEER, sdp=OURS)
    assert EVENTS[Do.TELL_PROGRESS](SESSION, given) == Progressed(SESSION, 183, OURS)
    assert EVENTS[Do.TELL_ANSWER](SESSION, given) == Answered(SESSION, OURS, ("10.0.0.9", 5060))
    assert EVENTS[Do.END_REFUSED](SESSION, given) == Ended(SESSION, Cause.REFUSED, 183)
    assert EVENTS[Do.END_LOCAL](SESSION, Given(0.0)) == Ended(SESSION, Cause.LOCAL, None)


def test_a_change_that_did_not_come_has_no_answer() -> None:
    given = Given(0.0, response=Response(488), sdp=OURS)
    assert EVENTS[Do.TELL_NO_CHANGE](SESSION, given) == Reanswered(SESSION, None, 488)
    assert EVENTS[Do.TELL_PENDING](SESSION, Given(0.0)) == Reanswered(SESSION, None, 491)
