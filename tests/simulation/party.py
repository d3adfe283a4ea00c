"""Somebody at an endpoint who calls, answers, holds, transfers and hangs up as the dice say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

from config.settings import SipSettings
from sip.endpoint import Endpoint
from sip.events import (
    Answered,
    Confirmed,
    Ended,
    InviteReceived,
    Progressed,
    Reanswered,
    ReferProgressed,
    Referred,
    Reoffered,
    SessionId,
)
from sip.flow import Here
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import audio
from tests.rig.wire import Address, Wire
from tests.simulation.agenda import Agenda
from tests.sip.scene import account

USER: Final = "agent1"  # whom everybody calls: where that is, each endpoint knows for itself
KEY: Final = "X-Talk"
NEIGHBOURS: Final = ("10.0.0.0/24",)  # may take calls over
_versions = count(1)  # no two descriptions are alike, whoever gives them


@dataclass(slots=True)
class Talk:
    """One session as its user sees it. Descriptions are told by their version."""

    session: SessionId
    called_by_us: bool
    key: int  # the same on both sides, and nowhere else
    mine: int = 0  # described by us, as agreed last
    theirs: int = 0
    offered: int = 0  # described by us in an offer of ours that is on its way
    up: bool = False
    alive: bool = True
    replaces: Talk | None = None  # it is to take the place of that one
    outcomes: list[int] = field(default_factory=list)  # of our transfers, each told once


class Party:
    """`calm` parties answer what they are asked, and wish for nothing by themselves."""

    def __init__(self, wire: Wire, agenda: Agenda, address: Address, dice: Random) -> None:
        settings = SipSettings(host=address[0], port=address[1], trusted_sources=NEIGHBOURS)
        self.endpoint = Endpoint(settings, {USER: account(USER)}, Here(*address), _tokens(address))
        self.side = wire.attach(self.endpoint, address)
        self.side.react = self._react
        self.talks: dict[SessionId, Talk] = {}
        self.transfers: dict[SessionId, Talk] = {}  # by the call that is made for it
        self.calm = False
        self.wire, self.agenda, self.dice = wire, agenda, dice

    @property
    def alive(self) -> list[Talk]:
        return [talk for talk in self.talks.values() if talk.alive]

    @property
    def is_empty(self) -> bool:
        return self.endpoint.sessions_open == self.endpoint.transactions_open == 0

    # Wishes

    def call(self, uri: str = "", **options: Any) -> Talk:
        """Any URI, or where the user has registered."""
        offer, key, now = self.first_offer(), next(_versions), self.wire.now
        fields = (("Require", "100rel"),) if self.dice.random() < 0.5 else ()
        options["extra_headers"] = (*fields, (KEY, str(key)))
        if uri:
            session, actions = self.endpoint.invite_uri(
                uri, from_uri=f"sip:{USER}@10.0.0.0", offer=offer, now=now, **options
            )
        else:
            session, actions = self.endpoint.invite(
                USER, caller="Simulated", offer=offer, now=now, **options
            )
        talk = self.talks[session] = Talk(session, True, key, offered=version_of(offer))
        self.side.do(actions)
        if not self.calm:
            self.agenda.after(self.dice.expovariate(1 / 20), lambda: self._wish(talk))
        return talk

    def first_offer(self) -> SessionDescription | None:
        return self.described()

    def refer(self, talk: Talk, target: str, replaces: Talk | None = None) -> None:
        self._do("refer", talk, target, replaces.session if replaces else None)

    def hang_up(self, talk: Talk) -> None:
        self._do("hang_up", talk)

    def reoffer(self, talk: Talk) -> None:
        """Hold or resume; one that may not go out is refused before this returns."""
        description = self.described(self.dice.choice(("sendrecv", "sendonly", "inactive")))
        before, talk.offered = talk.offered, description.origin.version
        if not self._do("reoffer", talk, description):
            talk.offered = before

    def _wish(self, talk: Talk) -> None:
        if self.calm or not talk.alive:
            return
        match self.dice.randrange(5):
            case 0:
                self.hang_up(talk)
                return
            case _ if talk.up:
                self.reoffer(talk)
        gap = self.dice.choice((0.05, 1.0, 10.0))
        self.agenda.after(self.dice.expovariate(1 / gap), lambda: self._wish(talk))

    # What comes

    def invited(self, talk: Talk) -> None:
        self.agenda.after(self.dice.uniform(0, 2), lambda: self._do("ring", talk))
        self.agenda.after(self.dice.uniform(0, 9), lambda: self._settle(talk))

    def progressed(self, talk: Talk, status: int) -> None:
        self._report(talk, status)

    def answered(self, talk: Talk) -> None:
        """The call is up on both sides."""
        self._report(talk, 200)

    def ended(self, talk: Talk, event: Ended) -> None:
        self._report(talk, event.status or 487)
        if event.contacts:
            self.call(event.contacts[0])

    def reoffered(self, talk: Talk, version: int) -> None:
        refuses = self.dice.random() < 0.2
        self.agenda.after(
            self.dice.uniform(0, 3),
            lambda: self._refuse(talk) if refuses else self._agree(talk, version),
        )

    def referred(self, talk: Talk, event: Referred) -> None:
        """Call the target; if that is in a call with us, the three are together already."""
        self._do("accept_refer", talk)
        if event.replaces:
            self._do("notify_refer", talk, 200)
        else:
            self.transfers[self.call(event.target).session] = talk

    def transferred(self, talk: Talk, status: int) -> None:
        """What became of our wish that the peer call somebody else."""
        if status < 300 and talk.alive:
            self.hang_up(talk)

    def accept(self, talk: Talk) -> None:
        """Answer the call."""
        description = self.described()
        if self._do("answer", talk, description):
            talk.mine = description.origin.version
            if talk.replaces and talk.replaces.alive:
                self.hang_up(talk.replaces)

    def _settle(self, talk: Talk) -> None:
        if self.calm or self.dice.random() < 0.8:
            self.accept(talk)
        else:
            self._do("reject", talk, self.dice.choice((486, 603)))
        if not self.calm:
            self.agenda.after(self.dice.expovariate(1 / 20), lambda: self._wish(talk))

    def _agree(self, talk: Talk, version: int) -> None:
        description = self.described()
        if self._do("accept_reoffer", talk, description):
            talk.mine, talk.theirs = description.origin.version, version

    def _refuse(self, talk: Talk) -> None:
        self._do("reject_reoffer", talk, 488)

    def _report(self, talk: Talk, status: int) -> None:
        """To whoever wanted us to make this call."""
        waiting = self.transfers.get(talk.session)
        if waiting and waiting.alive:
            self._do("notify_refer", waiting, status)

    def described(self, direction: str = "sendrecv") -> SessionDescription:
        host, _ = self.side.address
        return SessionDescription.parse(audio(20000, host, direction, next(_versions)))

    def _do(self, command: str, talk: Talk, *values: Any) -> bool:
        """Whether something was sent at once for this wish of ours."""
        sent = len(self.wire.passed)
        self.side.do(getattr(self.endpoint, command)(talk.session, *values, now=self.wire.now))
        return len(self.wire.passed) > sent

    def _react(self, event: Any) -> None:
        if isinstance(event, InviteReceived):
            key, version = int(event.headers.get(KEY) or 0), version_of(event.offer)
            talk = self.talks[event.session] = Talk(event.session, False, key, theirs=version)
            talk.replaces = self.talks[event.replaces] if event.replaces else None
            self.invited(talk)
        elif hasattr(event, "session"):
            self._hear(self.talks[event.session], event)

    def _hear(self, talk: Talk, event: Any) -> None:
        assert talk.alive, f"{event} after the end"
        match event:
            case Progressed():
                self.progressed(talk, event.status)
            case Answered():
                talk.up, talk.mine, talk.theirs = True, talk.offered, version_of(event.answer)
                self.answered(talk)
            case Confirmed():
                talk.up = True
            case Reoffered():
                self.reoffered(talk, version_of(event.offer))
            case Reanswered() if event.status < 300:
                talk.mine, talk.theirs = talk.offered, version_of(event.answer)
            case Referred():
                self.referred(talk, event)
            case ReferProgressed() if event.over:
                talk.outcomes.append(event.status)
                self.transferred(talk, event.status)
            case Ended():
                talk.alive = talk.up = False
                self.ended(talk, event)


def version_of(description: SessionDescription | None) -> int:
    return description.origin.version if description else 0


def _tokens(address: Address) -> Callable[[], str]:
    """The same in every run, and nobody else's."""
    numbers = count(1)
    return lambda: f"{address[0]}-{next(numbers)}".replace(".", "-")
