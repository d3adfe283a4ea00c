"""Wrong passwords, counted by source and by user: guessing slows down to a trickle.

    source   too many from one address: it gets no more answers to its guesses, as from a firewall
    user     too many for one name, from wherever: 503 for now, whether or not there is such a user
    known    who proved himself from an address is let through from there, so that neither a bad
             neighbour behind his NAT nor a guesser elsewhere locks him out; guesses made there in
             his name are counted apart

A failure is forgiven after a while: nobody is locked out for ever, and nobody has to be let in.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from sip.buckets import MAX_KEYS, Buckets, source_of
from sip.events import Throttled

REMEMBERED_SECONDS: Final = 86_400.0  # how long a proof makes its user known: the phone is off


class Stand(Enum):
    OPEN = "may try"
    SOURCE_BLOCKED = "the address guessed too often"
    USER_BLOCKED = "the name was guessed at too often"


class Throttle:
    """Bursts of `from_source` and `for_user` failures; one of each is forgiven in `seconds`."""

    def __init__(self, from_source: int, for_user: int, seconds: float) -> None:
        self._sources: Buckets[str] = Buckets(from_source, seconds)
        self._users: Buckets[str] = Buckets(for_user, seconds)
        self._pairs: Buckets[tuple[str, str]] = Buckets(from_source, seconds)
        self._known: dict[tuple[str, str], float] = {}  # since when: source and user
        self._told: dict[Throttled, float] = {}
        self._quiet_for = max(from_source, for_user) * seconds  # then it may be full again
        self.seconds = seconds
        """When a user who is blocked may come again."""

    def stand(self, host: str, username: str, now: float) -> Stand:
        """Whether the password that `host` sent for `username` is looked at."""
        source = source_of(host)
        if self._is_known(source, username, now):
            return Stand.OPEN
        if self._sources.left(source, now) < 1:
            return Stand.SOURCE_BLOCKED
        return Stand.USER_BLOCKED if self._users.left(username, now) < 1 else Stand.OPEN

    def proven(self, host: str, username: str, now: float) -> None:
        """The password was right."""
        pair = source_of(host), username
        self._known.pop(pair, None)
        self._known[pair] = now
        if len(self._known) > MAX_KEYS:
            del self._known[next(iter(self._known))]

    def failed(self, host: str, username: str, now: float) -> list[Throttled]:
        """The password was wrong; what to tell when that was one too many."""
        source = source_of(host)
        if self._is_known(source, username, now):
            self._pairs.take((source, username), now)
            return []
        self._sources.take(source, now)
        self._users.take(username, now)
        blocked = []
        if self._sources.left(source, now) < 1:
            blocked.append(Throttled(host=source, username=None))
        if self._users.left(username, now) < 1:
            blocked.append(Throttled(host=None, username=username))
        return [each for each in blocked if self._is_news(each, now)]

    def _is_known(self, source: str, username: str, now: float) -> bool:
        since = self._known.get((source, username))
        if since is None or now - since > REMEMBERED_SECONDS:
            return False
        return self._pairs.left((source, username), now) >= 1

    def _is_news(self, blocked: Throttled, now: float) -> bool:
        """Once a siege, not with each token that trickles in."""
        last = self._told.pop(blocked, None)
        self._told[blocked] = now
        if len(self._told) > MAX_KEYS:
            del self._told[next(iter(self._told))]
        return last is None or now - last > self._quiet_for
