"""Somebody who offers and answers before a call is answered: early media, UPDATE, late offers."""

from __future__ import annotations

from typing import Any

from sip.events import Answered, Confirmed, ProgressConfirmed, Progressed, SessionId
from sip.sdp import SessionDescription
from tests.simulation.party import Party, Talk, version_of


class EarlyParty(Party):
    """What was agreed on early holds when the call is up: the 2xx says nothing of it."""

    def __init__(self, *options: Any) -> None:
        super().__init__(*options)
        self._agreed: set[SessionId] = set()
        self._said: dict[SessionId, SessionDescription] = {}  # in progress and answer alike

    def first_offer(self) -> SessionDescription | None:
        return None if self.dice.random() < 0.4 else self.described()

    def invited(self, talk: Talk) -> None:
        super().invited(talk)
        for _ in range(self.dice.randrange(3)):
            self.agenda.after(self.dice.uniform(0, 9), lambda: self._progress(talk))
        self._wish_early(talk)

    def accept(self, talk: Talk) -> None:
        description = self._description(talk)
        self._do("answer", talk, description)
        if talk.session not in self._agreed:
            talk.mine = description.origin.version

    def _description(self, talk: Talk) -> SessionDescription:
        return self._said.setdefault(talk.session, self.described())

    def _progress(self, talk: Talk) -> None:
        if talk.alive and not talk.up:
            status = self.dice.choice((180, 182, 183))
            self._do("progress", talk, status, self._description(talk))

    def _wish_early(self, talk: Talk) -> None:
        if self.calm or not talk.alive or talk.up:
            return
        if talk.session in self._agreed:
            description = self.described(self.dice.choice(("sendrecv", "sendonly")))
            before, talk.offered = talk.offered, description.origin.version
            if not self._do("reoffer", talk, description):
                talk.offered = before
        self.agenda.after(self.dice.expovariate(1 / 2), lambda: self._wish_early(talk))

    def _owe(self, talk: Talk, offer: SessionDescription) -> None:
        """The peer's response has an offer: the answer goes into its PRACK or ACK."""

        def pay() -> None:
            self._agreed.add(talk.session)
            self._agree(talk, version_of(offer))
            talk.offered = talk.mine

        self.agenda.after(self.dice.uniform(0, 3), pay)

    def _agreed_on(self, talk: Talk, mine: int, theirs: int) -> None:
        self._agreed.add(talk.session)
        talk.mine, talk.theirs = mine, theirs

    def _hear(self, talk: Talk, event: Any) -> None:
        agreed = talk.session in self._agreed
        match event:
            case Progressed() if event.offer:
                self._owe(talk, event.offer)
            case Progressed() if event.answer and not agreed:
                self._agreed_on(talk, talk.offered, version_of(event.answer))
                self._wish_early(talk)
            case ProgressConfirmed():
                mine = self._said[talk.session].origin.version
                theirs = version_of(event.answer) if event.answer else talk.theirs
                self._agreed_on(talk, mine, theirs)
            case Answered() if event.offer:
                talk.up = True
                self._owe(talk, event.offer)
            case Answered() if event.settled and not talk.mine:
                self.hang_up(talk)  # the offer was declined for us, as we never answered it
            case Answered() if agreed:
                talk.up = True
            case Confirmed() if event.answer:
                talk.up, talk.theirs = True, version_of(event.answer)
            case _:
                super()._hear(talk, event)
                self._agreed.add(talk.session) if talk.up else None
