"""The Session-ID of a call, RFC 7989: one value of each end, the same on all of its legs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, Self

from sip.message import Message

NIL: Final = "0" * 32  # an end that has not been heard of, §4

_FIELD = re.compile(r"([0-9a-f]{32})(?:[ \t]*;.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SessionIdentifier:
    """`local` stands for our end of a leg, `remote` for the peer's, as 32 hexadecimal digits."""

    local: str
    remote: str = NIL

    @classmethod
    def minted(cls, *seeds: str) -> Self:
        """A value that is the same for the same `seeds` and does not tell them: §4.1."""
        return cls(sha256("\0".join(seeds).encode("utf-8", "surrogateescape")).hexdigest()[:32])

    def heard(self, message: Message) -> Self:
        """With what the peer says of itself; as before when it says nothing readable."""
        said = message.headers.get("Session-ID")
        found = _FIELD.fullmatch(said) if said else None
        return replace(self, remote=found[1].lower()) if found else self

    def passed_on(self) -> Self | None:
        """For the other leg of the call, where we stand for this peer; None when it is silent."""
        return None if self.remote == NIL else type(self)(self.remote)

    def __str__(self) -> str:
        return f"{self.local};remote={self.remote}"
