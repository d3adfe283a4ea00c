"""Being behind, and what is then put off."""

from __future__ import annotations

import pytest

from sip.events import Cause, Ended, InviteReceived, Reoffered
from sip.message import Response
from sip.overload import RETRY_SECONDS, RETRY_SPREAD, Overload
from sip.refusal import Refusal
from tests.sip.raw import SDP, request
from tests.sip.scene import THEIRS, Scene, causes


def behind(overload: Overload, now: float) -> None:
    """Messages will have waited for two seconds."""
    overload.queued("udp", 2.0, now)


def test_messages_that_were_lost_are_a_sign_too() -> None:
    overload = Overload(0.5)
    overload.lost("udp", 10.0)
    assert overload.is_behind(10.9)
    assert not overload.is_behind(11.0)


def test_a_queue_that_is_emptied_is_behind_no_more() -> None:
    overload = Overload(0.5)
    overload.queued("udp", 0.4, 10.0)
    assert not overload.is_behind(10.0)
    overload.queued("udp", 2.0, 10.0)
    overload.emptied("another")
    assert overload.is_behind(11.9)
    overload.emptied("udp")
    assert not overload.is_behind(10.1)


def test_who_comes_late_is_behind_for_as_long_and_not_for_ever() -> None:
    overload = Overload(0.5)
    overload.came_late(0.4, 10.0)
    assert not overload.is_behind(10.0)
    overload.came_late(2.0, 10.0)
    assert overload.is_behind(11.9)
    assert not overload.is_behind(12.0)
    overload.came_late(3600.0, 20.0)  # the machine slept
    assert not overload.is_behind(20.0 + RETRY_SECONDS)


def test_those_put_off_come_back_at_different_times() -> None:
    overload = Overload(0.5)
    overload.check(0.0, lambda below: 0)
    behind(overload, 1.0)
    waits = set()
    for chance in range(RETRY_SPREAD):
        with pytest.raises(Refusal) as refused:
            overload.check(1.0, lambda below, chance=chance: chance)  # type: ignore[misc]
        assert refused.value.status == 503
        waits.add(int(dict(refused.value.fields)["Retry-After"]))
    assert waits == set(range(RETRY_SECONDS, RETRY_SECONDS + RETRY_SPREAD))
    assert overload.refused == RETRY_SPREAD


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "OPTIONS"])
def test_what_begins_something_new_is_put_off_and_leaves_nothing(method: str) -> None:
    scene = Scene()
    behind(scene.endpoint.overload, scene.now)
    (response,) = scene.stranger(request(method, body=SDP if method == "INVITE" else ""))
    assert isinstance(response, Response)
    assert response.status == 503
    assert int(response.headers.get("Retry-After") or "") >= RETRY_SECONDS
    assert scene.is_empty
    scene.endpoint.overload.emptied("udp")
    assert 503 not in scene.statuses(request(method, body=SDP if method == "INVITE" else ""))


def test_what_has_begun_goes_on() -> None:
    scene = Scene()
    data = request("INVITE", body=SDP)
    assert scene.statuses(data) == [100]
    (event,) = scene.server.reported(InviteReceived)
    behind(scene.endpoint.overload, scene.now)
    assert scene.statuses(data) == [100]  # a copy
    assert scene.statuses(request("CANCEL")) == [200, 487]
    assert [each.session for each in scene.server.reported(Ended)] == [event.session]


def test_a_call_that_is_up_is_held_and_hung_up_as_ever() -> None:
    scene = Scene()
    scene.answers()
    scene.dial()
    scene.run(1.0)
    behind(scene.endpoint.overload, scene.now)
    scene.phone.do(scene.machine.reinvite(THEIRS.replace("sendrecv", "sendonly"), scene.now))
    scene.run(1.0)
    assert len(scene.server.reported(Reoffered)) == 1
    behind(scene.endpoint.overload, scene.now)
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(40.0)
    assert causes(scene) == [Cause.REMOTE_BYE]
    assert scene.is_empty
