from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.agents import Agent, Signal, Status, StatusType
from engine.call import State
from engine.chat.chat import Chat
from engine.chat.items import Participant, Role
from engine.chat.load import NO_CHATS, Held, Load
from engine.chat.reading import Reading, Readings
from engine.chat.state_table import State as ChatState
from engine.directory import Kind, Origin, Resource, Resources
from engine.instants import Instants
from engine.line import Party
from engine.live import Listener, LiveContact
from engine.monitor_rights import LISTENS, MonitorRights
from engine.queues import Floor
from engine.records import InitiationMethod
from engine.registry import Registry
from engine.routing_profile import RoutingProfile
from engine.supervision import BOTH, Change, Monitor
from engine.web.live import Viewer
from engine.web.live.agent_rows import AgentRows, view
from mixer import Mode
from tests.rig.contacts import NOON, contact_record, line, live_contact

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
MANAGER = Viewer("manager1", LISTENS)


def resource(kind: Kind, id_: str, name: str, **facts: Any) -> Resource:
    return Resource(kind, id_, name, facts, Origin.API, NOON)


RESOURCES = Resources(
    ARN,
    [
        resource(Kind.INSTANCE, "earshot", "earshot", Attributes={}),
        resource(Kind.HIERARCHY_GROUP, "north", "North"),
        resource(Kind.HIERARCHY_GROUP, "team", "Team", ParentGroupId="north"),
        resource(Kind.ROUTING_PROFILE, "basic", "Basic"),
        resource(Kind.QUEUE, "support", "Support"),
        resource(
            *(Kind.USER, "agent1-id", "agent1"),
            IdentityInfo={"FirstName": "Ann", "LastName": "Lee"},
            RoutingProfileId="basic",
            HierarchyGroupId="team",
        ),
    ],
)


class Board:
    """One agent and what they have to do with contacts."""

    def __init__(self, load: Load = NO_CHATS, readings: Readings | None = None) -> None:
        self.agent = Agent("agent1", RoutingProfile.of(["support"]), 5.0, work_seconds=30.0)
        self.agent.register(0.0, registered=True)
        self.registry = Registry()
        floor = Floor([self.agent], ["support"])
        moment = Instants(NOON, 0.0).of
        self.rows = AgentRows(
            *(floor, self.registry, RESOURCES, MonitorRights(RESOURCES), 1, moment),
            lambda username: load if username == "agent1" else NO_CHATS,
            readings,
        )

    def has(self, live: LiveContact) -> None:
        self.registry.add(live)

    def row(self, username: str = "agent1", viewer: Viewer = MANAGER) -> Any:
        row = self.rows.row(username)
        return row and view(row, viewer)

    def contact(self, username: str = "agent1", viewer: Viewer = MANAGER) -> Any:
        [one] = self.row(username, viewer)["contacts"]
        return one


def talking(*recorded: str) -> LiveContact:
    live = live_contact()
    live.record = replace(
        live.record,
        queue="support",
        recorded=frozenset(recorded),
        agent="agent1",
        connected_to_agent=NOON + timedelta(seconds=5),
    )
    return live


def listen(live: LiveContact, supervisor: str = "manager1") -> Listener:
    record = replace(contact_record(), initiation_method=InitiationMethod.MONITOR, agent=supervisor)
    ear = line(live.contact_id, Party.SUPERVISOR)
    live.listeners.append(Listener(record, Monitor(supervisor, frozenset(Mode)), ear))
    return live.listeners[-1]


def test_an_agents_row_says_who_they_are_and_since_when_they_do_what() -> None:
    assert Board().row() == {
        "key": "agent1",
        "user_id": "agent1-id",
        "login": "agent1",
        "first_name": "Ann",
        "last_name": "Lee",
        "hierarchy": ["North", "Team"],
        "hierarchy_group_id": "team",
        "routing_profile": {"id": "basic", "name": "Basic"},
        "status": {"id": "available", "name": "Available", "type": "ROUTABLE"},
        "status_since": None,
        "next_status": None,
        "activity": "AVAILABLE",
        "activity_since": "2026-11-22T12:00:00.000Z",
        "capacity": 1,
        "active": 0,
        "available": 1,
        "contacts": [],
    }


@pytest.mark.parametrize(
    ("signals", "activity", "state"),
    [
        ((Signal.OFFERED, Signal.MISSED), "MISSED", "MISSED"),
        ((Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED), "AFTER_CONTACT_WORK", "ENDED"),
    ],
)
def test_what_is_missed_or_worked_on_is_a_contact_until_it_is_cleared(
    signals: tuple[Signal, ...], activity: str, state: str
) -> None:
    board = Board()
    for signal in signals:
        board.agent.step(signal, 7.0)
    board.agent.contact_id = "the last one"
    row = board.row()
    assert (row["activity"], row["active"], row["available"]) == (activity, 1, 0)
    left = row["contacts"][0]
    assert (left["contact_id"], left["state"]) == ("the last one", state)
    assert left["since"] == "2026-11-22T12:00:07.000Z"


def test_an_own_status_is_told_by_name_and_so_is_the_next_one() -> None:
    board, lunch = Board(), Status("lunch", "Lunch", StatusType.CUSTOM)
    board.agent.choose(lunch, 3.0)
    row = board.row()
    assert (row["activity"], row["status"]["name"]) == ("CUSTOM", "Lunch")
    assert row["status_since"] == "2026-11-22T12:00:03.000Z"
    board.agent.step(Signal.CALLED, 4.0)
    board.agent.choose(Status("available", "Available", StatusType.ROUTABLE), 5.0)
    row = board.row()
    assert (row["activity"], row["next_status"]) == ("ON_CONTACT", "Available")
    board.agent.register(6.0, registered=False)
    board.agent.step(Signal.RELEASED, 7.0)
    assert (board.row()["activity"], board.row()["status"]["name"]) == ("OFFLINE", "Offline")


def test_only_a_live_conversation_that_is_recorded_can_be_listened_to() -> None:
    for live, monitorable in (
        (talking(*BOTH), True),
        (talking("Agent"), False),
        (live_contact(State.OFFERING), False),
    ):
        board = Board()
        live.offered_to = "agent1"
        board.has(live)
        assert board.contact()["monitorable"] is monitorable
    board = Board()
    board.has(talking(*BOTH))
    assert board.contact()["since"] == "2026-11-22T12:00:05.000Z"
    assert board.contact()["queue"] == {"id": "support", "name": "Support"}


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer("manager2", frozenset({"AccessMetrics"})),
        Viewer("manager2", frozenset({"ManagerListenIn"})),
        Viewer("agent1", LISTENS),
    ],
)
def test_without_the_right_or_for_oneself_there_is_no_headset_and_no_listener(
    viewer: Viewer,
) -> None:
    board, live = Board(), talking(*BOTH)
    listen(live, "manager3")
    board.has(live)
    seen = board.contact(viewer=viewer)
    assert (seen["monitorable"], seen["monitors"]) == (False, [])


def test_who_listens_is_monitoring_and_is_named_in_the_agents_row() -> None:
    board, live = Board(), talking(*BOTH)
    listener = listen(live)
    board.has(live)
    assert board.contact("manager1")["state"] == "CONNECTING"
    listener.monitor.step(Change.ANSWERED)
    listener.monitor.switch(Mode.BARGE)
    row = board.row("manager1")
    assert (row["activity"], row["status"]["name"]) == ("MONITORING", "Monitoring")
    [listening] = row["contacts"]
    assert (listening["state"], listening["monitors_agent"]) == ("MONITORING", "agent1")
    agents = board.row(viewer=Viewer("manager2", LISTENS))
    assert (agents["activity"], agents["contacts"][0]["state"]) == ("AVAILABLE", "CONNECTED")
    assert agents["contacts"][0]["monitors"] == [{"login": "manager1", "mode": "BARGE"}]
    assert not board.contact(viewer=MANAGER)["monitorable"]
    blind = board.contact("manager1", Viewer("other", frozenset({"AccessMetrics"})))
    assert blind["monitors_agent"] is None


def test_a_contact_with_as_many_listeners_as_may_be_has_no_headset() -> None:
    board, live = Board(), talking(*BOTH)
    board.has(live)
    other = Viewer("manager2", LISTENS)
    assert board.contact(viewer=other)["monitorable"]
    listen(live)
    assert not board.contact(viewer=other)["monitorable"]


def chatting(state: str = "CONNECTED") -> tuple[Chat, Load]:
    """A chat that agent1 has, and how it stands at their seat."""
    record = replace(contact_record(), channel="CHAT", queue="support", agent="agent1")
    customer = Participant("p-1", Role.CUSTOMER, "Carla")
    chat = Chat(record, "flow", customer, until=3600.0, state=ChatState.CONNECTED)
    chat.agent = Participant("p-2", Role.AGENT, "Ann", "agent1")
    seat = Agent("agent1#1", RoutingProfile.of(["support"]), 5.0, work_seconds=30.0)
    return chat, Load(most=1, held=(Held(chat.contact_id, state, seat, chat),))


def test_a_chat_that_an_agent_has_can_be_read_and_says_by_whom() -> None:
    (chat, load), readings = chatting(), Readings(1)
    board, other = Board(load, readings), Viewer("manager2", LISTENS)
    assert board.contact(viewer=other)["monitorable"]
    record = replace(
        contact_record(),
        initiation_method=InitiationMethod.MONITOR,
        channel="CHAT",
        queue="support",
    )
    readings.add(Reading(record, chat, "manager1", "agent1"))
    shown = board.contact(viewer=other)
    assert not shown["monitorable"]
    assert shown["monitors"] == [{"login": "manager1", "mode": "SILENT_MONITOR"}]
    assert board.contact(viewer=Viewer("agent1", LISTENS))["monitors"] == []
    row = board.row("manager1")
    assert (row["activity"], row["active"]) == ("MONITORING", 1)
    [reads] = row["contacts"]
    assert (reads["channel"], reads["state"]) == ("CHAT", "MONITORING")
    assert (reads["contact_id"], reads["monitors_agent"]) == (record.contact_id, "agent1")
    assert reads["queue"] == {"id": "support", "name": "Support"}


def test_a_chat_that_its_agent_only_works_on_cannot_be_read_there() -> None:
    """Another agent may have it by then."""
    _, load = chatting("ENDED")
    assert not Board(load).contact()["monitorable"]


def test_who_neither_is_an_agent_nor_listens_has_no_row() -> None:
    board, live = Board(), talking()
    listen(live)
    board.has(live)
    assert board.row("manager1")
    live.listeners.clear()
    board.has(live)
    assert board.row("manager1") is None


def test_who_is_bound_to_their_group_sees_its_agents_and_themselves() -> None:
    board = Board()
    assert board.row(viewer=Viewer("m", LISTENS, frozenset({"team"})))
    assert board.row(viewer=Viewer("agent1", LISTENS, frozenset()))
    assert board.row(viewer=Viewer("m", LISTENS, frozenset({"south"}))) is None
