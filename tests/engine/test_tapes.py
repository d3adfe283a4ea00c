from __future__ import annotations

from engine.tapes import MAX_EARLY, MAX_WAITING, Claim, Tapes
from sip.flow import UDP, Flow
from sip.trace import Captured

FLOW = Flow(UDP, "10.0.0.2", 5070)


def said(call_id: str, at: float = 0.0, text: str = "INVITE", *, sent: bool = False) -> Captured:
    data = f"{text} sip:a SIP/2.0\r\nCall-ID: {call_id}\r\n\r\n".encode()
    return Captured(at, sent, FLOW, ("10.0.0.1", 5060), data)


def test_messages_wait_until_somebody_says_whose_they_are() -> None:
    tapes = Tapes(10_000)
    assert list(tapes.sort([said("a", 1.0), said("b", 1.5)])) == []
    first = list(tapes.sort([Claim("a", "contact", "customer"), said("a", 2.0, sent=True)]))
    assert [(one.at, one.sent, one.party, one.peer) for one in first] == [
        (1.0, False, "customer", "10.0.0.2:5070"),
        (2.0, True, "customer", "10.0.0.2:5070"),
    ]
    assert first[0].message == "INVITE sip:a SIP/2.0\r\nCall-ID: a\r\n\r\n"
    assert [one.at for one in tapes.sort([said("a", 3.0)])] == [3.0]


def test_secrets_do_not_get_this_far() -> None:
    captured = said("a", text="INFO")
    secret = Captured(0.0, False, FLOW, captured.local, captured.data + b"Signal=5\r\n")
    (entry,) = Tapes(10_000).sort([secret, Claim("a", "contact", "customer")])
    assert entry.message.endswith("Signal=***\r\n")


def test_a_contact_keeps_its_first_messages_only() -> None:
    tapes = Tapes(2 * len(said("a").data))
    claims = [Claim("a", "contact", "customer"), Claim("b", "contact", "agent")]
    entries = tapes.sort([*claims, said("a", 1.0), said("b", 2.0), said("a", 3.0)])
    assert [(one.at, one.party) for one in entries] == [(1.0, "customer"), (2.0, "agent")]


def test_what_nobody_claims_is_forgotten() -> None:
    tapes = Tapes(10_000)
    list(tapes.sort(said(f"c{number}") for number in range(MAX_WAITING + 1)))
    assert list(tapes.sort([Claim("c0", "contact", "customer")])) == []
    assert len(list(tapes.sort([Claim("c1", "contact", "customer")]))) == 1


def test_one_call_id_cannot_fill_the_memory() -> None:
    tapes = Tapes(10**9)
    list(tapes.sort(said("a") for _ in range(10 * MAX_EARLY)))
    assert len(list(tapes.sort([Claim("a", "contact", "customer")]))) == MAX_EARLY


def test_keepalives_are_no_messages() -> None:
    captured = said("a")
    ping = Captured(0.0, False, FLOW, captured.local, b"\r\n\r\n")
    assert list(Tapes(10_000).sort([ping])) == []
