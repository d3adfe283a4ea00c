from __future__ import annotations

from math import inf

from sip.invite_server import Do, InviteServer


def run(tx: InviteServer) -> list[tuple[float, Do]]:
    seen = []
    while (now := tx.deadline) < inf:
        seen += [(now, do) for do in tx.tick(now)]
    return seen


def test_a_copy_of_the_invite_gets_the_last_provisional_again() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    assert tx.respond(100, now=0.0) == (Do.SEND,)
    assert tx.receive("INVITE", now=0.5) == (Do.SEND,)
    assert tx.deadline == inf


def test_a_refusal_is_resent_until_32_seconds_have_passed_without_an_ack() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    tx.respond(486, now=0.0)
    times = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]  # Timer G, to T2
    assert run(tx) == [(at, Do.SEND) for at in times]
    assert tx.over  # Timer H at 32


def test_over_tcp_a_refusal_is_sent_once_and_the_ack_is_awaited_as_long() -> None:
    tx = InviteServer(now=0.0, reliable=True)
    tx.respond(486, now=0.0)
    assert tx.deadline == 32.0
    assert run(tx) == []


def test_the_ack_ends_the_resending_and_further_copies_are_absorbed_for_5_seconds() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    tx.respond(486, now=0.0)
    assert tx.receive("ACK", now=0.7) == ()
    assert tx.receive("INVITE", now=0.8) == ()
    assert tx.deadline == 5.7  # Timer I
    tx.tick(5.7)
    assert tx.over


def test_over_tcp_the_ack_ends_it_at_once() -> None:
    tx = InviteServer(now=0.0, reliable=True)
    tx.respond(486, now=0.0)
    tx.receive("ACK", now=0.7)
    tx.tick(tx.deadline)
    assert tx.over


def test_after_a_success_copies_are_absorbed_for_32_seconds_and_the_session_resends() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    assert tx.respond(200, now=1.0) == (Do.SEND,)
    assert tx.receive("INVITE", now=1.5) == ()
    assert tx.respond(200, now=1.5) == (Do.SEND,)
    assert tx.deadline == 33.0  # Timer L
    assert run(tx) == []


def test_an_ack_that_reuses_the_branch_of_the_invite_is_for_the_session() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    tx.respond(200, now=1.0)
    assert tx.receive("ACK", now=1.2) == (Do.DELIVER_ACK,)


def test_a_second_final_response_is_not_sent() -> None:
    tx = InviteServer(now=0.0, reliable=False)
    tx.respond(487, now=1.0)
    assert tx.respond(200, now=1.1) == ()
