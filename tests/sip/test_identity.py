"""Who calls, as it is read and written; then calls from trusted networks and from others."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from sip.headers import Headers
from sip.identity import (
    MAX_ENTRIES,
    Caller,
    Diversion,
    Retargeting,
    TrustedSources,
    caller_in,
    diversions_in,
    from_for,
    history_in,
    identity_fields,
)
from sip.message import Request, Response, parse
from tests.sip.raw import SDP, request
from tests.sip.scene import OURS, Scene
from tests.sip.test_takeover import proven

HERE = "10.0.0.1:5060"
FROM = Caller("sip:stranger@10.0.0.9", "stranger", "")
ASSERTED = 'P-Asserted-Identity: "Ann" <sip:+3906@carrier.example;user=phone>'
NUMBER = "sip:+3906@carrier.example;user=phone"


def caller(*fields: str, trusted: bool = True) -> Caller:
    invite = parse(request("INVITE", *fields, body=SDP))
    assert isinstance(invite, Request)
    return caller_in(invite, trusted=trusted)


def test_networks_are_trusted_and_nobody_else() -> None:
    sources = TrustedSources([ip_network("10.1.0.0/16"), ip_network("2001:db8::/32")])
    trusted = [sources.trusts(host) for host in ("10.1.2.3", "2001:db8::1", "10.2.0.1", "name", "")]
    assert trusted == [True, True, False, False, False]
    assert not TrustedSources().trusts("127.0.0.1")


def test_only_a_trusted_source_may_say_who_really_calls() -> None:
    assert caller(ASSERTED) == Caller(NUMBER, "+3906", "Ann", asserted=True)
    assert caller(ASSERTED, trusted=False) == FROM
    assert caller() == FROM


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (("P-Preferred-Identity: <sip:b@h>",), Caller("sip:b@h", "b", "", asserted=True)),
        (
            ("P-Preferred-Identity: <sip:b@h>", "P-Asserted-Identity: <tel:+39>"),
            Caller("tel:+39", "+39", "", asserted=True),
        ),
        (
            ("P-Asserted-Identity: nonsense, <sip:c@h>",),
            Caller("sip:c@h", "c", "", asserted=True),
        ),
        (("P-Asserted-Identity: nonsense",), FROM),
    ],
)
def test_what_is_asserted_comes_before_what_is_preferred(
    fields: tuple[str, ...], wanted: Caller
) -> None:
    assert caller(*fields) == wanted


@pytest.mark.parametrize(
    ("privacy", "private"),
    [
        *(("id", True), ("user;critical", True), ("header; ID", True), ("session, id", True)),
        *(("none", False), ("header", False), ("history", False)),
    ],
)
def test_who_wants_privacy_is_noted_whoever_says_so(privacy: str, private: bool) -> None:
    for trusted in (True, False):
        assert caller(f"Privacy: {privacy}", trusted=trusted).private is private


def test_the_name_of_an_anonymous_from_is_not_the_caller_s() -> None:
    invite = parse(request("INVITE", ASSERTED.replace('"Ann" ', ""), "Privacy: id"))
    assert isinstance(invite, Request)
    invite.headers.set("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
    assert caller_in(invite, trusted=True) == Caller(NUMBER, "+3906", "", True, True)


def test_diversions_are_read_and_those_that_cannot_be_are_left_out() -> None:
    text = (
        '"Bob" <sip:bob@h>;reason=no-answer;counter=2;privacy="full", nonsense,'
        '<tel:+39>;reason="User-Busy";counter=x;privacy=off'
    )
    assert diversions_in(Headers([("Diversion", text)])) == (
        Diversion("sip:bob@h", "bob", "Bob", "no-answer", 2, private=True),
        Diversion("tel:+39", "+39", "", "user-busy", 1),
    )
    assert diversions_in(Headers([("Diversion", '"unclosed')])) == diversions_in(Headers()) == ()
    assert len(diversions_in(Headers([("Diversion", "<sip:a@h>")] * 99))) == MAX_ENTRIES


def test_a_history_is_read_with_the_reasons_inside_of_its_uris() -> None:
    text = (
        "<sip:a@h?Reason=SIP%3Bcause%3D302>;index=1, <sip:b@h?Privacy=history>;index=1.1,"
        " <sip:c@h>;index=x, <sip:d@h>, <sip:e@h;cause=408>;index=1.1.1"
    )
    assert history_in(Headers([("History-Info", text)])) == (
        Retargeting("sip:a@h", "a", "1", "SIP;cause=302"),
        Retargeting("sip:b@h", "b", "1.1", private=True),
        Retargeting("sip:e@h;cause=408", "e", "1.1.1"),
    )
    hidden = Headers([("History-Info", "<sip:a@h>;index=1"), ("Privacy", "history")])
    assert [entry.private for entry in history_in(hidden)] == [True]


@pytest.mark.parametrize(
    ("who", "from_", "trusted", "untrusted"),
    [
        (
            Caller("sip:+39@carrier.example;x=y", "+39", "Ann"),
            f'"Name" <sip:+39@{HERE}>',
            (("P-Asserted-Identity", f'"Ann" <sip:+39@{HERE}>'),),
            (),
        ),
        (
            Caller("tel:+39", "+39", "", asserted=True, private=True),
            '"Anonymous" <sip:anonymous@anonymous.invalid>',
            (("P-Asserted-Identity", "<tel:+39>"), ("Privacy", "id")),
            (("Privacy", "id"),),
        ),
        (Caller("sip:carrier.example", "", ""), f'"Name" <sip:{HERE}>', (), ()),
    ],
)
def test_only_trusted_peers_are_told_who_a_private_caller_is(
    who: Caller,
    from_: str,
    trusted: tuple[tuple[str, str], ...],
    untrusted: tuple[tuple[str, str], ...],
) -> None:
    assert str(from_for("Name", who, HERE)) == from_
    assert identity_fields(who, HERE, trusted=True) == trusted
    assert identity_fields(who, HERE, trusted=False) == untrusted


def test_a_name_in_a_user_part_cannot_leave_it() -> None:
    evil = Caller("sip:x@h", "a>;tag=1\r\nX: y", "")
    assert str(from_for("", evil, HERE)) == f"<sip:a%3E;tag=1%0D%0AX%3A%20y@{HERE}>"


# Whole calls


@pytest.mark.parametrize("networks", [("10.0.0.9/32",), ("192.0.2.0/24",), ()])
def test_a_call_is_reported_with_who_is_behind_it(networks: tuple[str, ...]) -> None:
    scene = Scene(trusted_sources=networks)
    fields = (ASSERTED, "Diversion: <sip:b@h>", "History-Info: <sip:a@h>;index=1")
    scene.stranger(request("INVITE", *fields, body=SDP))
    event, trusted = scene.incoming(), networks == ("10.0.0.9/32",)
    assert event.trusted is event.caller.asserted is trusted
    assert event.diversions == (Diversion("sip:b@h", "b"),)
    assert event.history == (Retargeting("sip:a@h", "a", "1"),)


@pytest.mark.parametrize(("networks", "told"), [(("10.0.0.2/32",), True), ((), False)])
def test_a_call_of_ours_hides_a_private_caller(networks: tuple[str, ...], told: bool) -> None:
    scene = Scene(trusted_sources=networks)
    scene.register()
    who = Caller("sip:+39@carrier.example", "+39", "Ann", asserted=True, private=True)
    _, actions = scene.endpoint.invite(
        "agent1", caller="Ann", offer=OURS, identity=who, now=scene.now
    )
    scene.server.do(actions)
    invite = scene.wire.passed[-1].message
    assert invite.from_.uri == "sip:anonymous@anonymous.invalid"
    assert invite.headers.get("Privacy") == "id"
    assert ("P-Asserted-Identity" in invite.headers) is told
    assert told or b"+39" not in scene.wire.passed[-1].data


@pytest.mark.parametrize(("user", "status"), [("anonymous", 100), ("somebody-else", 403)])
def test_a_phone_that_proves_itself_may_be_anonymous_but_nobody_else(
    user: str, status: int
) -> None:
    scene = Scene()
    scene.stranger(request("INVITE", body=SDP))
    scene.server.do(scene.endpoint.challenge(scene.incoming().session, scene.now))
    refusal = scene.wire.passed[-1].message
    assert isinstance(refusal, Response)
    proof = f"Authorization: {proven(refusal, 'agent1')}"
    data = request("INVITE", proof, "Privacy: user", branch="b2", cseq=2, body=SDP)
    data = data.replace(
        b"sip:stranger@10.0.0.9>;tag", f"sip:{user}@anonymous.invalid>;tag".encode()
    )
    assert scene.statuses(data) == [status]
    if status == 100:
        assert (scene.incoming().username, scene.incoming().caller.private) == ("agent1", True)
