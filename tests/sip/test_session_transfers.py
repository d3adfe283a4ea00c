"""We refer a peer: two endpoints, then a stranger that answers as endpoints would not."""

from __future__ import annotations

from random import Random

import pytest

from sip.errors import PeerError
from sip.events import Cause, Ended, ReferProgressed, Referred, SessionId
from sip.message import Request, Response
from sip.replaces import Replaces
from sip.uri import Uri
from tests.sip.pair import Pair
from tests.sip.raw import SDP, request, response
from tests.sip.scene import OURS, Scene, account
from tests.sip.test_reoffer import sides

TARGET = "sip:+39061@10.0.0.1"


def progress(pair: Pair, asker: str) -> list[tuple[int, bool]]:
    ours, _ = sides(pair, asker)
    return [(event.status, event.over) for event in ours.reported(ReferProgressed)]


@pytest.mark.parametrize("asker", ["caller", "callee"])
def test_either_side_refers_the_other_and_hears_how_it_goes(asker: str) -> None:
    pair = Pair().up()
    ours, theirs = sides(pair, asker)
    for round_ in (1, 2):
        pair.do(ours, "refer", TARGET)
        pair.run(0.1)
        (asked,) = theirs.reported(Referred)[round_ - 1 :]
        assert (asked.target, asked.replaces) == (TARGET, None)
        assert Uri.parse((asked.referred_by or "").strip("<>"))
        pair.do(theirs, "accept_refer")
        pair.do(theirs, "notify_refer", 180)
        pair.run(0.1)
        pair.do(theirs, "notify_refer", 200)
        pair.run(40.0)
        assert progress(pair, asker) == [(100, False), (180, False), (200, True)] * round_
    assert pair.ended() == []


def test_a_refused_refer_and_one_that_follows_too_soon_are_over() -> None:
    pair = Pair().up()
    pair.do(pair.caller, "refer", TARGET)
    pair.do(pair.caller, "refer", TARGET)
    pair.run(0.1)
    pair.do(pair.callee, "reject_refer", 603)
    pair.run(40.0)
    assert progress(pair, "caller") == [(491, True), (603, True)]
    assert pair.ended() == []


def test_an_attended_transfer_names_the_other_session_as_its_far_end_knows_it(
    scene: Scene,
) -> None:
    one, two = (in_call(scene, name) for name in ("one", "two"))
    refer = referred(scene, one, two)
    target = Uri.parse(refer.headers.read("Refer-To", str).strip("<>"))
    assert Replaces.parse(dict(target.headers)["Replaces"]).call_id == "two"
    assert Replaces.parse(dict(target.headers)["Replaces"]).to_tag == "f-two"


def test_a_session_that_is_gone_cannot_be_replaced(scene: Scene) -> None:
    one = in_call(scene, "one")
    scene.server.do(scene.endpoint.refer(one, TARGET, SessionId("gone"), now=scene.now))
    assert scene.server.reported(ReferProgressed) == [ReferProgressed(one, 481, over=True)]


def test_a_target_that_is_no_uri_is_our_user_s_mistake(scene: Scene) -> None:
    with pytest.raises(PeerError):
        scene.endpoint.refer(in_call(scene, "one"), "nonsense", now=scene.now)


def test_a_call_that_is_not_up_yet_cannot_be_transferred() -> None:
    pair = Pair()
    pair.call()
    for side in (pair.caller, pair.callee):
        pair.do(side, "refer", TARGET)
        assert [event.status for event in side.reported(ReferProgressed)] == [491]


def test_a_session_that_ends_takes_its_transfer_along(scene: Scene) -> None:
    one = in_call(scene, "one")
    refer = referred(scene, one)
    scene.server.do(scene.endpoint.hang_up(one, scene.now))
    scene.stranger(response(refer, 202, to_tag="f-one"))
    assert scene.statuses(notify(refer, "SIP/2.0 200 OK")) == [481]
    scene.run(60.0)
    assert scene.server.reported(ReferProgressed) == []


# What an endpoint would not do


def in_call(scene: Scene, name: str, *fields: str) -> SessionId:
    """The stranger has called and was answered."""
    scene.answers()
    tags = {"call_id": name, "from_tag": f"f-{name}"}
    sent = scene.stranger(request("INVITE", *fields, branch=name, body=SDP, **tags))  # type: ignore[arg-type]
    tag = sent[-1].to.tag or ""
    scene.stranger(request("ACK", branch=f"a{name}", to_tag=tag, **tags))  # type: ignore[arg-type]
    return scene.incoming().session


def referred(scene: Scene, session: SessionId, replaces: SessionId | None = None) -> Request:
    scene.server.do(scene.endpoint.refer(session, TARGET, replaces, now=scene.now))
    refer = scene.wire.passed[-1].message
    assert isinstance(refer, Request) and refer.method == "REFER"
    return refer


def notify(refer: Request, line: str, *, cseq: int = 2, event: str = "refer") -> bytes:
    return request(
        "NOTIFY",
        f"Event: {event}",
        "Subscription-State: active;expires=60",
        "Content-Type: message/sipfrag",
        branch=f"n{cseq}",
        cseq=cseq,
        call_id=refer.call_id,
        from_tag=refer.to.tag or "",
        to_tag=refer.from_.tag or "",
        body=line,
    )


def test_a_notify_nobody_asked_for_is_refused(scene: Scene) -> None:
    session = in_call(scene, "one")
    refer = referred(scene, session)
    scene.stranger(response(refer, 202, to_tag="f-one"))
    assert scene.statuses(notify(refer, "SIP/2.0 100 Trying", event="refer;id=9")) == [481]
    (bad,) = scene.stranger(notify(refer, "SIP/2.0 100 Trying", cseq=3, event="dialog"))
    assert isinstance(bad, Response)
    assert (bad.status, bad.headers.get("Allow-Events")) == (489, "refer")
    assert scene.statuses(notify(refer, "SIP/2.0 183 On its way", cseq=4)) == [200]
    assert scene.server.reported(ReferProgressed) == [ReferProgressed(session, 183, over=False)]


def test_a_peer_that_falls_silent_is_not_waited_for(scene: Scene) -> None:
    session = in_call(scene, "one")
    refer = referred(scene, session)
    scene.stranger(response(refer, 202, to_tag="f-one"))
    scene.stranger(notify(refer, "SIP/2.0 100 Trying"))
    scene.run(61.0)
    assert scene.server.reported(ReferProgressed)[-1] == ReferProgressed(session, 408, over=True)
    assert scene.server.reported(Ended) == []


def test_a_peer_that_does_not_take_refer_is_not_asked(scene: Scene) -> None:
    session = in_call(scene, "one", "Allow: INVITE, ACK, BYE, CANCEL")
    before = len(scene.wire.passed)
    scene.server.do(scene.endpoint.refer(session, TARGET, now=scene.now))
    assert len(scene.wire.passed) == before
    assert scene.server.reported(ReferProgressed) == [ReferProgressed(session, 405, over=True)]


@pytest.mark.parametrize("status", [408, 481, None])
def test_a_peer_that_has_lost_the_session_is_hung_up(scene: Scene, status: int | None) -> None:
    session = in_call(scene, "one")
    refer = referred(scene, session)
    if status:
        scene.stranger(response(refer, status, to_tag="f-one"))
    scene.run(33.0)
    told = scene.server.reported(ReferProgressed)
    assert told == [ReferProgressed(session, status or 408, over=True)]
    assert scene.server.reported(Ended) == [Ended(session, Cause.TIMEOUT, status)]


def test_a_challenged_refer_is_asked_again_and_known_by_its_new_number() -> None:
    scene = Scene()
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    logins = {"trunk": account("agent1")}
    session, actions = scene.endpoint.invite(
        "agent1", caller="", offer=OURS, logins=logins, now=scene.now
    )
    scene.server.do(actions)
    invite = scene.wire.passed[-1].message
    assert isinstance(invite, Request)
    scene.stranger(response(invite, 200, body=SDP))
    refer = referred(scene, session)
    asks = ("WWW-Authenticate", 'Digest realm="trunk", nonce="n"')
    (again,) = scene.stranger(response(refer, 401, asks, to_tag="t1"))
    assert isinstance(again, Request) and again.method == "REFER"
    named = f"refer;id={again.cseq.number}"
    assert scene.statuses(notify(again, "SIP/2.0 200 OK", event=named)) == [200]
    assert scene.server.reported(ReferProgressed) == [ReferProgressed(session, 200, over=True)]


@pytest.mark.parametrize("seed", range(10))
def test_on_a_bad_wire_every_transfer_ends_once_and_nothing_is_left(seed: int) -> None:
    pair = Pair().up()
    random = Random(seed)
    pair.wire.drop = lambda _: random.random() < 0.3
    pair.do(pair.caller, "refer", TARGET)
    pair.run(4.0)
    if pair.callee.reported(Referred):
        pair.do(pair.callee, "accept_refer")
        pair.run(4.0)
        pair.do(pair.callee, "notify_refer", 486)
    pair.run(250.0)
    over = [over for _, over in progress(pair, "caller")]
    assert sum(over) == 1 or pair.ended()
    pair.do(pair.caller, "hang_up")
    pair.run(200.0)
    assert pair.is_empty and len(pair.ended()) == 2


def test_a_session_that_is_being_hung_up_is_neither_referred_nor_named(scene: Scene) -> None:
    one, two = (in_call(scene, name) for name in ("one", "two"))
    scene.server.do(scene.endpoint.hang_up(two, scene.now))
    scene.server.do(scene.endpoint.refer(one, TARGET, two, now=scene.now))
    scene.server.do(scene.endpoint.refer(two, TARGET, one, now=scene.now))
    scene.server.do(scene.endpoint.refer(two, TARGET, SessionId("gone"), now=scene.now))
    assert scene.server.reported(ReferProgressed) == [ReferProgressed(one, 481, over=True)]
    assert scene.sent("REFER") == []
