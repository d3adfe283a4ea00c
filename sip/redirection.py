"""What a refusal of our INVITE says about another try: contacts (RFC 3261 §8.1.3.4), Retry-After.

It is only told, never followed: whoever answers a call could have us dial any number.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from sip.errors import PeerError
from sip.headers import NameAddr
from sip.message import Response
from sip.uri import Uri

MAX_CONTACTS: Final = 16

_SECONDS = re.compile(r"[ \t]*([0-9]{1,9})")
_Q = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def contacts_in(response: Response) -> tuple[str, ...]:
    """The URIs a 3xx (or a 485) names, the most wanted first; those that cannot be read are not."""
    if response.status // 100 != 3 and response.status != 485:
        return ()
    found: list[tuple[float, str]] = []
    with suppress(PeerError):
        for value in response.headers.all("Contact")[:MAX_CONTACTS]:
            contact = NameAddr.parse(value)
            Uri.parse(contact.uri)
            found.append((-_weight(contact), contact.uri))
    return tuple(uri for _, uri in sorted(found, key=lambda pair: pair[0]))


def retry_after(response: Response) -> int | None:
    """Seconds the peer wants to be left alone for, RFC 3261 §20.33; None when it does not say."""
    seconds = _SECONDS.match(response.headers.get("Retry-After") or "")
    return int(seconds[1]) if seconds else None


def _weight(contact: NameAddr) -> float:
    text = contact.params["q"] if "q" in contact.params else "1"
    return float(text) if _Q.fullmatch(text) else 1.0
