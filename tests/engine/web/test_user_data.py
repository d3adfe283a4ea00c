from datetime import datetime
from typing import Any

import pytest

from engine.agents import Agent, Signal, Status, StatusType
from engine.call import State
from engine.directory import Resources
from engine.line import Party
from engine.live import Listener
from engine.routing_profile import RoutingProfile
from engine.supervision import Change, Monitor
from engine.web.answer_shape import write
from engine.web.service_model import Service
from engine.web.user_data import contacts_by_user, of_agent, of_supervisor
from tests.rig.contacts import NOON, contact_record, line, live_contact

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
RESOURCES = Resources(ARN)
CONNECT = Service()


def at_noon(since: float) -> datetime:
    return NOON


def an_agent(*signals: Signal, registered: bool = True) -> Agent:
    one = Agent("agent1", RoutingProfile.of(["support"]), 5.0, work_seconds=30.0)
    one.contact_id = "the last one"
    one.register(0.0, registered=registered)
    for signal in signals:
        one.step(signal, 1.0)
    return one


def on_the_wire(row: dict[str, Any]) -> Any:
    """A member that the service model does not have fails here."""
    return write(CONNECT.operations["GetCurrentUserData"], {"UserDataList": [row]})["UserDataList"][
        0
    ]


def row(agent: Agent, *contacts: Any) -> Any:
    return on_the_wire(of_agent(agent, contacts_by_user(contacts), RESOURCES, at_noon))


def test_an_agents_row_has_the_slots_that_are_free() -> None:
    assert row(an_agent(registered=False))["AvailableSlotsByChannel"] == {"VOICE": 0}
    assert row(an_agent(), live_contact(State.WAITING))["Contacts"] == []
    busy = row(an_agent(), live_contact())
    assert busy["AvailableSlotsByChannel"] == {"VOICE": 1}
    assert busy["ActiveSlotsByChannel"] == {"VOICE": 1}


def test_the_status_is_the_one_chosen_and_the_next_one_is_named() -> None:
    lunch = Status("lunch", "Lunch", StatusType.CUSTOM)
    one = an_agent(Signal.OFFERED, Signal.ANSWERED)
    one.choose(lunch, 2.0)
    assert row(one)["Status"]["StatusName"] == "Available"
    assert row(one)["NextStatus"] == "Lunch"
    one.step(Signal.RELEASED, 3.0)
    assert row(one)["Status"]["StatusArn"] == f"{ARN}/agent-state/lunch"
    assert row(an_agent(registered=False))["Status"]["StatusName"] == "Offline"


@pytest.mark.parametrize(
    ("signals", "state"),
    [
        ((Signal.OFFERED, Signal.MISSED), "MISSED"),
        ((Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED), "ENDED"),
    ],
)
def test_what_is_missed_or_worked_on_stands_until_it_is_cleared(
    signals: tuple[Signal, ...], state: str
) -> None:
    one = an_agent(*signals)
    [left] = row(one)["Contacts"]
    assert (left["ContactId"], left["AgentContactState"]) == ("the last one", state)
    assert left["StateStartTimestamp"] == NOON.timestamp()
    one.step(Signal.EXPIRED, 2.0)
    assert row(one)["Contacts"] == []


def test_who_listens_is_shown_as_monitoring() -> None:
    live = live_contact()
    monitor, own = Monitor("manager1"), contact_record()
    ear = Listener(own, monitor, line(live.contact_id, Party.SUPERVISOR))
    live.listeners.append(ear)
    monitor.step(Change.ANSWERED)
    shown = on_the_wire(of_supervisor("manager1", contacts_by_user([live]), RESOURCES))
    assert shown["Status"]["StatusName"] == "Monitoring"
    [listening] = shown["Contacts"]
    assert (listening["ContactId"], listening["AgentContactState"]) == (
        own.contact_id,
        "CONNECTED",
    )
