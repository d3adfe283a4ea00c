"""What SIP said of a call that its contact record keeps: which way it came, and why it ended. Pure.

By the name of the header: Session-ID (RFC 7989) and Reason (RFC 3326) as whoever called or hung up
gave them; Diversion (RFC 5806) and History-Info (RFC 7044) only where the source is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from engine.header_policy import MAX_VALUE_CHARS
from sip import Diversion, InviteReceived, Reason, Retargeting

Signalling = Mapping[str, str]

_SESSION = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def of_invite(invite: InviteReceived) -> Signalling:
    session = (invite.headers.get("Session-ID") or "").partition(";")[0].strip()
    said = {"Session-ID": session.lower() if _SESSION.fullmatch(session) else ""}
    if invite.trusted:
        said["Diversion"] = _list(map(_diversion, invite.diversions))
        said["History-Info"] = _list(map(_retargeting, invite.history))
    return {name: value for name, value in said.items() if value}


def of_end(reasons: Iterable[Reason]) -> Signalling:
    said = _list(map(str, reasons))
    return {"Reason": said} if said else {}


def _diversion(one: Diversion) -> str:
    privacy = ";privacy=full" if one.private else ""
    return f"<{one.uri}>;reason={one.reason};counter={one.counter}{privacy}"


def _retargeting(one: Retargeting) -> str:
    why = f";reason={one.reason}" if one.reason else ""
    privacy = ";privacy=history" if one.private else ""
    return f"<{one.uri}>;index={one.index}{why}{privacy}"


def _list(values: Iterable[str]) -> str:
    """As many of the first as fit: a part of one would be another."""
    said = ""
    for value in values:
        longer = f"{said}, {value}" if said else value
        if len(longer) > MAX_VALUE_CHARS:
            break
        said = longer
    return _UNSAFE.sub("\ufffd", said)
