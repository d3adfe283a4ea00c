"""Digest, server side: who a request proves to be, and the challenge for one that proves nothing.

RFC 3261 §22.1 and §22.2.
"""

from __future__ import annotations

from collections.abc import Callable

from sip.arrival import Arrival
from sip.exchange import Fields
from sip.refusal import Refusal
from sip.verifier import Outcome, Verifier


class Authentication:
    """What a `Verifier` says, as the 401 that goes with it."""

    def __init__(self, verifier: Verifier, tokens: Callable[[], str]) -> None:
        self._verifier, self._tokens = verifier, tokens

    def challenge(self, now: float, *, stale: bool = False) -> Fields:
        """The fields of a 401."""
        values = self._verifier.challenges(now, self._tokens(), stale=stale)
        return tuple(("WWW-Authenticate", value) for value in values)

    def proven(self, arrival: Arrival) -> str | None:
        """Whose digest the request carries; None without one. A wrong one is challenged again."""
        verdict = self._verifier.verify(arrival.request, arrival.now)
        if verdict.outcome in (Outcome.WRONG, Outcome.STALE):
            stale = verdict.outcome is Outcome.STALE
            raise Refusal(401, "", *self.challenge(arrival.now, stale=stale))
        return verdict.username

    def required(self, arrival: Arrival) -> str:
        """The same for a request that must carry one."""
        username = self.proven(arrival)
        if username is None:
            raise Refusal(401, "", *self.challenge(arrival.now))
        return username
