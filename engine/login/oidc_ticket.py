"""What a browser keeps on its way to a provider of identities and back. Pure.

All that the way back is checked by is made of this one text by a master key: no engine keeps
anything of browsers that never return, and it need not be the one they left from.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

RETURN = "/earshot/v1/login/oidc/return"
"""Where browsers are sent back to, at the origin of the settings."""
LASTS_SECONDS = 600
"""For people to log in at the provider: as long as its code may last (RFC 6749, section 4.1.2)."""
RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Ticket:
    """`text` is for the browser alone; `state` and `nonce` go with it to the provider, of
    `verifier` only the digest does (RFC 7636)."""

    text: str
    state: str
    nonce: str
    verifier: str


def fresh_ticket(master: bytes, now: datetime) -> Ticket:
    text = f"{int(now.timestamp())}.{secrets.token_urlsafe(RANDOM_BYTES)}"
    return _ticket(master, text)


def ticket_in(master: bytes, text: str, state: str, now: datetime) -> Ticket | None:
    """The one that this state was made of; None where it was another, or too long ago."""
    issued = text.partition(".")[0]
    found = _ticket(master, text)
    if not hmac.compare_digest(found.state.encode(), state.encode()):
        return None
    return found if now.timestamp() <= int(issued) + LASTS_SECONDS else None


def _ticket(master: bytes, text: str) -> Ticket:
    def made(label: bytes) -> str:
        digest = hmac.digest(master, b"oidc " + label + b" " + text.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).decode().rstrip("=")

    return Ticket(text, made(b"state"), made(b"nonce"), made(b"verifier"))
