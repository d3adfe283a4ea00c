"""What a session tells its user, for each Do that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sip.events import (
    Answered,
    Confirmed,
    DigitReceived,
    Ended,
    Event,
    Progressed,
    Reanswered,
    ReferProgressed,
    Referred,
    Reoffered,
    SessionId,
)
from sip.exchange import Given
from sip.reason import reasons_in
from sip.redirection import contacts_in, retry_after
from sip.session_table import CAUSES, Do


def _answered(session: SessionId, given: Given) -> Event:
    assert given.source
    source = given.source.host, given.source.port
    return Answered(session, given.sdp, source, given.fork, given.offer, given.settled, given.plain)


def _digit(session: SessionId, given: Given) -> Event:
    assert given.key
    return DigitReceived(session, given.key.digit, given.key.duration_ms)


def _ended(do: Do) -> Callable[[SessionId, Given], Event]:
    def event(session: SessionId, given: Given) -> Event:
        response = given.response
        if response is None:
            return Ended(session, CAUSES[do], None, given.reasons)
        return Ended(
            session,
            CAUSES[do],
            response.status,
            reasons_in(response.headers),
            contacts_in(response),
            retry_after(response),
        )

    return event


EVENTS: Final[dict[Do, Callable[[SessionId, Given], Event]]] = {
    Do.TELL_PROGRESS: lambda session, given: Progressed(
        session, given.told, given.sdp, given.fork, given.offer
    ),
    Do.TELL_ANSWER: _answered,
    Do.TELL_CONFIRMED: lambda session, given: Confirmed(session, given.sdp),
    Do.TELL_OFFER: lambda session, given: Reoffered(session, given.sdp),
    Do.TELL_REANSWER: lambda session, given: Reanswered(session, given.sdp, given.told),
    Do.TELL_NO_CHANGE: lambda session, given: Reanswered(session, None, given.told),
    Do.TELL_PENDING: lambda session, given: Reanswered(session, None, 491),
    Do.TELL_REFERRED: lambda session, given: Referred(
        session, given.target, given.replaces, given.referred_by
    ),
    Do.TELL_NO_TRANSFER: lambda session, given: ReferProgressed(session, 491, True),
    Do.TELL_DIGIT: _digit,
    **{do: _ended(do) for do in CAUSES},
}
