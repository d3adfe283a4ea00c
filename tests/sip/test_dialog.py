from __future__ import annotations

import pytest

from sip.dialog import Dialog
from sip.errors import PeerError
from sip.flow import TCP, TLS, UDP, Flow, Here, Place
from sip.message import Response, parse
from sip.next_hop import Destination, Hop
from tests.sip.raw import PEER, SDP, arrived, request, response

HERE = Here("10.0.0.1", 5060)
NATTED = "SIP/2.0/UDP 192.168.0.5;rport"


def served(
    *fields: str, contact: str = "<sip:a@10.0.0.9>", via: str = "SIP/2.0/UDP 10.0.0.9:5060"
) -> Dialog:
    """A dialog the peer's INVITE made."""
    invite = request("INVITE", *fields, cseq=7, contact=contact, via=via, body=SDP)
    return Dialog.from_invite(arrived(invite), "ours")


def answered(dialog: Dialog, *fields: tuple[str, str]) -> Dialog:
    """The same after a 2xx with these fields."""
    answer = parse(response(arrived(request("INVITE")).request, 200, *fields, to_tag="theirs"))
    assert isinstance(answer, Response)
    return dialog.established_by(answer)


def test_a_request_of_ours_swaps_the_parties_and_counts_on_its_own() -> None:
    dialog = served()
    first, second = dialog.request("BYE", HERE), dialog.request("INFO", HERE)
    assert str(first.from_) == "<sip:support@10.0.0.1>;tag=ours"
    assert str(first.to) == "<sip:stranger@10.0.0.9>;tag=f1"
    assert (first.call_id, first.uri, first.max_forwards) == ("call-1", "sip:a@10.0.0.9", 70)
    assert (str(first.cseq), str(second.cseq)) == ("1 BYE", "2 INFO")
    assert first.contact and first.contact.uri == "sip:10.0.0.1:5060"


def test_via_and_route_stand_where_proxies_look_first() -> None:
    request = served("Record-Route: <sip:10.0.0.8;lr>").request("BYE", HERE)
    request.headers.set("Via", HERE.via(Flow(UDP, "10.0.0.9", 5060), "z9hG4bK1"))
    assert [name for name, _ in request.headers.items()][:3] == ["Via", "Route", "From"]


def test_an_ack_has_the_number_of_its_invite_and_uses_none_up() -> None:
    dialog = served()
    assert str(dialog.ack(5, HERE).cseq) == "5 ACK"
    assert str(dialog.request("BYE", HERE).cseq) == "1 BYE"


def test_the_server_keeps_the_route_in_order_and_the_client_reverses_it() -> None:
    record = "<sip:p1.example;lr>, <sip:p2.example;lr>"
    server = served(f"Record-Route: {record}")
    assert server.routes == ("<sip:p1.example;lr>", "<sip:p2.example;lr>")
    client = answered(server, ("Record-Route", record))
    assert client.routes == ("<sip:p2.example;lr>", "<sip:p1.example;lr>")
    assert (client.remote_tag, client.target) == ("theirs", "sip:stranger@10.0.0.9:5060")


def test_a_loose_router_goes_into_route_and_a_strict_one_into_the_request_uri() -> None:
    loose = served("Record-Route: <sip:10.0.0.8;lr>, <sip:10.0.0.7>").request("BYE", HERE)
    assert loose.uri == "sip:a@10.0.0.9"
    assert loose.headers.all("Route") == ["<sip:10.0.0.8;lr>", "<sip:10.0.0.7>"]
    strict = served("Record-Route: <sip:10.0.0.8>, <sip:10.0.0.7;lr>").request("BYE", HERE)
    assert strict.uri == "sip:10.0.0.8"
    assert strict.headers.all("Route") == ["<sip:10.0.0.7;lr>", "<sip:a@10.0.0.9>"]


@pytest.mark.parametrize(
    ("dialog", "hops"),
    [
        (served(contact="<sip:a@10.0.0.5:7000>"), (Flow(UDP, "10.0.0.5", 7000), PEER)),
        (served(contact="<sip:a@10.0.0.9>"), (PEER,)),
        (served(contact="<sip:a@10.0.0.5;transport=tcp>"), (Flow(TCP, "10.0.0.5", 5060), PEER)),
        (served(contact="<sip:a@phone.example>"), (Destination("phone.example"), PEER)),
        (served(contact="<sip:a@192.168.0.5>", via=NATTED), (PEER,)),
        (
            served("Record-Route: <sip:10.0.0.8:5066;lr>", contact="<sip:a@10.0.0.5>"),
            (Flow(UDP, "10.0.0.8", 5066), PEER),
        ),
    ],
)
def test_the_way_to_the_peer(dialog: Dialog, hops: tuple[Hop, ...]) -> None:
    assert dialog.hops() == hops


def test_a_connection_is_used_first_and_the_target_when_it_is_gone() -> None:
    connection = Flow(TCP, "10.0.0.9", 41000, 3)
    invite = request(
        "INVITE",
        via="SIP/2.0/TCP 10.0.0.9:5080",
        contact="<sip:a@10.0.0.9:5080;transport=tcp>",
    )
    dialog = Dialog.from_invite(arrived(invite, connection), "ours")
    assert dialog.hops() == (connection, Flow(TCP, "10.0.0.9", 5080))
    assert dialog.request("BYE", HERE).headers.get("Contact") == (
        "<sip:10.0.0.1:5060;transport=tcp>"
    )


def test_a_peer_of_rfc_2543_without_a_contact_is_called_by_its_from() -> None:
    old = request("INVITE", contact="", body=SDP)
    with pytest.raises(PeerError, match="Missing Contact"):
        Dialog.from_invite(arrived(old), "ours")
    dialog = Dialog.from_invite(arrived(old.replace(b";branch=z9hG4bKb1", b"")), "ours")
    assert (dialog.target, dialog.hops()) == ("sip:stranger@10.0.0.9", (PEER,))


def test_headers_in_a_contact_are_left_out_of_the_request_uri() -> None:
    dialog = served(contact="<sip:a@10.0.0.9;x=1?Route=%3Csip:10.0.0.4%3E>")
    bye = dialog.request("BYE", HERE)
    assert (bye.uri, bye.headers.all("Route")) == ("sip:a@10.0.0.9;x=1", [])


def test_a_peer_that_calls_itself_by_a_gruu_is_reached_by_the_way_it_came() -> None:
    gruu = "sip:agent1@10.0.0.1:5060;gr=urn:uuid:1"
    assert served(contact=f"<{gruu}>").hops() == (PEER,)
    routed = served("Record-Route: <sip:10.0.0.4;lr>", contact=f"<{gruu}>")
    assert routed.hops()[0] == Flow(UDP, "10.0.0.4", 5060)


def test_our_end_of_the_flow_is_kept_where_the_target_is_reached_the_same_way() -> None:
    flow = Flow(UDP, "10.0.0.9", 5060, listener=4)
    for contact, listener in (("<sip:a@10.0.0.5>", 4), ("<sip:a@10.0.0.5;transport=tcp>", None)):
        dialog = Dialog.from_invite(arrived(request("INVITE", contact=contact), flow), "ours")
        direct, back = dialog.hops()
        assert isinstance(direct, Flow)
        assert (direct.listener, back) == (listener, flow)


def test_a_dialog_that_begins_with_sips_says_sips_of_us_and_goes_by_tls_alone() -> None:
    here = Here("10.0.0.1", 5060, [Place(TLS, "10.0.0.1", 5061)])
    connection = Flow(TLS, "10.0.0.9", 41000, 3)
    invite = request("INVITE", via="SIP/2.0/TLS 10.0.0.9:5061", contact="<sips:a@10.0.0.9>")
    dialog = Dialog.from_invite(arrived(invite, connection), "ours")
    assert dialog.secure
    assert dialog.request("BYE", here).headers.get("Contact") == "<sips:10.0.0.1:5061>"
    assert dialog.hops() == (connection, Flow(TLS, "10.0.0.9", 5061))
    assert not served().secure
    with pytest.raises(PeerError, match="SIPS Not Allowed"):
        served(contact="<sips:a@10.0.0.9>")


def test_requests_must_come_from_the_peer_and_count_up() -> None:
    dialog = served()
    dialog.check(arrived(request("BYE", cseq=8)))
    for wrong, status in (
        (request("BYE", cseq=7), 500),
        (request("BYE", cseq=6), 500),
        (request("BYE", cseq=8, from_tag="x"), 481),
    ):
        with pytest.raises(PeerError) as refused:
            dialog.check(arrived(wrong))
        assert refused.value.status == status


def test_a_target_refresh_moves_the_target_and_other_requests_do_not() -> None:
    dialog = served()
    dialog.follow(arrived(request("UPDATE", cseq=8, contact="<sip:new@10.0.0.4>")))
    assert (dialog.target, dialog.remote_cseq) == ("sip:new@10.0.0.4", 8)
    other = Flow(UDP, "10.0.0.9", 6000)
    dialog.follow(arrived(request("BYE", cseq=9, contact="<sip:other@10.0.0.4>"), other))
    assert (dialog.target, dialog.flow) == ("sip:new@10.0.0.4", other)


@pytest.mark.parametrize("field", ["Record-Route: <nonsense>", "Record-Route: <sip:%zz@x>"])
def test_a_route_we_could_not_use_later_is_refused_now(field: str) -> None:
    with pytest.raises(PeerError):
        served(field)


def test_an_invite_needs_a_contact_that_can_be_called() -> None:
    for contact in ("", "<nonsense>", "<mailto:a@b>"):
        with pytest.raises(PeerError):
            served(contact=contact)


def test_a_connection_that_the_2xx_came_by_is_kept_to() -> None:
    answer = parse(response(arrived(request("INVITE")).request, 200))
    assert isinstance(answer, Response)
    connection = Flow(TLS, "10.0.0.9", 5061, 3)
    assert served().established_by(answer, connection).flow == connection
    assert served().established_by(answer, Flow(UDP, "10.0.0.9", 6000)).flow == PEER


def test_a_2xx_with_a_route_nobody_can_read_still_makes_a_dialog() -> None:
    dialog = served()
    established = answered(dialog, ("Record-Route", "nonsense"))
    assert (established.routes, established.target) == ((), dialog.target)


def test_the_2xx_to_a_reinvite_moves_the_target_unless_it_names_none() -> None:
    dialog, asked = served(), arrived(request("INVITE")).request
    for contact in ("<sip:new@10.0.0.4>", "<nonsense>"):
        answer = parse(response(asked, 200, ("Contact", contact)))
        assert isinstance(answer, Response)
        dialog.refreshed_by(answer)
        assert dialog.target == "sip:new@10.0.0.4"


def test_an_early_dialog_counts_on_when_its_route_changes() -> None:
    root = served()
    early = answered(root, ("Record-Route", "<sip:10.0.0.8;lr>"), ("Allow", "UPDATE"))
    early.request("PRACK", HERE)
    early.remote_cseq = 9
    answer = parse(
        response(
            arrived(request("INVITE")).request,
            200,
            ("Contact", "<sip:b@10.0.0.9>"),
            to_tag="theirs",
        )
    )
    assert isinstance(answer, Response)
    later = root.established_by(answer, PEER, early)
    assert (later.local_cseq, later.remote_cseq) == (1, 9)
    assert (later.routes, later.target) == ((), "sip:b@10.0.0.9")
    assert later.allows == {"UPDATE"}
    assert root.local_cseq == 0


def test_a_peer_may_be_met_before_its_response_comes() -> None:
    root = answered(served(), ("Record-Route", "<sip:10.0.0.8;lr>"))
    met = root.met_by(arrived(request("OPTIONS", from_tag="other", to_tag="ours")))
    assert (met.remote_tag, met.routes, met.remote_cseq) == ("other", root.routes, 0)
    assert met.request("INFO", HERE).to.tag == "other"
