"""Digest, server side: who a request proves to be, and the challenge for one that proves nothing.

RFC 3261 §22.1 and §22.2. Who guesses too often is not looked at: `throttle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Self

from config.settings import SipSettings
from sip.arrival import Arrival
from sip.digest import Account
from sip.events import Event
from sip.exchange import Fields
from sip.refusal import Refusal, Silence
from sip.throttle import Stand, Throttle
from sip.verifier import Outcome, Verifier


class Authentication:
    """What a `Verifier` and a `Throttle` say, as the response that goes with it."""

    def __init__(
        self,
        verifier: Verifier,
        throttle: Throttle,
        tokens: Callable[[], str],
        report: Callable[[Event], None],
    ) -> None:
        self._verifier, self._throttle = verifier, throttle
        self._tokens, self._report = tokens, report
        self.blocked = 0
        """Addresses and user names found to be guessed from or at too often."""

    @classmethod
    def of(
        cls,
        settings: SipSettings,
        accounts: Mapping[str, Account],
        secret: bytes,
        tokens: Callable[[], str],
        report: Callable[[Event], None],
    ) -> Self:
        """As the settings want it; `secret` makes nonces that nobody else can make."""
        verifier = Verifier(
            settings.realm,
            accounts,
            secret,
            settings.nonce_seconds,
            settings.digest_algorithms,
            settings.digest_qops,
        )
        throttle = Throttle(
            settings.max_auth_failures,
            settings.max_user_auth_failures,
            settings.auth_failure_seconds,
        )
        return cls(verifier, throttle, tokens, report)

    def challenge(self, now: float, *, stale: bool = False) -> Fields:
        """The fields of a 401."""
        values = self._verifier.challenges(now, self._tokens(), stale=stale)
        return tuple(("WWW-Authenticate", value) for value in values)

    def proven(self, arrival: Arrival) -> str | None:
        """Whose digest the request carries; None without one. A wrong one is challenged again.

        Raises PeerError: Silence for a source that guessed too often.
        """
        given = self._verifier.read(arrival.request)
        if given is None:
            return None
        claimed = arrival.flow.host, given["username"]
        stand = self._throttle.stand(*claimed, arrival.now)
        if stand is Stand.SOURCE_BLOCKED:
            raise Silence("Too many wrong passwords")
        if stand is Stand.USER_BLOCKED:
            raise Refusal(503, "", ("Retry-After", str(ceil(self._throttle.seconds))))
        return self._judged(given, arrival)

    def _judged(self, given: Mapping[str, str], arrival: Arrival) -> str:
        claimed = arrival.flow.host, given["username"]
        outcome = self._verifier.judge(given, arrival.request, arrival.now).outcome
        if outcome is Outcome.ACCEPTED:
            self._throttle.proven(*claimed, arrival.now)
            return given["username"]
        if outcome is Outcome.WRONG:
            for blocked in self._throttle.failed(*claimed, arrival.now):
                self.blocked += 1
                self._report(blocked)
        raise Refusal(401, "", *self.challenge(arrival.now, stale=outcome is Outcome.STALE))

    def required(self, arrival: Arrival) -> str:
        """The same for a request that must carry one."""
        username = self.proven(arrival)
        if username is None:
            raise Refusal(401, "", *self.challenge(arrival.now))
        return username
