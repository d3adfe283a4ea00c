from __future__ import annotations

import pytest

from sip.flow import TCP, UDP, Flow, Here, behind_nat, flow_to, received_from, reply_to
from sip.headers import Via

SOURCE = Flow(UDP, "10.0.0.9", 40000)
STREAM = Flow(TCP, "10.0.0.9", 40000, 7)


@pytest.mark.parametrize(
    ("uri", "flow"),
    [
        ("sip:a@10.0.0.5", Flow(UDP, "10.0.0.5", 5060)),
        ("sip:10.0.0.5:7000", Flow(UDP, "10.0.0.5", 7000)),
        ("sip:a@10.0.0.5;transport=TCP", Flow(TCP, "10.0.0.5", 5060)),
        ("sip:a@[2001:db8::1]:5062", Flow(UDP, "2001:db8::1", 5062)),
        ("sip:a@phone.example", None),  # DNS
        ("sips:a@10.0.0.5", None),  # TLS
        ("sip:a@10.0.0.5;transport=ws", None),
        ("sip:a@10.0.0.5:0", None),
        ("tel:+4930", None),
        ("nonsense", None),
    ],
)
def test_where_a_uri_says_to_send(uri: str, flow: Flow | None) -> None:
    assert flow_to(uri) == flow


@pytest.mark.parametrize(
    ("via", "noted"),
    [
        ("SIP/2.0/UDP 10.0.0.9:40000;branch=b", "SIP/2.0/UDP 10.0.0.9:40000;branch=b"),
        ("SIP/2.0/UDP pc.example;branch=b", "SIP/2.0/UDP pc.example;branch=b;received=10.0.0.9"),
        (
            "SIP/2.0/UDP 10.0.0.9;branch=b;rport",
            "SIP/2.0/UDP 10.0.0.9;branch=b;rport=40000;received=10.0.0.9",
        ),
    ],
)
def test_the_via_is_told_where_its_sender_really_is(via: str, noted: str) -> None:
    assert str(received_from(Via.parse(via), SOURCE)) == noted


@pytest.mark.parametrize(
    ("via", "source", "reply"),
    [
        ("SIP/2.0/UDP 192.168.0.5:5062;rport", SOURCE, SOURCE),
        ("SIP/2.0/UDP 192.168.0.5:5062", SOURCE, Flow(UDP, "10.0.0.9", 5062)),
        ("SIP/2.0/UDP 192.168.0.5", SOURCE, Flow(UDP, "10.0.0.9", 5060)),
        ("SIP/2.0/UDP 10.0.0.9;maddr=10.9.9.9", SOURCE, Flow(UDP, "10.0.0.9", 5060)),
        ("SIP/2.0/TCP 10.0.0.9:5062", STREAM, STREAM),
    ],
)
def test_where_responses_go(via: str, source: Flow, reply: Flow) -> None:
    assert reply_to(Via.parse(via), source) == reply


@pytest.mark.parametrize(
    ("via", "source", "nat"),
    [
        ("SIP/2.0/UDP 10.0.0.9:40000", SOURCE, False),
        ("SIP/2.0/UDP 10.0.0.9:5060", SOURCE, True),
        ("SIP/2.0/UDP 192.168.0.5:40000", SOURCE, True),
        ("SIP/2.0/UDP 10.0.0.9", Flow(UDP, "10.0.0.9", 5060), False),
        ("SIP/2.0/TCP 10.0.0.9:5060", STREAM, False),
        ("SIP/2.0/TCP 192.168.0.5:5060", STREAM, True),
    ],
)
def test_who_sits_behind_nat(via: str, source: Flow, nat: bool) -> None:
    assert behind_nat(Via.parse(via), source) is nat


def test_our_own_address_is_written_for_each_transport_and_ip_version() -> None:
    here = Here("10.0.0.1", 5060)
    assert here.via(UDP, "z9hG4bKx") == "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKx"
    assert here.contact(UDP) == "<sip:10.0.0.1:5060>"
    assert here.contact(TCP) == "<sip:10.0.0.1:5060;transport=tcp>"
    assert Here("2001:db8::1", 5060).contact(UDP) == "<sip:[2001:db8::1]:5060>"
    assert Via.parse(here.via(TCP, "b")).transport == TCP


def test_only_udp_loses_messages() -> None:
    assert (SOURCE.reliable, STREAM.reliable) == (False, True)
