"""REGISTER over the wire, with its challenge."""

from __future__ import annotations

import pytest

from sip.actions import Send
from sip.digest import credentials
from sip.events import Cause, Ended, Registered, Throttled, Unregistered
from sip.flow import TCP, Flow
from sip.message import Request, Response, parse
from sip.registrar import JITTER, NotRegistered
from sip.registration import FLOW_SECONDS
from tests.rig.virtual_phone import Finished, VirtualPhone
from tests.rig.wire import Wire
from tests.sip.raw import PEER, STRANGER, request
from tests.sip.scene import SERVER, Scene, statuses


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
    at, event = scene.server.events[-1]
    assert event == Unregistered("agent1")
    assert 3600 - 3600 // JITTER <= at <= 3600


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


def test_a_guesser_is_shut_out_and_the_phone_at_the_same_address_is_not() -> None:
    scene = Scene(max_auth_failures=3, auth_failure_seconds=1000.0)
    scene.register()
    guesser = VirtualPhone("agent2", "guess", SERVER, (scene.phone.address[0], 5099))
    side = scene.wire.attach(guesser, guesser.address)
    for _ in range(6):
        side.do(guesser.register(scene.now))
        scene.run(40.0)
    assert [each.status for each in side.reported(Finished)] == [401] * 3
    assert scene.endpoint.guessers_blocked == 1
    assert len(scene.server.reported(Throttled)) == 1
    scene.register()
    assert statuses(scene, "REGISTER") == [200, 200]


def registered(scene: Scene, contact: str, *fields: tuple[str, str], flow: Flow = PEER) -> Response:
    """What the phone is told when it registers like this."""
    (send,) = scene.machine.register(scene.now, contact=contact)
    assert isinstance(send, Send)
    asked = parse(send.data)
    assert isinstance(asked, Request)
    for name, value in fields:
        asked.headers.add(name, value)
    challenged = answer_to(scene, asked, flow)
    asked.headers.set("CSeq", "9 REGISTER")
    asked.headers.set("Via", str(asked.via).replace("branch=z9hG4bK", "branch=z9hG4bKagain"))
    values = challenged.headers.lines("WWW-Authenticate")
    proof = credentials(values, "agent1", "secret", "REGISTER", asked.uri, cnonce="c")
    asked.headers.set("Authorization", proof)
    return answer_to(scene, asked, flow)


def answer_to(scene: Scene, asked: Request, flow: Flow) -> Response:
    actions = scene.endpoint.receive(asked.encode(), flow, scene.now)
    (answer,) = (parse(each.data) for each in actions if isinstance(each, Send))
    assert isinstance(answer, Response)
    return answer


DEVICE = '<sip:agent1@10.0.0.9:5060>;+sip.instance="<urn:uuid:1>";reg-id=1'


def test_a_phone_that_knows_gruus_gets_one(scene: Scene) -> None:
    answer = registered(scene, DEVICE, ("Supported", "gruu"))
    assert answer.status == 200
    assert 'pub-gruu="sip:agent1@10.0.0.1:5060;gr=urn:uuid:1"' in (
        answer.headers.get("Contact") or ""
    )
    assert "pub-gruu" not in (registered(Scene(), DEVICE).headers.get("Contact") or "")


def test_the_path_is_told_back_and_gone_when_the_phone_is_called(scene: Scene) -> None:
    path = "<sip:10.0.0.9:5060;lr>"
    answer = registered(scene, "<sip:agent1@192.168.7.7>", ("Path", path), ("Require", "path"))
    assert (answer.status, answer.headers.get("Path")) == (200, path)
    assert answer.headers.all("Supported") == ["path", "outbound", "gruu"]
    scene.call()
    invite = scene.wire.passed[-1]
    assert invite.target == STRANGER
    assert isinstance(invite.message, Request)
    assert invite.message.headers.all("Route") == [path]
    assert invite.message.uri == "sip:agent1@192.168.7.7"


def test_a_phone_is_asked_to_keep_a_connection_alive_and_not_a_udp_flow(scene: Scene) -> None:
    outbound, connection = ("Supported", "outbound"), Flow(TCP, *STRANGER, 1)
    assert "Require" not in registered(scene, DEVICE, outbound).headers
    answer = registered(Scene(), DEVICE, outbound, flow=connection)
    assert answer.headers.get("Require") == "outbound"
    assert answer.headers.get("Flow-Timer") == str(FLOW_SECONDS)
    assert "Require" not in registered(Scene(), DEVICE, flow=connection).headers


def test_an_extension_we_do_not_know_is_refused_before_any_challenge(scene: Scene) -> None:
    (answer,) = scene.stranger(request("REGISTER", "Require: pref"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.headers.get("Unsupported")) == (420, "pref")
