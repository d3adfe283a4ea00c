"""The life of a binding: by the registrar alone, and over the wire with its challenge."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.events import Cause, Ended, Event, Registered, Unregistered
from sip.flow import UDP, Flow
from sip.message import Request
from sip.refusal import Refusal
from sip.registrar import MAX_BINDINGS, MAX_CONTACTS, MIN_EXPIRES, NotRegistered, Registrar
from sip.timers import Timers
from tests.rig.virtual_phone import Finished, VirtualPhone
from tests.rig.wire import Wire
from tests.sip.raw import arrived, request
from tests.sip.scene import SERVER, Scene, statuses

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


# Over the wire


def test_a_phone_is_challenged_then_registered_and_can_unregister(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0))
    scene.run(1.0)
    assert scene.wire.names() == ["REGISTER", "401 REGISTER", "REGISTER", "200 REGISTER"]
    assert scene.endpoint.is_registered("agent1")
    scene.phone.do(scene.machine.register(scene.now, expires=0))
    scene.run(60.0)
    assert not scene.endpoint.is_registered("agent1")
    assert [type(event) for event in scene.events()] == [Registered, Unregistered]
    assert scene.is_empty


def test_a_binding_that_is_not_refreshed_expires(scene: Scene) -> None:
    scene.register()
    scene.run(3700.0)
    assert scene.server.events[-1] == (3600.0, Unregistered("agent1"))


def test_registering_survives_loss() -> None:
    for seed in range(20):
        scene = Scene(Wire(seed=seed, loss=0.4, delay=(0.01, 0.2)))
        scene.phone.do(scene.machine.register(0.0))
        scene.run(100.0)
        assert scene.endpoint.is_registered("agent1"), seed
        assert scene.is_empty


@pytest.mark.parametrize(("username", "password"), [("agent1", "wrong"), ("nobody", "secret")])
def test_a_wrong_password_and_an_unknown_user_look_alike(username: str, password: str) -> None:
    scene = Scene()
    scene.machine = VirtualPhone(username, password, SERVER, scene.phone.address)
    scene.phone = scene.wire.attach(scene.machine, scene.phone.address)
    scene.phone.do(scene.machine.register(0.0))
    scene.run(60.0)
    assert statuses(scene, "REGISTER") == [401]
    assert not scene.endpoint.is_registered(username)
    assert scene.is_empty


def test_nobody_registers_for_somebody_else(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0))
    scene.wire.drop = lambda passed: b"Authorization" in passed.data
    scene.run(0.0)
    theirs = scene.wire.passed[-1].data.replace(b"To: <sip:agent1@", b"To: <sip:agent2@")
    scene.wire.inject(theirs, scene.phone.address, SERVER)
    scene.run(0.0)
    assert scene.sent("403 REGISTER")
    assert not scene.endpoint.is_registered("agent2")


def test_too_short_a_binding_is_refused_over_the_wire_too(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0, expires=5))
    scene.run(1.0)
    (refused,) = scene.phone.reported(Finished)
    assert (refused.status, refused.response.headers.get("Min-Expires")) == (423, "60")


def test_a_phone_behind_nat_is_called_by_the_way_its_register_came(scene: Scene) -> None:
    inside = VirtualPhone("agent1", "secret", SERVER, ("192.168.1.5", 5060))
    scene.machine = inside
    scene.phone = scene.wire.attach(inside, ("10.0.0.2", 40001))  # what the NAT makes of it
    scene.register()
    session = scene.call()
    scene.run(0.0)
    invite = scene.wire.passed[-2]
    assert invite.target == ("10.0.0.2", 40001)
    assert isinstance(invite.message, Request)
    assert invite.message.uri == "sip:agent1@192.168.1.5:5060"
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(60.0)
    assert scene.server.reported(Ended)[0].cause is Cause.LOCAL


def test_calling_who_is_not_registered_is_an_error(scene: Scene) -> None:
    with pytest.raises(NotRegistered):
        scene.call()
