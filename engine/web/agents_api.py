"""What agents do just now, and what is changed about it, as Connect's API has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isinf
from typing import Any

from engine.agent_contacts import LEFT_OVER
from engine.agents import Agent, Status, StatusType
from engine.directory import Kind
from engine.house import House
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.shapes import Json
from engine.web.user_data import Wanted, contacts_by_user, of_agent, of_supervisor

Given = dict[str, Any]
OF_OTHERS = ("AccessMetrics", "AgentStates.View")
"""What it takes to change somebody else's status (specification item 67)."""


class AgentsApi:
    """Every operation raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._router = house, house.router
        self._resources = house.directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "DismissUserContact": self.dismiss_user_contact,
            "GetCurrentUserData": self.get_current_user_data,
            "PutUserStatus": self.put_user_status,
        }

    async def put_user_status(self, caller: Caller, given: Given) -> Json:
        """At once, or as the next one of somebody who has a contact."""
        agent = self._agent(caller, given["UserId"])
        status = self._status(given["AgentStatusId"])
        self._router.choose(agent.username, status)
        self._house.ledger.audit(
            caller.name, "user.status", None, f"{agent.username} {status.name}"
        )
        return {}

    async def dismiss_user_contact(self, caller: Caller, given: Given) -> Json:
        """A missed contact is forgiven; after-contact work is over."""
        agent, contact_id = self._agent(caller, given["UserId"]), given["ContactId"]
        wing = self._house.wing
        every = [one for one in wing.loads.of(agent.username).held if one.contact_id == contact_id]
        held = min(every, key=lambda one: one.seat.presence not in LEFT_OVER, default=None)
        one, router = (held.seat, wing.router) if held else (agent, self._router)
        if one.contact_id != contact_id:
            raise Refused.not_found(f"{agent.username} has no contact {contact_id} to clear")
        if one.presence not in LEFT_OVER:
            raise Refused.invalid("Only a missed contact, or one that has ended, can be cleared")
        router.clear(one.username)
        self._house.ledger.audit(caller.name, "contact.clear", contact_id, agent.username)
        return {}

    async def get_current_user_data(self, caller: Caller, given: Given) -> Json:
        wanted = Wanted(given["Filters"], self._resources)
        agents = self._router.floor.agents
        rows = [
            (name, row)
            for name, row in self._rows()
            if caller.reach.sees_user(name, self._resources) and wanted.takes(row, agents.get(name))
        ]
        shown, token = page(rows, given, lambda each: (each[0], ""))
        return {
            "UserDataList": [row for _, row in shown],
            "NextToken": token,
            "ApproximateTotalCount": len(rows),
        }

    def _rows(self) -> Iterator[tuple[str, Json]]:
        """All agents, and whoever listens, by name."""
        contacts = contacts_by_user(self._house.registry)
        agents = self._router.floor.agents
        utc, now = datetime.now(UTC), asyncio.get_running_loop().time()

        def moment(since: float) -> datetime | None:
            return None if isinf(since) else utc - timedelta(seconds=now - since)

        for name in sorted(agents.keys() | contacts.keys()):
            if agent := agents.get(name):
                load = self._house.wing.loads.of(name)
                yield name, of_agent(agent, contacts, self._resources, moment, load)
            else:
                yield name, of_supervisor(name, contacts, self._resources)

    def _agent(self, caller: Caller, reference: str) -> Agent:
        """Their own status everybody changes, that of others whoever may. Raises Refused."""
        user = self._resources.get(Kind.USER, reference)
        if user.name != caller.name:
            for permission in OF_OTHERS:
                caller.need(permission, "the status of somebody else")
        agent = self._router.floor.agents.get(user.name)
        if agent is None:
            raise Refused.invalid(f"{user.name} is no agent")
        return agent

    def _status(self, reference: str) -> Status:
        found = self._resources.get(Kind.AGENT_STATUS, reference)
        if found.facts["State"] != "ENABLED":
            raise Refused.invalid(f"The agent status {found.name} is disabled")
        return Status(found.id, found.name, StatusType(found.facts["Type"]))
