from __future__ import annotations

from typing import Any

from config.trunks import Trunk
from sip.digest import ha1
from sip.flow import TCP, UDP, Flow, Here
from sip.next_hop import Destination
from sip.trunk_address import TrunkAddress
from sip.uri import Uri

LOGIN = {"username": "us", "password": "secret", "realm": "carrier.example"}


def address(**values: Any) -> TrunkAddress:
    return TrunkAddress.of(Trunk(**{"name": "carrier", "host": "10.0.0.9", **values}))


def test_a_number_is_called_at_the_trunk() -> None:
    assert address().uri("+49301234567") == "sip:+49301234567@10.0.0.9"
    assert address(port=5070, transport="tcp").uri("112") == "sip:112@10.0.0.9:5070;transport=tcp"
    assert address(host="[2001:db8::1]").uri() == "sip:[2001:db8::1]"
    assert Uri.parse(address(transport="tls").uri("1")).params["transport"] == "tls"


def test_parties_have_the_domain_of_the_trunk_and_no_transport() -> None:
    party = address(host="carrier.example", transport="tcp").party("+49301234567", "Support")
    assert str(party) == '"Support" <sip:+49301234567@carrier.example>'


def test_everything_goes_by_the_proxy_where_there_is_one() -> None:
    one = address(host="carrier.example", proxy="sip:10.0.0.7:5062;transport=tcp")
    assert one.routes == ("<sip:10.0.0.7:5062;transport=tcp;lr>",)
    assert one.hops() == (Flow(TCP, "10.0.0.7", 5062),)
    assert address(proxy="sip:10.0.0.7;lr").routes == ("<sip:10.0.0.7;lr>",)
    assert address().hops() == (Flow(UDP, "10.0.0.9", 5060),)


def test_without_a_proxy_of_its_own_a_trunk_goes_by_those_of_the_house() -> None:
    house = ("<sip:10.0.0.6;lr>",)
    plain = Trunk(name="carrier", host="10.0.0.9")
    assert TrunkAddress.of(plain, house).hops() == (Flow(UDP, "10.0.0.6", 5060),)
    own = Trunk(name="carrier", host="10.0.0.9", proxy="sip:10.0.0.7")
    assert TrunkAddress.of(own, house).routes == ("<sip:10.0.0.7;lr>",)


def test_a_name_has_yet_to_be_located() -> None:
    assert address(host="carrier.example").hops() == (Destination("carrier.example"),)


def test_a_login_is_for_one_realm_and_keeps_no_password() -> None:
    logins = address(**LOGIN).logins
    assert list(logins) == ["carrier.example"]
    proofs = logins["carrier.example"].ha1
    assert proofs["MD5"] == ha1("us", "carrier.example", "secret", "MD5")
    assert "secret" not in repr(logins)
    assert address().logins == {}


def test_our_contact_there_has_our_user_name() -> None:
    here = Here("10.0.0.1", 5060)
    (field,) = address(**LOGIN).contact(here)
    assert field == ("Contact", "<sip:us@10.0.0.1:5060>")
    (field,) = address().contact(here)
    assert field == ("Contact", "<sip:10.0.0.1:5060>")
