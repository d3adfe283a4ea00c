"""The offers and answers of one early dialog: RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5.

    the INVITE has an offer    OURS or THEIRS, until an answer is acknowledged (UNCONFIRMED: sent)
    it has none                NOTHING, until a reliable response brings one: OURS or THEIRS
    from then on               AGREED; UPDATING by an offer of ours, UPDATED by one of theirs

There is one offer at a time. A description in a response that nobody acknowledges is a preview: it
moves nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sip.dialog import Dialog
from sip.sdp import SessionDescription

State = IntEnum("State", "NOTHING OURS THEIRS UNCONFIRMED AGREED UPDATING UPDATED")
Input = IntEnum(
    "Input",
    "GIVE "  # our description goes into a reliable response
    "GET "  # theirs came in one, or in the PRACK of ours
    "CONFIRM "  # the PRACK of ours came
    "ANSWER "  # our PRACK has our answer
    "ASK "  # our UPDATE has an offer
    "ASKED "  # their UPDATE or PRACK has one
    "SETTLE",  # such an offer was answered or refused
)

S, On = State, Input

TABLE: Final[dict[tuple[State, Input], State]] = {
    (S.NOTHING, On.GIVE): S.OURS,
    (S.NOTHING, On.GET): S.THEIRS,
    (S.OURS, On.GET): S.AGREED,
    (S.THEIRS, On.GIVE): S.UNCONFIRMED,
    (S.THEIRS, On.ANSWER): S.AGREED,
    (S.UNCONFIRMED, On.CONFIRM): S.AGREED,
    (S.AGREED, On.ASK): S.UPDATING,
    (S.AGREED, On.ASKED): S.UPDATED,
    (S.UPDATING, On.SETTLE): S.AGREED,
    (S.UPDATED, On.SETTLE): S.AGREED,
}
"""A pair that is not here is not allowed now."""

WAITS: Final = frozenset({S.OURS, S.UNCONFIRMED, S.UPDATING, S.UPDATED})
"""States of the one who is called in which a 2xx must wait: RFC 3262 §3, RFC 3311 §5.1."""

OFFERED: Final = frozenset({S.OURS, S.UPDATING})
"""States in which an offer of ours is on the table: another one of theirs gets 491, §5.2."""


class EarlyDialog:
    """`described` is their answer to our last offer; None after an offer of theirs.

    `pracks` of ours have no response yet: a request that overtook one would make it count as old.
    """

    __slots__ = ("described", "dialog", "pracks", "state")

    def __init__(self, dialog: Dialog, state: State) -> None:
        self.dialog, self.state = dialog, state
        self.described: SessionDescription | None = None
        self.pracks = 0

    @property
    def is_agreed(self) -> bool:
        """Whether a 2xx has no description to bring."""
        return self.state in (S.AGREED, S.UPDATING, S.UPDATED)

    def step(self, event: Input) -> bool:
        """Take one input; false when it is not allowed, which changes nothing."""
        to = TABLE.get((self.state, event))
        self.state = to or self.state
        return to is not None
