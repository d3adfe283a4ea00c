"""The least a back-to-back user agent does: two sessions that live and die together."""

from __future__ import annotations

from sip.events import Ended, SessionId
from tests.simulation.party import Party, Talk


class Bridge(Party):
    """Calls the agent for whoever calls; each leg has descriptions of our own, as media is ours."""

    def __init__(self, *options: object) -> None:
        super().__init__(*options)  # type: ignore[arg-type]
        self.calm = True
        self.other: dict[SessionId, Talk] = {}

    def invited(self, talk: Talk) -> None:
        agent = self.call()
        self.other[talk.session], self.other[agent.session] = agent, talk

    def progressed(self, talk: Talk, status: int) -> None:
        if status >= 180:
            self._do("ring", self.other[talk.session])

    def answered(self, talk: Talk) -> None:
        self.accept(self.other[talk.session])

    def ended(self, talk: Talk, event: Ended) -> None:
        other = self.other[talk.session]
        if not other.alive:
            return
        if event.status and not other.up and not other.called_by_us:
            self._do("reject", other, event.status)
        else:
            self.hang_up(other)
