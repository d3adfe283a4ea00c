"""The whole endpoint on a bad wire, under a flood, and against what no phone would say."""

from __future__ import annotations

import gc
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.actions import Alias, Report, Send
from sip.client_transaction import ClientTransaction
from sip.events import Ended, Event, InviteReceived, Registered, SessionId
from sip.flow import UDP, Flow
from sip.server_transactions import ServerTransaction
from sip.session import Session
from sip.transaction import TIMEOUT
from tests.rig.virtual_phone import Finished, HungUp
from tests.rig.wire import Wire
from tests.sip import torture
from tests.sip.pair import Pair
from tests.sip.raw import PEER, SDP, request
from tests.sip.scene import OURS, PHONE, THEIRS, Scene

CALLS = 30  # of each kind, every one on another wire


def bad_wire(seed: int) -> Wire:
    """Loses 30 % each way and reorders what it does not lose."""
    return Wire(seed=seed, loss=0.3, delay=(0.01, 0.4))


@pytest.mark.parametrize("seed", range(CALLS))
def test_a_call_to_us_completes_at_30_percent_loss_and_leaves_nothing(seed: int) -> None:
    scene = Scene(bad_wire(seed))
    scene.answers()
    scene.dial()
    scene.run(35.0)
    assert scene.phone.reported(Finished)[0].status == 200
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(200.0)
    assert len(scene.server.reported(Ended)) == 1
    assert scene.is_empty


@pytest.mark.parametrize("seed", range(CALLS))
def test_a_call_of_ours_completes_at_30_percent_loss_and_leaves_nothing(seed: int) -> None:
    scene = Scene(bad_wire(seed))
    scene.phone.do(scene.machine.register(0.0))
    scene.run(40.0)
    session = scene.call()
    scene.run(20.0)
    scene.phone.do(scene.machine.answer(THEIRS, scene.now))
    scene.run(35.0)
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(200.0)
    assert scene.phone.reported(HungUp) == [HungUp("BYE")]
    assert len(scene.server.reported(Ended)) == 1
    assert scene.is_empty


@pytest.mark.parametrize("seed", range(CALLS))
def test_calls_cancelled_at_any_moment_at_30_percent_loss_leave_nothing(seed: int) -> None:
    scene = Scene(bad_wire(seed))
    scene.answers()
    scene.dial()
    scene.run(Random(seed).uniform(0.0, 2.0))
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(300.0)
    assert len(scene.server.reported(Ended)) == len(scene.server.reported(InviteReceived))
    assert scene.is_empty


# What is not SIP, or hardly


def every_torture() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in dir(torture):
        value = getattr(torture, name)
        if isinstance(value, dict):
            found |= {key: data for key, data in value.items() if isinstance(data, bytes)}
    return found


TORTURES = every_torture()


@pytest.mark.parametrize("data", TORTURES.values(), ids=TORTURES.keys())
def test_torture_is_answered_by_the_rules_or_not_at_all(data: bytes) -> None:
    scene = Scene()
    for action in scene.endpoint.receive(data, PEER, 0.0):
        if isinstance(action, Send):
            assert action.data.startswith(b"SIP/2.0 ")
    scene.run(400.0)
    assert scene.is_empty


def test_there_is_something_to_be_tortured_with() -> None:
    assert len(TORTURES) > 20


def test_mutations_of_all_we_understand_never_raise() -> None:
    random, scene = Random(7), Scene()
    scene.answers()
    seeds = [*TORTURES.values(), *(request(method, body=SDP) for method in ("INVITE", "BYE"))]
    seeds += [request("REGISTER", "Expires: 60"), b"SIP/2.0 200 OK\r\n" + request("BYE")]
    for number in range(3000):
        data = bytearray(random.choice(seeds))
        for _ in range(random.randint(1, 8)):
            at = random.randint(0, len(data))
            data[at : at + random.randint(0, 3)] = random.randbytes(random.randint(0, 3))
        scene.server.do(scene.endpoint.receive(bytes(data), PEER, number * 0.01))
    scene.run(2000.0)
    assert scene.is_empty


@given(st.binary(max_size=400))
def test_any_octets_never_raise_and_are_not_answered(data: bytes) -> None:
    assert Scene().endpoint.receive(data, PEER, 0.0) == []


def test_keepalives_are_no_messages() -> None:
    scene = Scene()
    for data in (b"", b"\r\n", b"\r\n\r\n", b"\0\0\0\0"):
        assert scene.endpoint.receive(data, PEER, 0.0) == []
    assert scene.endpoint.malformed == 0
    scene.endpoint.receive(b"hello", PEER, 0.0)
    assert scene.endpoint.malformed == 1


def test_a_message_beyond_the_limit_is_dropped() -> None:
    scene = Scene(max_message_bytes=2048)
    assert scene.statuses(request("OPTIONS", f"X: {'x' * 1000}")) == [200]
    assert scene.statuses(request("OPTIONS", f"X: {'x' * 2000}", branch="b2")) == []


# Limits


def test_a_flood_of_calls_gets_503_and_nothing_grows() -> None:
    scene = Scene(max_sessions=50, max_transactions=400)
    statuses = []
    for number in range(2000):
        name = f"flood{number}"
        statuses += scene.statuses(request("INVITE", branch=name, call_id=name, body=SDP))
    assert statuses.count(100) == 50
    assert statuses.count(503) == 1950
    assert scene.endpoint.sessions_open == scene.endpoint.transactions_open == 50


def test_a_flood_of_short_calls_fills_the_transactions_and_calls_that_are_up_still_end() -> None:
    scene = Scene(max_sessions=1000, max_transactions=80)
    scene.answers()
    scene.dial()
    scene.run(0.0)
    scene.server.react = lambda event: reject(scene, event)
    statuses = []
    for number in range(500):
        name = f"flood{number}"
        statuses += scene.statuses(request("INVITE", branch=name, call_id=name, body=SDP))
    assert statuses.count(503) > 400
    assert scene.endpoint.transactions_open == 70
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(0.0)
    assert scene.sent("200 BYE")


def reject(scene: Scene, event: Event) -> None:
    if isinstance(event, InviteReceived):
        scene.server.do(scene.endpoint.reject(event.session, 404, now=scene.now))


@pytest.mark.parametrize("method", ["REGISTER", "OPTIONS", "SUBSCRIBE", "BYE", "CANCEL", "ACK"])
def test_a_flood_of_anything_unproven_costs_no_memory(method: str) -> None:
    scene = Scene()
    for number in range(300):
        data = request(method, branch=f"b{number}", call_id=f"c{number}")
        scene.endpoint.receive(data, PEER, 0.0)
    assert scene.is_empty
    assert scene.endpoint.deadline == float("inf")


def test_memory_does_not_grow_with_the_calls_that_were() -> None:
    scene = Scene()
    for turn in range(3):
        for number in range(50):
            one_short_call(scene, f"{turn}-{number}")
        scene.run(400.0)
        scene.wire.passed.clear()
        scene.server.events.clear()
        gc.collect()
        objects = len(gc.get_objects())
        if turn == 1:
            before = objects
    assert objects - before < 200


def one_short_call(scene: Scene, name: str) -> None:
    scene.stranger(request("INVITE", branch=name, call_id=name, body=SDP))
    scene.server.do(scene.endpoint.hang_up(scene.incoming().session, scene.now))


PARTS = (Session, ClientTransaction, ServerTransaction)


def parts_of_calls(kinds: tuple[type, ...] = PARTS) -> set[int]:
    """Those that this process holds, be it in reports of tests that failed."""
    return {id(each) for each in gc.get_objects() if isinstance(each, kinds)}


def test_what_is_over_is_freed_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    before = parts_of_calls()
    try:
        scene = Scene()
        scene.register()
        scene.answers()
        scene.dial()
        scene.run(1.0)
        scene.phone.do(scene.machine.hang_up(scene.now))
        scene.run(1.0)
        session = scene.call()
        scene.run(1.0)
        scene.phone.do(scene.machine.answer(THEIRS, scene.now))
        scene.run(1.0)
        scene.server.do(scene.endpoint.hang_up(session, scene.now))
        scene.run(200.0)
        assert parts_of_calls() <= before
    finally:
        gc.enable()


def test_a_call_that_came_in_is_freed_at_its_end_though_copies_may_come_for_32_seconds() -> None:
    gc.collect()
    scene, before = Scene(), parts_of_calls((Session,))
    scene.answers()
    scene.dial()
    scene.run(1.0)
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(1.0)
    assert parts_of_calls((Session,)) <= before
    assert scene.endpoint.transactions_open == 2


def test_commands_for_a_session_nobody_knows_are_ignored() -> None:
    scene = Scene()
    nobody = SessionId("nobody")
    assert scene.endpoint.answer(nobody, OURS, 0.0) == []
    assert scene.endpoint.hang_up(nobody, 0.0) == []


def test_every_id_comes_from_the_token_source() -> None:
    seen = []
    for _ in range(2):
        scene = Scene()
        scene.answers()
        scene.register()
        scene.call()
        scene.dial()
        scene.run(1.0)
        seen.append([passed.data for passed in scene.wire.passed])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_only_over_tls_may_a_peer_take_requests_by_its_connection(transport: str) -> None:
    flow = Flow(transport, "10.0.0.9", 40000, connection=7)
    via = f"SIP/2.0/{transport} 10.0.0.9;alias"
    actions = Scene().endpoint.receive(request("OPTIONS", via=via), flow, 0.0)
    aliases = [each for each in actions if isinstance(each, Alias)]
    assert aliases == ([Alias(flow, 5061)] if transport == "TLS" else [])


def test_an_event_is_reported_after_what_was_sent_for_it() -> None:
    scene = Scene()
    scene.phone.do(scene.machine.register(0.0))
    scene.wire.drop = lambda passed: b"Authorization" in passed.data
    scene.run(0.0)
    proven = scene.wire.passed[-1].data
    actions = scene.endpoint.receive(proven, Flow(UDP, *PHONE), 0.0)
    assert [type(action) for action in actions] == [Send, Report]


def test_registrations_outlive_the_endpoint(scene: Scene) -> None:
    scene.register()
    changed = scene.endpoint.changed_bindings(scene.now)
    assert list(changed) == ["agent1"]
    assert scene.endpoint.changed_bindings(scene.now) == {}
    kept = [
        replace(each, username=name) for name in ("agent1", "left") for each in changed["agent1"]
    ]
    after = Scene()
    after.server.do(after.endpoint.restore_bindings(kept, after.now))
    assert [event.username for event in after.server.reported(Registered)] == ["agent1"]
    after.call()
    assert after.wire.passed[-1].target == after.phone.address
    after.server.do(after.endpoint.restore_bindings(kept, after.now))
    assert len(after.server.reported(Registered)) == 1


def test_calls_leave_not_one_object_behind() -> None:
    pair = Pair()
    # The first calls fill what remembers the values that were read last.
    settled = [objects_after(pair, calls) for calls in (500, 50, 50)]
    assert pair.is_empty
    assert settled[-1] == settled[-2], settled


def objects_after(pair: Pair, calls: int) -> int:
    """What there is in all once they are over, and nobody remembers them but the endpoints."""
    for _ in range(calls):
        pair.up().do(pair.caller, "hang_up")
    pair.run(TIMEOUT + 1)
    for side in (pair.caller, pair.callee):
        side.events.clear()
    pair.wire.passed.clear()
    gc.collect()
    return len(gc.get_objects())
