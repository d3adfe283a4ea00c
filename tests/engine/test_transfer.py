from dataclasses import replace
from datetime import timedelta

import pytest

from config import Agent, DiallingSettings, NumberPlan, Trunk
from engine.call import Call, Input, State
from engine.dialling import DialPlan, Route
from engine.hunt import Hunt
from engine.line import Party
from engine.live import LiveContact
from engine.own_numbers import OwnNumbers
from engine.transfer import (
    Directory,
    ToAgent,
    ToFlow,
    ToNumber,
    ToOutside,
    ToQueue,
    ToThirdParty,
    check,
    pair,
    wanted_of,
)
from sip import PeerError
from tests.rig.contacts import contact_record, line, live_contact

HOUSE = Directory(
    agents={"agent1", "agent2"}, queues={"support", "sales team"}, numbers={"support", "1000"}
)


def test_a_uri_leads_to_a_quick_connect_where_nobody_else_has_the_name() -> None:
    flow = ToFlow("onward", "support")
    house = replace(HOUSE, quick_connects={"desk": flow, "agent2": flow}.get)
    assert house.find("sip:desk@192.0.2.1") == flow
    assert house.find("sip:agent2@192.0.2.1") == ToAgent("agent2")


@pytest.mark.parametrize(
    ("target", "destination"),
    [
        ("sip:agent2@192.0.2.1", ToAgent("agent2")),
        ("sip:agent2@192.0.2.1;gr=urn:uuid:1", ToAgent("agent2", "urn:uuid:1")),
        ("sip:1000@192.0.2.1;user=phone", ToNumber("1000")),
        ("tel:1000", ToNumber("1000")),
        ("sip:sales%20team@192.0.2.1", ToQueue("sales team")),
        ("sip:support@192.0.2.1", ToNumber("support")),  # as when it is dialled
    ],
)
def test_a_uri_leads_to_an_agent_a_number_or_a_queue(target: str, destination: object) -> None:
    assert HOUSE.find(target) == destination


@pytest.mark.parametrize("target", ["sip:+15550199@192.0.2.1", "sip:192.0.2.1", "sip:manager1@x"])
def test_nobody_is_transferred_out_of_the_house(target: str) -> None:
    with pytest.raises(PeerError) as refused:
        HOUSE.find(target)
    assert refused.value.status == 404


OUTSIDE = replace(HOUSE, outside=("sip:desk@pbx.example.com", "sips:*@Branch.example.com:5071"))


@pytest.mark.parametrize(
    ("target", "uri"),
    [
        ("sip:desk@PBX.example.com", "sip:desk@pbx.example.com"),
        ("sip:desk@pbx.example.com;transport=tcp?X-a=b", "sip:desk@pbx.example.com"),
        ("sips:anybody@branch.example.com:5071", "sips:anybody@branch.example.com:5071"),
    ],
)
def test_outside_is_where_a_setting_says_and_without_what_the_asker_adds(
    target: str, uri: str
) -> None:
    assert OUTSIDE.find(target) == OUTSIDE.find_outside(target) == ToOutside(uri)


@pytest.mark.parametrize(
    "target",
    ["sip:Desk@pbx.example.com", "sip:pbx.example.com", "sip:anybody@branch.example.com:5071"],
)
def test_what_is_only_like_a_setting_is_not_permitted(target: str) -> None:
    assert OUTSIDE.find_outside(target) is None


def consult(caller: str, state: State = State.BRIDGED) -> LiveContact:
    """What agent `caller` has called: a colleague, or in other states a number of ours."""
    live = live_contact(state)
    live.customer.username = caller
    return live


def dialling(caller: str) -> LiveContact:
    record = contact_record()
    call = Call(ring_seconds=20.0)
    call.step(Input.COLLEAGUE_DIALLED, now=0.0)
    own = line(record.contact_id, Party.CUSTOMER)
    own.username = caller
    return LiveContact(record, call, own, offered_to="agent2")


def status_of_pair(live: LiveContact, side: str, other: LiveContact, other_side: str) -> int:
    with pytest.raises(PeerError) as refused:
        pair(live, getattr(live, side), other, getattr(other, other_side))
    return refused.value.status


def test_only_the_agent_of_a_contact_may_transfer_it_and_only_once_at_a_time() -> None:
    live = live_contact()
    assert live.agent
    check(live, live.agent)
    for other, one in ((live, live.customer), (live, line(live.contact_id, Party.SUPERVISOR))):
        with pytest.raises(PeerError) as refused:
            check(other, one)
        assert refused.value.status == 603
    moving = live_contact(State.TRANSFERRING)
    assert moving.agent
    with pytest.raises(PeerError) as refused:
        check(moving, moving.agent)
    assert refused.value.status == 491


def test_a_call_of_a_colleague_cannot_be_transferred_blindly() -> None:
    live = consult("agent2")
    live.target_queue = None
    assert live.agent
    with pytest.raises(PeerError) as refused:
        check(live, live.agent)
    assert refused.value.status == 603


def test_the_agents_contact_goes_on_in_whichever_call_the_refer_came() -> None:
    live, other = live_contact(), consult("agent1")
    assert live.agent
    one = pair(live, live.agent, other, other.customer)
    two = pair(other, other.customer, live, live.agent)
    assert one == two
    assert (one.kept, one.consult) == (live, other)


def test_calls_of_others_cannot_be_joined() -> None:
    live = live_contact()
    assert status_of_pair(live, "agent", consult("agent2"), "customer") == 603
    assert status_of_pair(live, "agent", live_contact(), "agent") == 603
    assert status_of_pair(live, "customer", consult(""), "customer") == 603


def called_outside(username: str, state: State = State.BRIDGED) -> LiveContact:
    """What agent `username` has called outside, later than any other contact here."""
    live = live_contact(state)
    assert live.agent
    live.agent.username = username
    live.record = replace(live.record, initiation=live.record.initiation + timedelta(seconds=1))
    live.hunt = Hunt(
        DialPlan(DiallingSettings(), ()),
        Agent(username=username, password="secret", outbound_queue="support"),
        Route("+493012345", (Trunk(name="carrier", host="192.0.2.9"),)),
        private=False,
    )
    return live


@pytest.mark.parametrize("state", [State.BRIDGED, State.CALLING])
def test_the_older_contact_goes_on_with_whom_the_agent_called_outside(state: State) -> None:
    live, other = live_contact(), called_outside("agent1", state)
    both = pair(live, live.agent, other, other.agent)
    assert (both.kept, both.consult) == (live, other)
    if state is State.BRIDGED:
        assert pair(other, other.agent, live, live.agent) == both
    else:
        assert status_of_pair(other, "agent", live, "agent") == 491


def test_a_call_to_the_outside_of_somebody_else_cannot_be_joined() -> None:
    assert status_of_pair(live_contact(), "agent", called_outside("agent2"), "agent") == 603


def test_a_transfer_asked_for_in_the_call_to_the_colleague_needs_the_colleague() -> None:
    other = consult("agent1", State.WAITING)
    assert status_of_pair(other, "customer", live_contact(), "agent") == 491


@pytest.mark.parametrize(
    ("state", "destination"),
    [
        (State.FLOW, ToNumber("support")),
        (State.WAITING, ToQueue("sales")),
        (State.OFFERING, ToQueue("sales")),
    ],
)
def test_who_does_not_wait_for_the_answer_transfers_to_what_was_called(
    state: State, destination: object
) -> None:
    live = consult("agent1", state)
    live.target_queue = "sales"
    assert wanted_of(live) == destination


def test_who_does_not_wait_for_the_colleague_transfers_blindly() -> None:
    assert wanted_of(dialling("agent1")) == ToAgent("agent2")


def test_what_is_on_its_way_itself_cannot_be_joined() -> None:
    with pytest.raises(PeerError) as refused:
        wanted_of(consult("agent1", State.TRANSFERRING))
    assert refused.value.status == 491


DIALS = replace(
    HOUSE,
    numbers={"support", "+49305550100"},
    own=OwnNumbers(["support", "+49305550100"], NumberPlan(country_code="49")),
    plan=NumberPlan(country_code="49"),
)


@pytest.mark.parametrize("number", ["0301234567", "+49301234567", "112"])
def test_a_number_that_nobody_has_here_is_that_of_a_third_party(number: str) -> None:
    assert DIALS.find(f"sip:{number}@192.0.2.1") == ToThirdParty(number)


def test_a_number_of_ours_is_ours_however_it_is_dialled() -> None:
    assert DIALS.find("sip:0305550100@192.0.2.1") == ToNumber("+49305550100")


def test_what_is_no_number_is_nobody() -> None:
    with pytest.raises(PeerError):
        DIALS.find("sip:somebody@192.0.2.1")
