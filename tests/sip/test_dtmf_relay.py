from __future__ import annotations

import pytest

from sip.dtmf_relay import USUAL_MS, Key, key_in
from sip.errors import PeerError
from sip.events import DigitReceived
from sip.message import Request, Response, parse
from tests.sip.raw import SDP, request
from tests.sip.scene import Scene

TYPE = "Content-Type: application/dtmf-relay"


def pressed(body: str, kind: str = TYPE) -> Key | None:
    info = parse(request("INFO", kind, body=body))
    assert isinstance(info, Request)
    return key_in(info)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("Signal=5\r\nDuration=160\r\n", Key("5", 160)),
        ("Signal= 5\nDuration= 160", Key("5", 160)),
        ("duration=1\r\nSIGNAL=#", Key("#", 1)),
        ("Signal=*", Key("*", USUAL_MS)),
        ("Signal=d", Key("D", USUAL_MS)),
        ("Signal=11\r\nVolume=10", Key("#", USUAL_MS)),
    ],
)
def test_a_key_is_read_as_phones_write_it(body: str, key: Key) -> None:
    assert pressed(body) == key


@pytest.mark.parametrize(
    "body",
    [
        *("x", "Signal=", "Signal=E", "Signal=16", "Duration=5", "Signal=²"),
        *("Signal=5\nDuration=-1", "Signal=5\nDuration=99999", "Signal=5\nDuration=²"),
    ],
)
def test_what_is_no_key_is_refused(body: str) -> None:
    with pytest.raises(PeerError) as refused:
        pressed(body)
    assert refused.value.status == 400


@pytest.mark.parametrize(("body", "digit"), [("5", "5"), ("#\r\n", "#"), ("a", "A"), ("10", "*")])
def test_a_digit_may_stand_alone(body: str, digit: str) -> None:
    assert pressed(body, "Content-Type: application/dtmf") == Key(digit, USUAL_MS)


@pytest.mark.parametrize("body", ["55", "Signal=5", " "])
def test_more_than_a_digit_is_refused_where_it_stands_alone(body: str) -> None:
    with pytest.raises(PeerError) as refused:
        pressed(body, "Content-Type: application/dtmf")
    assert refused.value.status == 400


def test_an_empty_one_is_no_key_and_another_type_is_not_ours() -> None:
    assert pressed("") is None
    with pytest.raises(PeerError) as refused:
        pressed("5", "Content-Type: text/plain")
    assert refused.value.status == 415


def test_neither_a_key_nor_its_event_shows_the_digit(scene: Scene) -> None:
    (event,) = events_of(scene, "Signal=7\r\nDuration=200")
    assert event == DigitReceived(scene.incoming().session, "7", 200)
    assert "7" not in repr(Key("7", 200)) and "digit" not in repr(event)


def test_another_body_in_a_call_is_told_what_we_take(scene: Scene) -> None:
    tag = in_call(scene)
    info = request("INFO", "Content-Type: a/b", branch="i", cseq=2, to_tag=tag, body="x")
    (refused,) = scene.stranger(info)
    assert isinstance(refused, Response)
    assert refused.headers.lines("Accept") == ("application/dtmf-relay, application/dtmf",)


def test_a_copy_of_an_info_is_one_key(scene: Scene) -> None:
    assert len(events_of(scene, "Signal=7", copies=3)) == 1


def in_call(scene: Scene) -> str:
    scene.answers()
    sent = scene.stranger(request("INVITE", body=SDP))
    scene.stranger(request("ACK", branch="ack", to_tag=sent[-1].to.tag or ""))
    return sent[-1].to.tag or ""


def events_of(scene: Scene, body: str, copies: int = 1) -> list[DigitReceived]:
    info = request("INFO", TYPE, branch="i", cseq=2, to_tag=in_call(scene), body=body)
    for _ in range(copies):
        assert scene.statuses(info) == [200]
    return scene.server.reported(DigitReceived)
