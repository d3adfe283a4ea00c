from __future__ import annotations

from math import inf

from sip.invite_client import Do, InviteClient, State


def run(tx: InviteClient) -> list[tuple[float, Do]]:
    seen = []
    while (now := tx.deadline) < inf:
        seen += [(now, do) for do in tx.tick(now)]
    return seen


def test_an_unanswered_invite_is_sent_six_more_times_then_given_up_after_32_seconds() -> None:
    seen = run(InviteClient(now=0.0, reliable=False))
    assert [at for at, do in seen if do is Do.SEND] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert seen[-1] == (32.0, Do.GIVE_UP)


def test_over_tcp_it_is_sent_once_and_given_up_at_the_same_time() -> None:
    assert run(InviteClient(now=0.0, reliable=True)) == [(32.0, Do.GIVE_UP)]


def test_a_provisional_response_ends_the_resending_and_after_four_minutes_nobody_waits() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    assert tx.receive(100, now=0.2) == (Do.DELIVER,)
    assert tx.receive(180, now=9.0) == (Do.DELIVER,)
    assert run(tx) == [(240.2, Do.GIVE_UP)]


def test_a_refusal_is_acknowledged_each_time_and_delivered_once() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    assert tx.receive(486, now=1.0) == (Do.SEND_ACK, Do.DELIVER)
    assert tx.receive(486, now=1.5) == (Do.SEND_ACK,)
    assert tx.deadline == 33.0  # Timer D
    assert tx.tick(33.0) == ()
    assert tx.over


def test_over_tcp_a_refusal_ends_it_at_once() -> None:
    tx = InviteClient(now=0.0, reliable=True)
    tx.receive(486, now=1.0)
    tx.tick(tx.deadline)
    assert (tx.over, tx.deadline) == (True, inf)


def test_every_success_is_delivered_for_32_seconds() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    assert tx.receive(200, now=1.0) == (Do.DELIVER,)
    assert tx.receive(200, now=32.9) == (Do.DELIVER,)
    assert tx.deadline == 33.0  # Timer M of RFC 6026
    tx.tick(33.0)
    assert tx.receive(200, now=33.1) == ()


def test_a_late_provisional_or_refusal_after_a_success_is_dropped() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    tx.receive(200, now=1.0)
    assert tx.receive(180, now=1.1) == ()
    assert tx.receive(486, now=1.2) == ()


def test_a_cancelled_invite_waits_32_seconds_for_its_final_response() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    tx.receive(180, now=1.0)
    tx.cancel(now=2.0)
    assert tx.receive(180, now=3.0) == ()
    assert run(tx) == [(34.0, Do.GIVE_UP)]


def test_a_success_that_crosses_the_cancel_is_delivered() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    tx.receive(180, now=1.0)
    tx.cancel(now=2.0)
    assert tx.receive(200, now=2.1) == (Do.DELIVER,)
    assert tx.state is State.ACCEPTED


def test_an_invite_that_cannot_be_sent_is_over() -> None:
    tx = InviteClient(now=0.0, reliable=True)
    assert tx.undelivered(now=0.1) == (Do.UNREACHABLE,)
    assert tx.over


def test_a_send_that_fails_after_a_response_came_means_nothing() -> None:
    tx = InviteClient(now=0.0, reliable=False)
    tx.receive(180, now=0.1)
    assert tx.undelivered(now=0.2) == ()
