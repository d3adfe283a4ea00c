"""A call that comes by a trunk, as the house speaks of it: its numbers in E.164. Pure."""

from __future__ import annotations

from dataclasses import replace

from config import Trunk
from engine.numbering import normal
from sip import InviteReceived, PeerError
from sip.headers import NameAddr
from sip.uri import Uri


def translated(invite: InviteReceived, trunk: Trunk) -> InviteReceived:
    """The number that was dialled and that of the caller by the trunk's plan, where it knows them.

    A call for the user we registered as says only in To which number was dialled.
    """
    dialled = invite.number
    if dialled == trunk.username:
        dialled = _user(invite.headers.get("To") or "") or dialled
    caller = replace(invite.caller, user=normal(invite.caller.user, trunk) or invite.caller.user)
    return replace(invite, number=normal(dialled, trunk) or dialled, caller=caller)


def _user(address: str) -> str | None:
    try:
        return Uri.parse(NameAddr.parse(address).uri).user
    except PeerError:
        return None
