from __future__ import annotations

from sip.ladder import Rung, draw, label, printable

INVITE = "INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"


def response(status: str, method: str = "INVITE") -> str:
    return f"SIP/2.0 {status}\r\nVia: x\r\nCSeq: 1 {method}\r\n\r\n"


def test_a_call_is_drawn_with_everybody_in_a_column() -> None:
    customer, agent = ("customer", "10.0.0.2:5060"), ("agent", "10.0.0.3:5060")
    lines = list(
        draw(
            [
                Rung(100.0, *customer, False, INVITE),
                Rung(100.001, *customer, True, response("100 Trying")),
                Rung(100.25, *agent, True, INVITE),
                Rung(101.5, *agent, False, response("180 Ringing")),
            ]
        )
    )
    assert lines == [
        "            customer                      earshot                       agent",
        "            10.0.0.2:5060                                               10.0.0.3:5060",
        "+0.000      |-------- INVITE sdp -------->|                             |",
        "+0.001      |<-------- 100 Trying --------|                             |",
        "+0.250      |                             |-------- INVITE sdp -------->|",
        "+1.500      |                             |<------- 180 Ringing --------|",
    ]


def test_arrows_reach_over_the_columns_between() -> None:
    first, second = ("customer", "1"), ("agent", "2")
    third = Rung(0.0, "supervisor", "3", True, "BYE sip:a SIP/2.0\r\nCSeq: 2 BYE\r\n\r\n")
    rungs = [Rung(0.0, *first, True, INVITE), Rung(0.0, *second, True, INVITE), third]
    last = list(draw(rungs))[-1]
    assert last.endswith("->|") and last.count("|") == 3


def test_copies_are_told_from_what_is_new() -> None:
    rung = Rung(0.0, "customer", "1", False, INVITE)
    *_, first, again = draw([rung, rung])
    assert "again" not in first and "again" in again


def test_labels_say_what_a_response_is_for() -> None:
    assert label(response("200 OK", "BYE")) == "200 OK (BYE)"
    assert label(response("200 OK")) == "200 OK"
    assert label("ACK sip:a SIP/2.0\r\n\r\n") == "ACK"


def test_nothing_a_peer_writes_steers_the_terminal() -> None:
    assert printable("a\x1b[2J\u202eb\x07") == "a\\x1b[2J\\u202eb\\x07"
    assert "\x1b" not in label("SIP/2.0 200 \x1b]0;x\r\n\r\n")
    rung = Rung(0.0, "customer", "1", False, "SIP/2.0 200 " + "x" * 500 + "\r\n\r\n")
    assert all(len(line) < 200 for line in draw([rung]))


def test_nothing_is_drawn_of_nothing() -> None:
    assert list(draw([])) == []
