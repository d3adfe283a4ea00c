"""Calls to any URI: where they go, as whom, and how long they wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sip.actions import Action
from sip.binding import Binding
from sip.callee import Callee
from sip.dialog import UNKNOWN
from sip.errors import PeerError
from sip.events import Answered, Cause, Ended, SessionId
from sip.flow import TCP, UDP, Flow, Here
from sip.headers import NameAddr
from sip.message import Request
from sip.next_hop import Destination
from sip.outside import Unlocated
from tests.rig.virtual_phone import Called
from tests.sip.scene import OURS, PHONE, SERVER, THEIRS, Scene, causes

US = NameAddr("Support", "sip:+15550100@10.0.0.1")
CARRIER = f"sip:+15550199@{PHONE[0]}:{PHONE[1]}"
NOWHERE = "sip:+15550199@10.9.9.9"


def calling(scene: Scene, uri: str = CARRIER, **options: Any) -> SessionId:
    invite: Callable[..., tuple[SessionId, list[Action]]] = scene.endpoint.invite_uri
    session, actions = invite(uri, from_uri=US.uri, offer=OURS, now=scene.now, **options)
    scene.server.do(actions)
    return session


def first_invite(scene: Scene) -> Request:
    message = next(passed.message for passed in scene.wire.passed if passed.name == "INVITE")
    assert isinstance(message, Request)
    return message


def test_a_phone_is_called_at_its_contact_by_the_flow_it_registered_from() -> None:
    flow = Flow(UDP, "10.0.0.2", 40000)
    binding = Binding("sip:agent1@192.168.0.7", flow, True, "r1", 1, 3600.0)
    phone = Callee.phone("agent1", binding, "Customer", None, Here("10.0.0.1", 5060))
    dialog = phone.dialog("call-1", "ours", UNKNOWN)
    assert (dialog.target, dialog.hops()) == ("sip:agent1@192.168.0.7", (flow,))
    assert dialog.local == '"Customer" <sip:10.0.0.1:5060>;tag=ours'
    assert dialog.remote == "<sip:agent1@10.0.0.1:5060>"


def test_a_phone_that_registered_over_proxies_is_called_by_way_of_them() -> None:
    path = ("<sip:10.0.0.7;lr>", "<sip:10.0.0.8;lr>")
    flow = Flow(UDP, "10.0.0.7", 5060)
    binding = Binding("sip:agent1@192.168.0.7", flow, False, "r1", 1, 3600.0, path=path)
    phone = Callee.phone("agent1", binding, "Customer", None, Here("10.0.0.1", 5060))
    dialog = phone.dialog("call-1", "ours", UNKNOWN)
    assert dialog.hops() == (flow,)
    request = dialog.request("INVITE", Here("10.0.0.1", 5060))
    assert request.uri == "sip:agent1@192.168.0.7"
    assert request.headers.all("Route") == list(path)


def test_a_uri_is_called_where_it_says_or_by_the_first_route() -> None:
    direct = Callee.anywhere("sip:1@10.0.0.2:5070", US)
    routed = Callee.anywhere(
        "sip:1@carrier.example", US, ("<sip:10.0.0.7;transport=tcp;lr>", "<sip:10.0.0.8;lr>")
    )
    assert direct.hop == Flow(UDP, "10.0.0.2", 5070)
    assert routed.hop == Flow(TCP, "10.0.0.7", 5060)
    request = routed.dialog("call-1", "ours", UNKNOWN).request("INVITE", Here("10.0.0.1", 5060))
    assert request.uri == "sip:1@carrier.example"
    assert request.headers.all("Route") == list(routed.routes)


def test_a_name_is_called_where_it_will_be_found() -> None:
    named = Callee.anywhere("sips:1@carrier.example", US)
    assert named.hop == Destination("carrier.example", secure=True)
    dialog = named.dialog("call-1", "ours", UNKNOWN)
    assert (dialog.flow, dialog.hops()) == (None, (named.hop,))


def test_a_uri_that_leads_nowhere_or_a_broken_route_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Unlocated):
        Callee.anywhere("tel:1", US)
    with pytest.raises(PeerError):
        Callee.anywhere("sip:1@10.0.0.2", US, ("<>",))
    scene = Scene()
    with pytest.raises(Unlocated):
        calling(scene, "sip:1@carrier.example;transport=sctp")
    assert scene.is_empty


def test_a_call_to_a_uri_is_answered_and_hung_up_like_any_other() -> None:
    scene = Scene()
    session = calling(scene, from_display="Support", extra_headers=(("Max-Forwards", "41"),))
    scene.run(1.0)
    (called,) = scene.phone.reported(Called)
    assert called.offer == OURS.encode().decode()
    invite = first_invite(scene)
    assert (invite.uri, invite.to.uri, invite.max_forwards) == (CARRIER, CARRIER, 41)
    assert (invite.from_.display, invite.from_.uri) == ("Support", US.uri)
    scene.phone.do(scene.machine.answer(THEIRS, scene.now))
    scene.run(1.0)
    assert [each.session for each in scene.server.reported(Answered)] == [session]
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(40.0)
    assert scene.is_empty
    assert causes(scene) == [Cause.LOCAL]


def test_one_who_shows_no_sign_of_life_is_lost_when_patience_ends() -> None:
    scene = Scene()
    session = calling(scene, NOWHERE, patience=4.0)
    scene.run(3.9)
    assert causes(scene) == []
    scene.run(0.2)
    assert scene.server.reported(Ended) == [Ended(session, Cause.TIMEOUT)]
    assert scene.is_empty
    assert SERVER[0] in first_invite(scene).headers.lines("Via")[0]


def test_one_who_rings_may_take_longer() -> None:
    scene = Scene()
    calling(scene, patience=4.0)
    scene.run(0.1)
    scene.phone.do(scene.machine.ring())
    scene.run(100.0)
    assert causes(scene) == []


def test_a_call_without_routes_goes_by_the_outbound_proxies_and_is_theirs_to_pass_on() -> None:
    proxies = (f"sip:{PHONE[0]}:{PHONE[1]}", "sip:10.0.0.8;lr")
    scene = Scene(outbound_proxies=proxies)
    calling(scene, NOWHERE)
    scene.run(1.0)
    invite = first_invite(scene)
    assert invite.uri == NOWHERE
    assert invite.headers.all("Route") == [f"<{proxies[0]};lr>", f"<{proxies[1]}>"]
    other = Scene(outbound_proxies=("sip:10.9.9.9",))
    route = f"<sip:{PHONE[0]}:{PHONE[1]};lr>"
    calling(other, NOWHERE, routes=(route,))
    other.run(1.0)
    assert first_invite(other).headers.all("Route") == [route]
