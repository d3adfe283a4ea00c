"""RFC 4475 and RFC 5118: every torture message, and the answer the RFC calls for.

The whole endpoint gets each out of the blue. What depends on having read it right is asked below.
"""

from __future__ import annotations

import pytest

from sip.digest import credentials
from sip.errors import PeerError
from sip.events import InviteReceived
from sip.message import Request, Response, parse
from sip.sdp import SessionDescription
from sip.session_responses import TRYING_AFTER
from sip.uri import Uri
from tests.interop.torture.application import APPLICATION, ESCAPED
from tests.interop.torture.case import Torture, asked
from tests.interop.torture.invalid import INVALID, REGISTER
from tests.interop.torture.ipv6 import IPV6
from tests.interop.torture.valid import BINARY, LONG, VALID
from tests.sip.raw import STRANGER
from tests.sip.scene import SERVER, Scene

ALL = (*VALID, *INVALID, *APPLICATION, *IPV6)
BY_NAME = {case.name: case for case in ALL}
WELL_FORMED = [case.data for case in (*VALID, *IPV6)]


def request_of(name: str) -> Request:
    message = parse(BY_NAME[name].data)
    assert isinstance(message, Request)
    return message


def told(scene: Scene, data: bytes) -> list[bytes]:
    """What the endpoint says to a stranger, a 100 where nobody takes the call; it may copy what is
    broken, so it is not read."""
    scene.wire.inject(data, STRANGER, SERVER)
    scene.run(TRYING_AFTER)
    return [passed.data for passed in scene.wire.passed if passed.target == STRANGER]


def call_of(name: str) -> InviteReceived:
    """The call the engine hears of."""
    scene = Scene()
    scene.stranger(BY_NAME[name].data)
    return scene.incoming()


def once_proven(data: bytes) -> tuple[Scene, Response]:
    """What agent1 gets for a REGISTER with the credentials it was asked for."""
    scene = Scene()
    (challenge,) = scene.stranger(data)
    request = parse(data)
    assert isinstance(request, Request)
    again = request.headers
    again.set("CSeq", f"{request.cseq.number + 1} REGISTER")
    offered = challenge.headers.lines("WWW-Authenticate")
    value = credentials(offered, "agent1", "secret", "REGISTER", request.uri, cnonce="c")
    again.set("Authorization", value)
    (response,) = scene.stranger(request.encode())
    assert isinstance(response, Response)
    return scene, response


@pytest.mark.parametrize("case", ALL, ids=[f"{case.section} {case.name}" for case in ALL])
def test_the_endpoint_answers_as_the_rfc_calls_for(case: Torture) -> None:
    scene = Scene()
    answers = told(scene, case.data)
    assert tuple(int(answer.split(b" ")[1]) for answer in answers) == case.answers
    scene.run(400.0)
    assert scene.is_empty


def test_no_message_of_the_rfcs_is_missing() -> None:
    assert len(VALID) + len(INVALID) + len(APPLICATION) == 49
    assert {case.section for case in IPV6} == {f"4.{number}" for number in range(1, 11)}
    assert len(BY_NAME) == len(ALL)


@pytest.mark.parametrize("data", WELL_FORMED)
def test_what_is_well_formed_survives_a_round_trip(data: bytes) -> None:
    try:
        read = parse(data)
    except PeerError:
        pytest.fail("refused by the parser")
    again = parse(read.encode())
    again.headers.set("Content-Length", *read.headers.lines("Content-Length"))
    assert again == read


# What the RFC says of single messages


def test_wsinv_is_read_in_spite_of_its_folds() -> None:
    request = request_of("wsinv")
    assert (request.max_forwards, request.cseq.number, len(request.vias)) == (68, 9, 3)
    assert request.from_.display == 'Anna Alt \\"'
    assert request.contact is not None
    assert request.contact.params["q"] == "0.33"
    assert request.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"


def test_intmeth_keeps_every_odd_character() -> None:
    request = request_of("intmeth")
    uri = Uri.parse(request.uri)
    assert uri.user == "1_odd.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert request.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert request.from_.tag == "_token~1'+`*%!-."
    assert request.from_.params["fromparam''~+*_!.-%"] == '"работающий"'


def test_esc01_escapes_are_undone_once() -> None:
    assert call_of("esc01").number == "sips:user@example.com"
    assert call_of("esc01").caller.user == "I have spaces"
    contact = request_of("esc01").contact
    assert contact is not None
    assert Uri.parse(contact.uri).params["n%61me"] == "v%61lue%25%34%31"


def test_escnull_never_becomes_a_null_octet() -> None:
    request = request_of("escnull")
    assert Uri.parse(request.to.uri).user == "null-\0-null"
    assert b"\0" not in request.encode()
    assert "%00" in str(Uri.parse(request.to.uri))


def test_esc02_is_no_register() -> None:
    assert request_of("esc02").method == "RE%47IST%45R"


def test_lwsdisp_has_a_name_without_a_space_behind_it() -> None:
    assert request_of("lwsdisp").from_.display == "caller"


def test_longreq_is_kept_whole() -> None:
    request = request_of("longreq")
    assert len(request.vias) == 34
    assert request.from_.tag == LONG * 3


def test_dblreq_makes_no_call() -> None:
    scene = Scene()
    scene.stranger(BY_NAME["dblreq"].data)
    assert scene.events() == []


def test_semiuri_has_its_parameter_in_the_user() -> None:
    assert Uri.parse(request_of("semiuri").uri).user == "user;par=u@example.net"


def test_transports_we_never_heard_of_are_sent_back() -> None:
    (response,) = Scene().stranger(BY_NAME["transports"].data)
    assert [via.transport for via in response.vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01_keeps_its_binary_part() -> None:
    assert BINARY.encode("utf-8", "surrogateescape") in request_of("mpart01").body


def test_badinv01_copies_the_broken_via_as_it_is() -> None:
    (response,) = told(Scene(), BY_NAME["badinv01"].data)
    assert b"\r\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n" in response


def test_escruri_and_its_route_are_not_obeyed() -> None:
    scene = Scene()
    scene.stranger(BY_NAME["escruri"].data)
    scene.run(TRYING_AFTER)
    assert scene.incoming().number == "support"
    assert {passed.target for passed in scene.wire.passed} == {("10.0.0.9", 5060)}


def test_regbadct_is_refused_once_the_phone_is_proven() -> None:
    scene, response = once_proven(of_agent("Contact: sip:user@h?Route=%3Csip:sip.example.com%3E"))
    assert response.status == 400
    assert not scene.endpoint.is_registered("agent1")


def test_bext01_names_what_we_lack_and_nothing_meant_for_proxies() -> None:
    (response,) = Scene().stranger(BY_NAME["bext01"].data)
    assert response.headers.all("Unsupported") == [
        "nothingSupportsThis",
        "nothingSupportsThisEither",
    ]


def kept(response: Response) -> str:
    """The only Contact that is registered, without how long for."""
    (contact,) = response.headers.all("Contact")
    address, _, expires = contact.partition(";expires=")
    assert 3400 < int(expires) <= 3600
    return address


def test_cparam01_is_a_parameter_of_the_field() -> None:
    _, response = once_proven(BY_NAME["cparam01"].data)
    assert kept(response) == "<sip:+19725552222@192.0.2.15>"


def test_cparam02_is_a_parameter_of_the_uri() -> None:
    _, response = once_proven(BY_NAME["cparam02"].data)
    assert kept(response) == "<sip:+19725552222@192.0.2.15;unknownparam>"


def test_regescrt_keeps_the_escaped_header_and_never_calls_by_it() -> None:
    scene, response = once_proven(BY_NAME["regescrt"].data)
    assert kept(response) == f"<{ESCAPED}>"
    scene.call()
    (invite,) = [passed.message for passed in scene.wire.passed if passed.name == "INVITE"]
    assert isinstance(invite, Request)
    assert invite.uri == "sip:user@192.0.2.15"
    assert invite.headers.all("Route") == []


def test_inv2543_is_reached_where_it_came_from() -> None:
    scene = Scene()
    scene.answers()
    assert scene.statuses(BY_NAME["inv2543"].data) == [200]


@pytest.mark.parametrize(
    ("name", "host", "port"),
    [
        ("port-ambiguous", "2001:db8::10:5070", None),
        ("port-unambiguous", "2001:db8::10", 5070),
        ("ipv6-bug-abnf-3-colons", "2001:db8::192.0.2.1", None),
    ],
)
def test_a_port_stands_behind_the_bracket(name: str, host: str, port: int | None) -> None:
    uri = Uri.parse(request_of(name).uri)
    assert (uri.host, uri.port) == (host, port)


def test_three_colons_are_borne_before_an_ipv4_address_only() -> None:
    for host in ("[2001:db8:::10]", "[2001:db8::::192.0.2.1]", "[2001:db8::1:::192.0.2.1]"):
        with pytest.raises(PeerError):
            Uri.parse(f"sip:user@{host}")


def test_addresses_in_descriptions_have_no_brackets() -> None:
    six = SessionDescription.parse(request_of("ipv6-in-sdp").body)
    assert (six.origin.address, six.address) == ("2001:db8::20", "2001:db8::20")
    two = SessionDescription.parse(request_of("mult-ip-in-sdp").body)
    assert [two.address_of(media) for media in two.media] == ["192.0.2.1", "2001:db8::1"]


def of_agent(contact: str) -> bytes:
    return asked(
        REGISTER, "To: sip:agent1@example.com", "From: sip:agent1@example.com;tag=9", contact
    )
