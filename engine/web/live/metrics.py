"""The topics of the Real-time metrics page: whatever happens to agents, contacts and queues touches
the rows that it may change, and no others."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from engine.contact_record import ContactRecord
from engine.directory import Kind, Resource
from engine.house import House
from engine.instants import Instants
from engine.queue_tally import QueueTally
from engine.web.live.agent_rows import AgentRows
from engine.web.live.agent_rows import view as agent_view
from engine.web.live.feed import Feed
from engine.web.live.queue_rows import QueueRows
from engine.web.live.queue_rows import view as queue_view

PERMISSIONS = ("AccessMetrics",)
IN_ROWS_OF_AGENTS = frozenset(
    {Kind.INSTANCE, Kind.ROUTING_PROFILE, Kind.HIERARCHY_GROUP, Kind.QUEUE}
)
"""What they are called, or are told by: any agent's row may have it."""


class LiveMetrics:
    def __init__(self, house: House) -> None:
        self._house, self._floor = house, house.router.floor
        self._tally = QueueTally(datetime.now(UTC))
        moment = Instants(datetime.now(UTC), asyncio.get_running_loop().time()).of
        resources = house.directory.resources
        agents = AgentRows(
            *(self._floor, house.registry, resources, house.rights),
            *(house.settings.routing.max_listeners, moment, house.wing.loads.of),
            house.wing.readings,
        )
        queues = QueueRows(
            *(self._floor, house.wing.router.floor, resources, self._tally),
            *(house.callbacks.scheduled, moment),
        )
        self.agents = Feed("agents", PERMISSIONS, agents.row, agent_view, house.bus)
        self.queues = Feed("queues", PERMISSIONS, queues.row, queue_view, house.bus)
        self._follow()

    def _follow(self) -> None:
        house = self._house
        self._floor.listen(self.agents.touch)
        house.wing.loads.listen(self.agents.touch)
        house.wing.readers.listen(lambda one: self.agents.touch(one.supervisor, one.agent))
        for floor in (self._floor, house.wing.router.floor):
            floor.listen_to_queues(lambda names: self.queues.touch(*names))
        house.registry.listen_to_people(lambda names: self.agents.touch(*names))
        house.ledger.listen(self._saved)
        house.directory.listen(self._directory_changed)
        self.agents.touch(*self._floor.agents)
        self.queues.touch(*(one.id for one in house.directory.resources.all(Kind.QUEUE)))

    def _saved(self, record: ContactRecord) -> None:
        self.queues.touch(*self._tally.saved(record, datetime.now(UTC)))
        if record.queue:  # a callback that is not due yet stands nowhere else
            self.queues.touch(record.queue)

    def _directory_changed(self, former: Resource | None, new: Resource | None) -> None:
        changed = new or former
        assert changed
        if changed.kind is Kind.USER:
            self.agents.touch(changed.name)
        elif changed.kind in IN_ROWS_OF_AGENTS:
            self.agents.touch(*self._floor.agents)
        if changed.kind is Kind.QUEUE:
            self.queues.touch(changed.id)
