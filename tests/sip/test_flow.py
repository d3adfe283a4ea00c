from __future__ import annotations

import pytest

from sip.flow import (
    TCP,
    TLS,
    UDP,
    Flow,
    Here,
    Place,
    behind_nat,
    flow_to,
    received_from,
    reopened,
    reply_to,
)
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
        ("sips:a@10.0.0.5", Flow(TLS, "10.0.0.5", 5061)),
        ("sips:a@10.0.0.5:5071;transport=tcp", Flow(TLS, "10.0.0.5", 5071)),
        ("sip:a@10.0.0.5;transport=tls", Flow(TLS, "10.0.0.5", 5061)),
        ("sips:a@10.0.0.5;transport=udp", None),
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
    ("via", "source", "spare"),
    [
        ("SIP/2.0/UDP 192.168.0.5:5062;rport", SOURCE, None),
        ("SIP/2.0/TCP pc.example:5070", STREAM, Flow(TCP, "10.0.0.9", 5070, domain="pc.example")),
        (
            "SIP/2.0/TLS pc.example",
            Flow(TLS, "10.0.0.9", 40000, 7, 2),
            Flow(TLS, "10.0.0.9", 5061, listener=2, domain="pc.example"),
        ),
    ],
)
def test_where_responses_go_whose_connection_is_gone(
    via: str, source: Flow, spare: Flow | None
) -> None:
    assert reopened(Via.parse(via), source) == spare


@pytest.mark.parametrize(
    ("via", "source", "nat"),
    [
        ("SIP/2.0/UDP 10.0.0.9:40000", SOURCE, False),
        ("SIP/2.0/UDP 10.0.0.9:5060", SOURCE, True),
        ("SIP/2.0/UDP 192.168.0.5:40000", SOURCE, True),
        ("SIP/2.0/UDP 10.0.0.9", Flow(UDP, "10.0.0.9", 5060), False),
        ("SIP/2.0/TCP 10.0.0.9:5060", STREAM, False),
        ("SIP/2.0/TCP 192.168.0.5:5060", STREAM, True),
        ("SIP/2.0/UDP [2001:DB8:0::9]:40000", Flow(UDP, "2001:db8::9", 40000), False),
    ],
)
def test_who_sits_behind_nat(via: str, source: Flow, nat: bool) -> None:
    assert behind_nat(Via.parse(via), source) is nat


PUBLIC, PRIVATE = Flow(UDP, "192.0.2.9", 5060), Flow(UDP, "10.0.0.9", 5060)
SIX = "2001:db8::1"


def test_our_own_address_is_written_for_each_transport_and_ip_version() -> None:
    here = Here("10.0.0.1", 5060, [Place(TLS, "10.0.0.1", 5061), Place(UDP, SIX, 5070)])
    assert here.via(SOURCE, "z9hG4bKx") == "SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKx"
    assert here.contact(SOURCE) == "<sip:10.0.0.1:5060>"
    assert here.contact(STREAM) == "<sip:10.0.0.1:5060;transport=tcp>"
    secure = Flow(TLS, "10.0.0.9", 5061)
    assert here.contact(secure) == "<sip:10.0.0.1:5061;transport=tls>"
    assert here.contact(secure, secure=True) == "<sips:10.0.0.1:5061>"
    assert here.contact(Flow(UDP, "2001:db8::9", 5060)) == "<sip:[2001:db8::1]:5070>"
    assert Via.parse(here.via(secure, "b")).transport == TLS


def test_of_several_addresses_the_one_that_the_route_leads_through_is_named() -> None:
    sources = {PUBLIC.host: "192.0.2.1", PRIVATE.host: "10.0.0.1"}
    here = Here("192.0.2.1", 5060, [Place(UDP, "10.0.0.1", 5060)], sources.__getitem__)
    assert [here.bound(flow).listener for flow in (PUBLIC, PRIVATE)] == [0, 2]
    assert here.authority(PRIVATE) == "10.0.0.1:5060"
    kept = Flow(UDP, PRIVATE.host, 5060, listener=0)  # came in there, so the peer knows that one
    assert here.authority(here.bound(kept)) == "192.0.2.1:5060"
    everywhere = Here("0.0.0.0", 5060, source_to=sources.__getitem__)
    assert [everywhere.authority(flow) for flow in (PUBLIC, PRIVATE)] == [
        "192.0.2.1:5060",
        "10.0.0.1:5060",
    ]


def test_after_a_restart_an_end_of_ours_counts_while_it_speaks_the_same() -> None:
    here = Here("10.0.0.1", 5060, [Place(UDP, "10.0.0.1", 5070)])
    kept = Flow(UDP, "10.0.0.2", 5060, listener=2)
    assert here.still(kept) == kept
    for gone in (1, 3):
        assert here.still(kept._replace(listener=gone)) == kept._replace(listener=None)


def test_what_no_listener_of_ours_speaks_is_told() -> None:
    here = Here("10.0.0.1", 5060)
    assert here.speaks(SOURCE) and here.speaks(STREAM)
    assert not here.speaks(Flow(TLS, "10.0.0.9", 5061))
    assert not here.speaks(Flow(UDP, "2001:db8::9", 5060))


@pytest.mark.parametrize(
    ("contact", "moved"),
    [
        ("<sip:10.0.0.1:5060>", "<sip:10.0.0.1:5061;transport=tls>"),
        (
            "<sip:us@x:1;transport=tcp;ob>;expires=60",
            "<sip:us@10.0.0.1:5061;ob;transport=tls>;expires=60",
        ),
        ("<sips:us@10.0.0.1:9>", "<sips:us@10.0.0.1:5061>"),
    ],
)
def test_a_contact_of_ours_is_moved_to_the_listener_that_a_request_leaves_by(
    contact: str, moved: str
) -> None:
    here = Here("10.0.0.1", 5060, [Place(TLS, "10.0.0.1", 5061)])
    assert here.moved(contact, Flow(TLS, "10.0.0.9", 5061)) == moved


def test_only_udp_loses_messages() -> None:
    assert (SOURCE.reliable, STREAM.reliable) == (False, True)


def test_who_listens_everywhere_tells_each_peer_the_address_it_can_reach() -> None:
    routes = {"10.1.0.9": "10.1.0.1", "192.0.2.1": "10.9.0.1"}
    here = Here("0.0.0.0", 5060, source_to=lambda peer: routes[peer])
    assert here.authority(Flow(UDP, "10.1.0.9", 5060)) == "10.1.0.1:5060"
    assert here.authority(Flow(UDP, "10.1.0.9", 5060, local="10.2.0.1")) == "10.2.0.1:5060"
    assert here.authority(None) == "10.9.0.1:5060"  # the way to the whole world


def test_a_listener_of_the_right_address_comes_first_and_then_one_of_all() -> None:
    more = [Place(UDP, "0.0.0.0", 5070), Place(UDP, "10.2.0.1", 5080)]
    sources = {"10.2.0.9": "10.2.0.1", "10.3.0.9": "10.3.0.1"}
    here = Here("10.1.0.1", 5060, more, sources.__getitem__)
    assert here.bound(Flow(UDP, "10.2.0.9", 5060)).listener == 3
    assert here.bound(Flow(UDP, "10.3.0.9", 5060)).listener == 2


def test_a_flow_from_another_end_leads_to_the_same_peer() -> None:
    flow = Flow(TLS, "10.0.0.9", 5061, 7, domain="peer.example")
    ours = flow.from_end(2, "10.0.0.1")
    assert (ours.listener, ours.local) == (2, "10.0.0.1")
    assert ours.from_end(None) == flow


@pytest.mark.parametrize(
    ("host", "more", "manifold"),
    [
        ("10.0.0.1", [Place(TLS, "10.0.0.1", 5061), Place(UDP, "2001:db8::1", 5060)], False),
        ("10.0.0.1", [Place(UDP, "10.0.0.2", 5060)], True),
        ("0.0.0.0", [], True),
    ],
)
def test_routes_only_count_where_there_is_a_choice(
    host: str, more: list[Place], manifold: bool
) -> None:
    assert Here(host, 5060, more).is_manifold == manifold
