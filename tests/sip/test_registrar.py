"""The life of a binding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from sip.errors import PeerError
from sip.events import Event, Registered, Unregistered
from sip.flow import TCP, UDP, Flow
from sip.refusal import Refusal
from sip.registrar import JITTER, MAX_BINDINGS, NotRegistered, Registrar
from sip.timers import Timers
from sip.wish import MAX_CONTACTS, MIN_EXPIRES
from tests.sip.raw import arrived, request

FLOW = Flow(UDP, "10.0.0.2", 5070)
HERE = "<sip:agent1@10.0.0.2:5070>"


class Desk:
    """A registrar, its clock, and what it reported."""

    def __init__(self, draw: Callable[[int], int] | None = None) -> None:
        self.events: list[Event] = []
        self.timers = Timers()
        self.registrar = Registrar(self.timers, self.events.append, 3600, draw or (lambda below: 0))

    def register(
        self,
        *contacts: str,
        expires: str | None = None,
        cseq: int = 1,
        call_id: str = "r1",
        now: float = 0.0,
        flow: Flow = FLOW,
        more: Sequence[str] = (),
    ) -> list[str]:
        """The values of Contact that its 200 would have."""
        fields = [*(f"Contact: {contact}" for contact in contacts), *more]
        fields += [] if expires is None else [f"Expires: {expires}"]
        asked = request("REGISTER", *fields, cseq=cseq, call_id=call_id, contact="")
        granted = self.registrar.register(arrived(asked, flow, now), "agent1")
        self.events += granted.events
        return [binding.written("", now) for binding in granted.bindings]

    def wait_until(self, now: float) -> None:
        for due in self.timers.due(now):
            due.tick(now)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_contact_is_bound_for_as_long_as_it_asks(desk: Desk) -> None:
    assert desk.register(HERE, expires="600") == [f"{HERE};expires=600"]
    assert desk.events == [Registered("agent1", "sip:agent1@10.0.0.2:5070", 600)]
    assert desk.registrar.bindings("agent1")[0].flow == FLOW


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
        desk.registrar.bindings("agent1")[0]


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
    assert desk.registrar.bindings("agent1")[0].uri == "sip:b@10.0.0.3"
    desk.wait_until(700.0)
    assert desk.registrar.bindings("agent1")[0].uri == "sip:a@10.0.0.2"
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


def test_the_highest_q_is_called_first_then_the_one_refreshed_last(desk: Desk) -> None:
    for at, params in enumerate((";q=0.5", "", ";q=0.9", ";q=nonsense", ";q=1.0", ";q=2")):
        desk.register(f"<sip:a@10.0.0.{at}>{params}", call_id=f"r{at}")
    hosts = [each.uri[-1] for each in desk.registrar.bindings("agent1")]
    assert hosts == ["5", "4", "3", "1", "2", "0"]
    assert desk.register("<sip:a@10.0.0.1>;q=0.333", cseq=2, call_id="r1")[-1].endswith(";q=0.333")


def test_a_long_binding_ends_somewhat_sooner_at_random_and_a_short_one_never_too_soon() -> None:
    desk = Desk(draw=lambda below: below - 1)
    assert desk.register(HERE, expires="3600") == [f"{HERE};expires={3600 - 3600 // JITTER}"]
    assert desk.register(HERE, expires="60", cseq=2) == [f"{HERE};expires=60"]
    assert desk.register(HERE, expires="61", cseq=3) == [f"{HERE};expires=60"]


def test_a_proxy_on_the_way_is_the_way_back(desk: Desk) -> None:
    proxies = ("Path: <sip:10.0.0.8;lr>, <sip:10.0.0.7;lr>",)
    far = Flow(UDP, "10.0.0.8", 5060)
    desk.register(HERE, flow=far, more=proxies)
    binding = desk.registrar.bindings("agent1")[0]
    assert binding.path == ("<sip:10.0.0.8;lr>", "<sip:10.0.0.7;lr>")
    assert not binding.behind_nat


@pytest.mark.parametrize("path", ["nonsense", "<sip:@>", ", ".join(["<sip:h;lr>"] * 9)])
def test_a_path_that_cannot_be_gone_back_is_refused(desk: Desk, path: str) -> None:
    with pytest.raises(PeerError):
        desk.register(HERE, more=(f"Path: {path}",))
    assert not desk.registrar.is_registered("agent1")


PHONE = '+sip.instance="<urn:uuid:0001>"'


def test_a_device_that_comes_from_elsewhere_takes_the_place_of_itself(desk: Desk) -> None:
    desk.register(f"<sip:a@10.0.0.2:1>;{PHONE}")
    again = desk.register(f"<sip:a@10.0.0.2:2>;{PHONE}", call_id="after a restart")
    assert again == [f"<sip:a@10.0.0.2:2>;expires=3600;{PHONE}"]
    other = desk.register('<sip:a@10.0.0.3>;+sip.instance="<urn:uuid:0002>"', call_id="r2")
    assert len(other) == 2
    found = desk.registrar.bindings("agent1", "urn:uuid:0001")
    assert [each.uri for each in found] == ["sip:a@10.0.0.2:2"]
    with pytest.raises(NotRegistered):
        desk.registrar.bindings("agent1", "urn:uuid:0003")


def flow_number(number: int) -> str:
    return f"<sip:a@10.0.0.2:5070>;reg-id={number};{PHONE}"


def test_each_flow_of_a_device_is_a_binding_of_its_own(desk: Desk) -> None:
    outbound = ("Supported: path, outbound",)
    one, two = (Flow(TCP, "10.0.0.2", 40000 + number, number) for number in (1, 2))
    desk.register(flow_number(1), flow=one, more=outbound)
    both = desk.register(flow_number(2), flow=two, more=outbound, call_id="r2")
    assert [each.partition(";reg-id=")[2][0] for each in both] == ["1", "2"]
    anew = Flow(TCP, "10.0.0.2", 40003, 3)
    desk.register(flow_number(1), flow=anew, more=outbound, call_id="r3")
    found = desk.registrar.bindings("agent1")
    assert [(each.reg_id, each.flow) for each in found] == [(1, anew), (2, two)]
    assert all(each.behind_nat for each in found)  # by its flow and no other way


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ((), False),
        (("Supported: outbound", "Path: <sip:10.0.0.8;lr;ob>"), True),
        (("Supported: outbound", "Path: <sip:10.0.0.8;lr>"), False),
    ],
)
def test_a_flow_counts_where_phone_and_first_hop_keep_it_alive(
    desk: Desk, more: Sequence[str], counts: bool
) -> None:
    desk.register(flow_number(1), more=more)
    assert bool(desk.registrar.bindings("agent1")[0].reg_id) == counts


def test_one_register_makes_one_flow(desk: Desk) -> None:
    with pytest.raises(PeerError):
        desk.register(flow_number(1), flow_number(2), more=("Supported: outbound",))


def test_a_contact_inside_a_private_network_is_reached_by_the_way_out_of_it(desk: Desk) -> None:
    public = Flow(UDP, "8.8.4.4", 5070)
    via = "SIP/2.0/UDP 8.8.4.4:5070;rport"
    for contact, nat in (("<sip:a@192.168.1.2>", True), ("<sip:a@8.8.4.4:5070>", False)):
        asked = request("REGISTER", via=via, contact=contact, call_id=contact)
        desk.registrar.register(arrived(asked, public), "agent1")
        assert desk.registrar.bindings("agent1")[0].behind_nat == nat
    named = request("REGISTER", via=via, contact="<sip:a@phone.example>", call_id="r9")
    desk.registrar.register(arrived(named, public), "agent1")
    assert not desk.registrar.bindings("agent1")[0].behind_nat


def test_what_has_changed_is_told_once(desk: Desk) -> None:
    assert desk.registrar.changed() == {}
    desk.register(HERE, expires="600")
    (held,) = desk.registrar.changed()["agent1"]
    assert held.uri == "sip:agent1@10.0.0.2:5070"
    assert desk.registrar.changed() == {}
    desk.register(cseq=2)
    assert desk.registrar.changed() == {}
    desk.wait_until(600.0)
    assert desk.registrar.changed() == {"agent1": ()}


def test_what_was_there_before_a_restart_is_there_again(desk: Desk) -> None:
    desk.register(HERE, expires="600")
    after = Desk()
    held = [replace(each, expires_at=100.0) for each in desk.registrar.bindings("agent1")]
    after.registrar.restore("agent1", held, now=0.0)
    assert after.events == [Registered("agent1", "sip:agent1@10.0.0.2:5070", 100)]
    after.wait_until(100.0)
    assert after.events[1:] == [Unregistered("agent1")]


def test_the_connections_that_phones_are_registered_by_are_known() -> None:
    desk = Desk()
    desk.register(HERE)
    assert desk.registrar.connections() == set()
    desk.register(HERE, cseq=2, flow=Flow(TCP, "10.0.0.2", 5070, connection=7))
    assert desk.registrar.connections() == {7}
    desk.wait_until(3600.0)
    assert desk.registrar.connections() == set()


def test_it_is_known_where_phones_are_until_they_are_gone(desk: Desk) -> None:
    desk.register(HERE, expires="600")
    assert desk.registrar.has_phone_at(FLOW)
    assert not desk.registrar.has_phone_at(FLOW._replace(port=5071))
    desk.wait_until(600.0)
    assert not desk.registrar.has_phone_at(FLOW)


def test_a_proxy_is_no_phone(desk: Desk) -> None:
    desk.register(HERE, more=("Path: <sip:10.0.0.2:5070;lr>", "Supported: path"))
    assert desk.registrar.is_registered("agent1")
    assert not desk.registrar.has_phone_at(FLOW)


def test_a_phone_that_only_its_connection_led_to_is_gone_with_it(desk: Desk) -> None:
    connection = Flow(TCP, "10.0.0.2", 40001, 7)
    desk.register("<sip:agent1@10.0.0.2:40001;transport=tcp>", flow=connection)
    desk.register(HERE, call_id="r2")
    desk.registrar.closed(connection, 1.0)
    assert [each.flow for each in desk.registrar.bindings("agent1")] == [FLOW]
    assert "agent1" in desk.registrar.changed()
    assert Unregistered("agent1") not in desk.events


def test_the_last_one_to_go_takes_its_user_along(desk: Desk) -> None:
    connection = Flow(TCP, "10.0.0.2", 40001, 7)
    desk.register("<sip:agent1@10.0.0.2:40001;transport=tcp>", flow=connection)
    desk.registrar.closed(connection._replace(connection=8), 1.0)
    assert desk.registrar.is_registered("agent1")
    desk.registrar.closed(connection, 1.0)
    assert desk.events[-1] == Unregistered("agent1")
    assert not desk.registrar.has_phone_at(connection)
    desk.registrar.closed(connection, 2.0)
    desk.wait_until(4000.0)
    assert desk.events.count(Unregistered("agent1")) == 1


def test_a_phone_that_listens_may_close_its_connection(desk: Desk) -> None:
    connection = Flow(TCP, "10.0.0.9", 40001, 7)
    desk.register("<sip:agent1@10.0.0.9:5070;transport=tcp>", flow=connection)
    desk.registrar.closed(connection, 1.0)
    assert desk.registrar.is_registered("agent1")


def test_a_phone_that_does_not_answer_is_gone_and_others_of_its_user_stay(desk: Desk) -> None:
    desk.register(HERE)
    desk.register("<sip:agent1@10.0.0.9>", call_id="r2")
    desk.registrar.gone("agent1", "sip:agent1@10.0.0.2:5070", FLOW, 5.0)
    (left,) = desk.registrar.bindings("agent1")
    assert left.uri == "sip:agent1@10.0.0.9"
    desk.registrar.gone("agent1", left.uri, left.flow, 6.0)
    assert desk.events[-1] == Unregistered("agent1")
    desk.registrar.gone("nobody", left.uri, left.flow, 7.0)


def test_whoever_wants_to_know_is_told_what_a_user_holds() -> None:
    told: list[tuple[str, int, float]] = []
    registrar = Registrar(
        Timers(),
        lambda event: None,
        3600,
        lambda below: 0,
        lambda username, held, now: told.append((username, len(held), now)),
    )
    asked = request("REGISTER", f"Contact: {HERE}", contact="")
    registrar.register(arrived(asked, FLOW, 1.0), "agent1")
    registrar.gone("agent1", "sip:agent1@10.0.0.2:5070", FLOW, 2.0)
    assert told == [("agent1", 1, 1.0), ("agent1", 0, 2.0)]
