"""The life of a binding."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.events import Event, Registered, Unregistered
from sip.flow import UDP, Flow
from sip.refusal import Refusal
from sip.registrar import MAX_BINDINGS, MAX_CONTACTS, MIN_EXPIRES, NotRegistered, Registrar
from sip.timers import Timers
from tests.sip.raw import arrived, request

FLOW = Flow(UDP, "10.0.0.2", 5070)
HERE = "<sip:agent1@10.0.0.2:5070>"


class Desk:
    """A registrar, its clock, and what it reported."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.timers = Timers()
        self.registrar = Registrar(self.timers, self.events.append, max_expires=3600)

    def register(
        self,
        *contacts: str,
        expires: str | None = None,
        cseq: int = 1,
        call_id: str = "r1",
        now: float = 0.0,
    ) -> list[str]:
        fields = [f"Contact: {contact}" for contact in contacts]
        fields += [] if expires is None else [f"Expires: {expires}"]
        asked = request("REGISTER", *fields, cseq=cseq, call_id=call_id, contact="")
        registration = self.registrar.register(arrived(asked, FLOW, now), "agent1")
        self.events += registration.events
        return registration.contacts

    def wait_until(self, now: float) -> None:
        for due in self.timers.due(now):
            due.tick(now)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_contact_is_bound_for_as_long_as_it_asks(desk: Desk) -> None:
    assert desk.register(HERE, expires="600") == [f"{HERE};expires=600"]
    assert desk.events == [Registered("agent1", "sip:agent1@10.0.0.2:5070", 600)]
    assert desk.registrar.newest("agent1").flow == FLOW


@pytest.mark.parametrize(
    ("contact", "expires", "granted"),
    [
        (HERE, None, 3600),
        (HERE, "60", 60),
        (HERE, "7200", 3600),
        (HERE, "99999999999", 3600),
        (HERE, "soon", 3600),
        (f"{HERE};expires=120", "600", 120),
    ],
)
def test_how_long_a_binding_lasts(
    desk: Desk, contact: str, expires: str | None, granted: int
) -> None:
    assert desk.register(contact, expires=expires) == [f"{HERE};expires={granted}"]


def test_too_short_a_binding_is_refused_with_the_shortest_allowed(desk: Desk) -> None:
    with pytest.raises(Refusal) as refused:
        desk.register(HERE, expires=str(MIN_EXPIRES - 1))
    assert refused.value.status == 423
    assert refused.value.fields == (("Min-Expires", str(MIN_EXPIRES)),)
    assert not desk.registrar.is_registered("agent1")


def test_it_expires_and_says_so_once(desk: Desk) -> None:
    desk.register(HERE, expires="600")
    desk.wait_until(599.9)
    assert desk.registrar.is_registered("agent1")
    desk.wait_until(600.0)
    assert desk.events[1:] == [Unregistered("agent1")]
    with pytest.raises(NotRegistered):
        desk.registrar.newest("agent1")


def test_a_refresh_moves_the_end(desk: Desk) -> None:
    desk.register(HERE, expires="600")
    desk.register(HERE, expires="600", cseq=2, now=500.0)
    desk.wait_until(1099.0)
    assert desk.registrar.is_registered("agent1")
    desk.wait_until(1100.0)
    assert not desk.registrar.is_registered("agent1")


def test_the_newest_of_several_bindings_is_called_and_each_ends_on_its_own(desk: Desk) -> None:
    desk.register("<sip:a@10.0.0.2>", expires="900")
    contacts = desk.register("<sip:b@10.0.0.3>", expires="600", call_id="r2", now=100.0)
    assert contacts == ["<sip:a@10.0.0.2>;expires=800", "<sip:b@10.0.0.3>;expires=600"]
    assert desk.registrar.newest("agent1").uri == "sip:b@10.0.0.3"
    desk.wait_until(700.0)
    assert desk.registrar.newest("agent1").uri == "sip:a@10.0.0.2"
    desk.register("<sip:a@10.0.0.2>;expires=0", cseq=2, now=800.0)
    assert desk.events[-1] == Unregistered("agent1")


def test_a_star_removes_all_and_only_with_expires_0_and_alone(desk: Desk) -> None:
    desk.register("<sip:a@10.0.0.2>", "<sip:b@10.0.0.3>")
    for contacts, expires in ((("*",), None), (("*",), "60"), (("*", HERE), "0")):
        with pytest.raises(PeerError) as refused:
            desk.register(*contacts, expires=expires, cseq=2)
        assert refused.value.status == 400
    assert desk.register("*", expires="0", cseq=2) == []
    assert desk.events[-1] == Unregistered("agent1")
    assert desk.register("*", expires="0", cseq=3) == []
    assert desk.events.count(Unregistered("agent1")) == 1


def test_no_contact_asks_what_there_is(desk: Desk) -> None:
    desk.register(HERE, expires="600")
    assert desk.register(cseq=2, now=100.0) == [f"{HERE};expires=500"]
    assert len(desk.events) == 1


def test_an_older_register_of_the_same_call_changes_nothing(desk: Desk) -> None:
    desk.register(HERE, cseq=5)
    for contacts in ((HERE,), ("*",)):
        with pytest.raises(PeerError) as refused:
            desk.register(*contacts, expires="0", cseq=5)
        assert refused.value.status == 500
    assert desk.registrar.is_registered("agent1")
    desk.register(HERE, expires="0", cseq=1, call_id="after a restart")
    assert not desk.registrar.is_registered("agent1")


def test_a_request_that_fails_in_part_changes_nothing(desk: Desk) -> None:
    with pytest.raises(Refusal):
        desk.register("<sip:a@10.0.0.2>;expires=600", "<sip:b@10.0.0.3>;expires=1")
    assert not desk.registrar.is_registered("agent1")
    assert desk.events == []


@pytest.mark.parametrize("contact", ["<nonsense>", "<http://10.0.0.2>", '"open <sip:a@b>'])
def test_a_contact_that_cannot_be_called_is_refused(desk: Desk, contact: str) -> None:
    with pytest.raises(PeerError):
        desk.register(contact)


def test_the_same_uri_in_another_spelling_is_the_same_binding(desk: Desk) -> None:
    desk.register("<sip:agent1@PHONE.example:5070>", cseq=1)
    assert len(desk.register("<sip:agent1@phone.EXAMPLE:5070>", cseq=2)) == 1


def test_bindings_of_one_user_are_limited_and_the_oldest_makes_room(desk: Desk) -> None:
    for number in range(MAX_BINDINGS + 5):
        held = desk.register(f"<sip:a@10.0.0.2:{6000 + number}>", call_id=f"r{number}")
    assert len(held) == MAX_BINDINGS
    assert held[0] == "<sip:a@10.0.0.2:6005>;expires=3600"


def test_contacts_in_one_register_are_limited(desk: Desk) -> None:
    with pytest.raises(PeerError):
        desk.register(*(f"<sip:a@10.0.0.2:{6000 + at}>" for at in range(MAX_CONTACTS + 1)))
