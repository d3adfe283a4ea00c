"""Whose fault it is: `PeerError` is theirs, `UsageError` is the caller's."""

from __future__ import annotations


class PeerError(Exception):
    """The other side broke a rule.

    `reason` never quotes what the peer sent, so it can go out as a reason phrase; nor does it name
    CSeq, which SIPp reads where that word comes first.
    `status` is the response that RFC 3261 §21 names for it.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class UsageError(ValueError):
    """We were asked to send something that cannot be written in SIP."""
