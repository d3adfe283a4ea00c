"""Somebody at an endpoint who calls, answers, holds, transfers and hangs up as the dice say."""

from __future__ import annotations

from dataclasses import dataclass
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
    Referred,
    Reoffered,
    SessionId,
)
from sip.flow import Here
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import audio
from tests.rig.wire import Address, Wire
from tests.simulation.agenda import Agenda
from tests.sip.scene import account, numbered

USER: Final = "agent1"  # whom everybody calls: where that is, each endpoint knows for itself
KEY: Final = "X-Talk"
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


class Party:
    """`calm` parties answer what they are asked, and wish for nothing by themselves."""

    def __init__(self, wire: Wire, agenda: Agenda, address: Address, dice: Random) -> None:
        settings = SipSettings(host=address[0], port=address[1])
        self.endpoint = Endpoint(settings, {USER: account(USER)}, Here(*address), numbered())
        self.side = wire.attach(self.endpoint, address)
        self.side.react = self._react
        self.talks: dict[SessionId, Talk] = {}
        self.calm = False
        self.wire, self.agenda, self.dice = wire, agenda, dice

    @property
    def alive(self) -> list[Talk]:
        return [talk for talk in self.talks.values() if talk.alive]

    @property
    def is_empty(self) -> bool:
        return self.endpoint.sessions_open == self.endpoint.transactions_open == 0

    # Wishes

    def call(self) -> Talk:
        offer, key = self.first_offer(), next(_versions)
        fields = (("Require", "100rel"),) if self.dice.random() < 0.5 else ()
        fields = (*fields, (KEY, str(key)))
        session, actions = self.endpoint.invite(
            USER, caller="Simulated", offer=offer, extra_headers=fields, now=self.wire.now
        )
        talk = self.talks[session] = Talk(session, True, key, offered=version_of(offer))
        self.side.do(actions)
        if not self.calm:
            self.agenda.after(self.dice.expovariate(1 / 20), lambda: self._wish(talk))
        return talk

    def first_offer(self) -> SessionDescription | None:
        return self.described()

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
        pass

    def answered(self, talk: Talk) -> None:
        """The call is up on both sides."""

    def ended(self, talk: Talk, event: Ended) -> None:
        pass

    def reoffered(self, talk: Talk, version: int) -> None:
        refuses = self.dice.random() < 0.2
        self.agenda.after(
            self.dice.uniform(0, 3),
            lambda: self._refuse(talk) if refuses else self._agree(talk, version),
        )

    def referred(self, talk: Talk) -> None:
        self._do("accept_refer", talk)
        for seconds, status in ((0.5, 180), (3.0, 200)):
            self.agenda.after(seconds, lambda status=status: self._do("notify_refer", talk, status))  # type: ignore[misc]

    def accept(self, talk: Talk) -> None:
        """Answer the call."""
        description = self.described()
        if self._do("answer", talk, description):
            talk.mine = description.origin.version

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
                self.referred(talk)
            case Ended():
                talk.alive = talk.up = False
                self.ended(talk, event)


def version_of(description: SessionDescription | None) -> int:
    return description.origin.version if description else 0
