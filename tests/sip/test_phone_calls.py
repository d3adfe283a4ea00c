"""Which phones of a user are called, and what each of them is told."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

import pytest

from sip.actions import Send
from sip.binding import Binding
from sip.events import Answered
from sip.flow import TLS, UDP, Flow, Here
from sip.identity import Caller, TrustedSources
from sip.message import Request, parse
from sip.offer_answer import Negotiation
from sip.phone_calls import PhoneCall, PhoneCalls
from sip.registrar import NotRegistered, Registrar
from sip.sdes import Sdes, Srtp
from sip.sdp import Codec, SessionDescription
from sip.sessions import Sessions
from sip.transaction_layer import TransactionLayer
from tests.rig.virtual_phone import audio
from tests.sip.phones import Desk
from tests.sip.scene import OURS, numbered

HERE = Here("10.0.0.1", 5060)
PRIVATE = Caller("sip:+15550100@10.0.0.1", "+15550100", "Ann", private=True)
OVER_TLS = Flow(TLS, "10.0.0.8", 5061, connection=1)
OVER_UDP = Flow(UDP, "10.0.0.9", 5070)


def bound(flow: Flow, instance: str = "") -> Binding:
    uri = f"sip:agent1@{flow.host}:{flow.port}"
    return Binding(uri, flow, False, f"r{flow.host}", 1, 3600.0, instance=instance)


class Office:
    last: Send

    def __init__(self, bindings: Iterable[Binding], trusted: Iterable[IPv4Network] = ()) -> None:
        self.layer = TransactionLayer(HERE, numbered(), 100)
        self.sessions = Sessions(self.layer, 10)
        registrar = Registrar(self.layer.timers, lambda event: None, 3600, lambda below: 0)
        registrar.restore("agent1", bindings, 0.0)
        self.calls = PhoneCalls(self.sessions, registrar, TrustedSources(trusted), HERE)

    def call(
        self, offer: SessionDescription | None, caller: Caller | None = None, device: str = ""
    ) -> dict[str, Request]:
        """The INVITEs, by the transport they go by."""
        wanted = PhoneCall(
            "agent1", device, "Customer", offer, (("X-One", "1"),), {}, caller, None, None
        )
        self.calls.call(wanted, 0.0)
        return self.sent()

    @property
    def sessions_left(self) -> int:
        return len(self.sessions)

    def sent(self) -> dict[str, Request]:
        found = {}
        for send in self.layer.drain():
            assert isinstance(send, Send)
            message = parse(send.data)
            assert isinstance(message, Request)
            found[send.flow.transport] = message
            self.last = send
        return found


def offered(srtp: Srtp) -> SessionDescription:
    return Negotiation("10.0.0.1", 20000, [Codec("PCMU", 8000, 0)], 1, sdes=Sdes(srtp)).offer()


def test_keys_are_told_over_tls_only_and_the_other_phone_is_offered_the_same_without() -> None:
    invites = Office([bound(OVER_TLS), bound(OVER_UDP)]).call(offered(Srtp.OFFERED))
    assert b"a=crypto" in invites[TLS].body
    assert b"a=crypto" not in invites[UDP].body
    kept = [line for line in invites[TLS].body.splitlines() if b"crypto" not in line]
    assert invites[UDP].body.splitlines() == kept


def test_a_call_that_must_be_secret_rings_only_where_it_can_be() -> None:
    assert set(Office([bound(OVER_TLS), bound(OVER_UDP)]).call(offered(Srtp.REQUIRED))) == {TLS}
    with pytest.raises(NotRegistered):
        Office([bound(OVER_UDP)]).call(offered(Srtp.REQUIRED))


def test_who_calls_privately_is_told_to_trusted_phones_only() -> None:
    invites = Office([bound(OVER_TLS), bound(OVER_UDP)], (IPv4Network(OVER_TLS.host),)).call(
        OURS, PRIVATE
    )
    assert "+15550100" in (invites[TLS].headers.get("P-Asserted-Identity") or "")
    assert "+15550100" not in invites[UDP].encode().decode()
    assert [each.headers.get("X-One") for each in invites.values()] == ["1", "1"]


def test_one_device_is_called_where_it_is_named() -> None:
    office = Office([bound(OVER_TLS, "urn:uuid:1"), bound(OVER_UDP, "urn:uuid:2")])
    assert set(office.call(None, device="urn:uuid:2")) == {UDP}
    assert set(office.calls.flows("agent1", "")) == {OVER_TLS, OVER_UDP}
    assert office.calls.flows("agent1", "urn:uuid:2") == (OVER_UDP,)
    with pytest.raises(NotRegistered):
        office.call(None, device="urn:uuid:3")


def test_a_device_with_two_flows_is_called_by_one_and_by_the_other_when_that_fails() -> None:
    """RFC 5626 §4.3: it must not get the same call twice."""
    office = Office([bound(OVER_TLS, "urn:uuid:1"), bound(OVER_UDP, "urn:uuid:1")])
    assert set(office.call(OURS)) == {UDP}
    office.layer.undelivered(office.last, 1.0)
    office.layer.tick(1.0)
    assert set(office.sent()) == {TLS}
    office.layer.tick(40.0)
    assert office.sessions_left == 0


def test_the_phone_at_a_gruu_rings_alone() -> None:
    desk = Desk(*[f'{{}};+sip.instance="<urn:uuid:{number}>"' for number in (1, 2)])
    desk.call("urn:uuid:1")
    assert desk.rung() == [1, 0]


def test_the_answer_of_a_phone_says_whether_keys_were_in_its_offer() -> None:
    """There is one way, and keys in an offer that goes by it all the same."""
    desk = Desk("{}")
    desk.call(offer=offered(Srtp.OFFERED))
    assert b"crypto" not in desk.invites()[0].body
    desk.do(0, "answer", audio(4000, "10.0.0.10"), desk.now)
    (answered,) = desk.server.reported(Answered)
    assert answered.plain
