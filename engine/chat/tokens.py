"""Who may speak in which chat as whom: bearer tokens, kept as digests. Pure.

They are random, so their digests need no salt; whoever reads our memory finds no token.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from dataclasses import dataclass
from enum import Enum

TOKEN_BYTES = 32
MAX_TOKENS = 20
"""Of one chat and kind: the oldest gives way to one more."""

Kind = Enum("Kind", "PARTICIPANT CONNECTION SOCKET")


@dataclass(frozen=True, slots=True)
class Bearer:
    """As whom somebody speaks, until then (monotonic seconds)."""

    contact_id: str
    participant_id: str
    until: float


class Tokens:
    """`now` is monotonic seconds."""

    def __init__(self) -> None:
        self._bearers: dict[tuple[Kind, bytes], Bearer] = {}
        self._of_chat: dict[tuple[str, Kind], deque[bytes]] = {}

    def __len__(self) -> int:
        return len(self._bearers)

    def issue(self, kind: Kind, contact_id: str, participant_id: str, until: float) -> str:
        """What proves it is said here once, and never again."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        digest = digest_of(token)
        self._bearers[kind, digest] = Bearer(contact_id, participant_id, until)
        own = self._of_chat.setdefault((contact_id, kind), deque())
        own.append(digest)
        if len(own) > MAX_TOKENS:
            self._bearers.pop((kind, own.popleft()), None)
        return token

    def bearer(self, kind: Kind, token: str, now: float) -> Bearer | None:
        """None where there is no such token, or its time is over. Found by a digest, so how long
        the search takes says nothing of tokens."""
        found = self._bearers.get((kind, digest_of(token)))
        return found if found and now < found.until else None

    def spend(self, kind: Kind, token: str, now: float) -> Bearer | None:
        """The same of a token that is good once."""
        found = self.bearer(kind, token, now)
        self._bearers.pop((kind, digest_of(token)), None)
        return found

    def forget(self, contact_id: str) -> None:
        """The chat is over, and nobody asks for it any more."""
        for kind in Kind:
            for digest in self._of_chat.pop((contact_id, kind), ()):
                self._bearers.pop((kind, digest), None)


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
