from __future__ import annotations

from math import inf

from sip.invite_client import Do
from sip.request_client import RequestClient


def run(tx: RequestClient) -> list[tuple[float, Do]]:
    seen = []
    while (now := tx.deadline) < inf:
        seen += [(now, do) for do in tx.tick(now)]
    return seen


def test_an_unanswered_request_is_sent_ten_more_times_then_given_up_after_32_seconds() -> None:
    seen = run(RequestClient(now=0.0, reliable=False))
    times = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]  # Timer E, to T2
    assert [at for at, do in seen if do is Do.SEND] == times
    assert seen[-1] == (32.0, Do.GIVE_UP)  # Timer F


def test_over_tcp_it_is_sent_once() -> None:
    assert run(RequestClient(now=0.0, reliable=True)) == [(32.0, Do.GIVE_UP)]


def test_after_a_provisional_response_it_is_resent_every_4_seconds_up_to_the_same_end() -> None:
    tx = RequestClient(now=0.0, reliable=False)
    assert tx.tick(0.5) == (Do.SEND,)
    assert tx.receive(100, now=0.6) == ()
    times = [1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5]
    assert run(tx) == [*((at, Do.SEND) for at in times), (32.0, Do.GIVE_UP)]


def test_the_final_response_is_delivered_once_and_copies_are_absorbed_for_5_seconds() -> None:
    tx = RequestClient(now=0.0, reliable=False)
    assert tx.receive(200, now=1.0) == (Do.DELIVER,)
    assert tx.receive(200, now=1.5) == ()
    assert tx.deadline == 6.0  # Timer K
    tx.tick(6.0)
    assert tx.over


def test_over_tcp_the_final_response_ends_it_at_once() -> None:
    tx = RequestClient(now=0.0, reliable=True)
    tx.receive(200, now=1.0)
    tx.tick(tx.deadline)
    assert tx.over


def test_a_request_that_cannot_be_sent_is_over_before_or_after_a_provisional() -> None:
    for status in ((), (100,)):
        tx = RequestClient(now=0.0, reliable=False)
        for each in status:
            tx.receive(each, now=0.1)
        assert tx.undelivered(now=0.2) == (Do.UNREACHABLE,)
        assert tx.over
