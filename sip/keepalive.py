"""Pings of ours on a connection that we opened, and what their silence means: RFC 5626 §4.4.1.

A pong is no must for who does not know outbound, so only a peer that has sent one before is given
up when one is missing. To the others a ping keeps the bindings of a NAT, and TCP resends it until
it fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from sip.transaction import Machine, Rules

PING_SECONDS: Final = 95.0  # RFC 5626 §4.4.1 wants 95 to 120 over TCP
PONG_SECONDS: Final = 10.0

State = Enum("State", "NEW ASKED KNOWN ASKED_AGAIN LOST")
Input = Enum("Input", "OCTETS PONG EXPIRED")
Do = Enum("Do", "PING CLOSE")

TABLE: Final[Mapping[tuple[State, Input], tuple[State, tuple[Do, ...]]]] = {
    (State.NEW, Input.EXPIRED): (State.ASKED, (Do.PING,)),
    (State.ASKED, Input.PONG): (State.KNOWN, ()),
    (State.ASKED, Input.EXPIRED): (State.NEW, ()),
    (State.KNOWN, Input.EXPIRED): (State.ASKED_AGAIN, (Do.PING,)),
    (State.ASKED_AGAIN, Input.PONG): (State.KNOWN, ()),
    (State.ASKED_AGAIN, Input.OCTETS): (State.KNOWN, ()),
    (State.ASKED_AGAIN, Input.EXPIRED): (State.LOST, (Do.CLOSE,)),
}

RULES: Final = Rules(
    TABLE,
    start=(State.NEW,),
    final=State.LOST,
    lifetime={
        State.NEW: PING_SECONDS,
        State.ASKED: PONG_SECONDS,
        State.KNOWN: PING_SECONDS,
        State.ASKED_AGAIN: PONG_SECONDS,
    },
    expired=Input.EXPIRED,
)


class Keepalive(Machine[State, Input, Do]):
    """One connection, from when it stands."""

    __slots__ = ()

    def __init__(self, now: float) -> None:
        super().__init__(RULES, State.NEW, now, reliable=True)

    def heard(self, now: float, *, pong: bool = False) -> None:
        """Octets came, or among them a pong."""
        self.step(Input.PONG if pong else Input.OCTETS, now)
