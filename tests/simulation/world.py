"""A caller, perhaps a bridge, a callee, and a bad wire between them: one seed, one story."""

from __future__ import annotations

import os
from random import Random
from typing import Final

from sip.session_table import RING_LIMIT
from sip.transaction import TIMEOUT
from tests.rig.virtual_phone import VirtualPhone
from tests.rig.wire import Address, Wire
from tests.simulation.agenda import Agenda
from tests.simulation.bridge import Bridge
from tests.simulation.party import USER, Party, Talk

CALLER: Final[Address] = ("10.0.0.1", 5060)
BRIDGE: Final[Address] = ("10.0.0.2", 5060)
CALLEE: Final[Address] = ("10.0.0.3", 5060)
DESK: Final[Address] = ("10.0.0.9", 5060)  # registers whom the others call
DELAY: Final = (0.005, 0.6)  # seconds; wide enough to turn every order round
SETTLED: Final = 2 * TIMEOUT + 5.0  # seconds in which all that is on its way is decided
OUTCOME: Final = RING_LIMIT + 2 * TIMEOUT  # seconds in which a call is up or over
EVERYTHING: Final = 4000.0  # seconds; longer than a registration and a session timer


def seeds(usual: int) -> range:
    """SIMULATION=FIRST:COUNT in the environment asks for others; a failure names its seed."""
    first, _, number = os.environ.get("SIMULATION", "").partition(":")
    return range(int(first or 0), int(first or 0) + int(number or usual))


class World:
    def __init__(
        self, seed: int, *, bridged: bool = False, tcp: bool = False, kind: type[Party] = Party
    ) -> None:
        self.dice = Random(seed)
        self.wire = Wire(seed, delay=DELAY)
        self.agenda = Agenda(self.wire)
        options = self.wire, self.agenda
        self.caller = kind(*options, CALLER, self.dice)
        self.callee = kind(*options, CALLEE, self.dice)
        self.parties = [self.caller, self.callee]
        if bridged:
            self.bridge = Bridge(*options, BRIDGE, self.dice)
            self.parties.insert(1, self.bridge)
        for party, next_one in zip(self.parties, self.parties[1:], strict=False):
            self.introduce(party.side.address, next_one.side.address, tcp)

    def add(self, address: Address) -> Party:
        """Somebody else whom one may call."""
        party = Party(self.wire, self.agenda, address, self.dice)
        self.parties.append(party)
        return party

    def disturb(self, loss: float = 0.3, copies: float = 0.1) -> None:
        self.wire.loss, self.wire.copies = loss, copies

    def calm_down(self, seconds: float = SETTLED) -> None:
        """Nothing is lost any more, nobody wishes for anything, and what is open is settled."""
        self.wire.loss = self.wire.copies = 0.0
        for party in self.parties:
            party.calm = True
        self.run(seconds)

    def run(self, seconds: float) -> None:
        self.wire.run(self.wire.now + seconds)

    def legs(self) -> list[tuple[Talk, Talk | None]]:
        """Each session of one who called with that of the one who was called."""
        found = {t.key: t for p in self.parties for t in p.talks.values() if not t.called_by_us}
        called = [t for p in self.parties for t in p.talks.values() if t.called_by_us]
        return [(talk, found.get(talk.key)) for talk in called]

    def check_agreement(self) -> None:
        """Both sides of a leg say the same of it. Only after all has settled."""
        for ours, theirs in self.legs():
            if theirs is None:
                assert not ours.up, f"up with nobody: {ours}"
                continue
            assert ours.alive == theirs.alive, f"{ours} against {theirs}"
            assert ours.up == theirs.up, f"{ours} against {theirs}"
            if ours.up:
                agreed = (ours.mine, ours.theirs) == (theirs.theirs, theirs.mine)
                assert agreed, f"{ours} against {theirs}"

    def end(self, by: Party | None = None) -> None:
        """One side hangs up everything, and then nothing is left of it anywhere."""
        party = by or self.dice.choice(self.parties)
        for talk in party.alive:
            party.hang_up(talk)
        self.run(SETTLED)
        for party in self.parties:
            assert not party.alive, f"{party.side.address} still has {party.alive}"
        self.run(EVERYTHING)
        for party in self.parties:
            assert party.is_empty, f"{party.side.address} keeps sessions or transactions"
            assert party.endpoint.deadline == float("inf"), f"{party.side.address} keeps a timer"
        for talk in (talk for party in self.parties for talk in party.talks.values()):
            assert not talk.alive, f"never ended: {talk}"

    def introduce(self, who: Address, whom: Address, tcp: bool = False) -> None:
        """`who` learns where to call the user: at `whom`."""
        desk = VirtualPhone(USER, "secret", who, DESK)
        side = self.wire.attach(desk, DESK)
        transport = ";transport=tcp" if tcp else ""
        contact = f"<sip:{USER}@{whom[0]}:{whom[1]}{transport}>"
        side.do(desk.register(self.wire.now, contact=contact))
        self.run(5.0)
        self.wire.passed.clear()
