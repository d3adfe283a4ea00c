import json
from pathlib import Path

import pytest

from engine.call import State
from engine.header_policy import (
    MAX_TOTAL_CHARS,
    MAX_VALUE_CHARS,
    MAX_X_HEADERS,
    PREFIX,
    Carried,
    HeaderPolicy,
)
from sip.headers import Headers
from sip.reason import reasons_in
from tests.rig.house import AUDIO, action, converse, engine, flow, phone
from tests.rig.patience import until

SESSION_ID = "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000"
INVITE = (
    ("Via", "SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bK1"),
    ("Record-Route", "<sip:10.0.0.1;lr>"),
    ("Max-Forwards", "17"),
    ("From", '"Ann" <sip:ann@10.0.0.7>;tag=1'),
    ("To", "<sip:support@10.0.0.9>"),
    ("Call-ID", "secret@10.0.0.7"),
    ("CSeq", "1 INVITE"),
    ("Contact", "<sip:ann@10.0.0.7>"),
    ("User-Agent", "Phone 1.0"),
    ("Organization", "Ann & Sons"),
    ("Authorization", 'Digest username="ann"'),
    ("Session-ID", SESSION_ID),
    ("User-to-User", "56a390f3d2b7310023a2;encoding=hex"),
    ("P-Asserted-Identity", "<tel:+15550100>"),
    ("Jip", "212555"),
    ("X-Customer-Id", "4711"),
    ("X-Secret", "of the caller's network"),
)

SENT = (
    ("User-to-User", "abcd"),
    ("X-Id", "7"),
    ("X-Other", "8"),
    ("User-Agent", "Mine"),
    ("Session-ID", SESSION_ID),
)


def carried(
    *fields: tuple[str, str], passed: tuple[str, ...] = (), trusted: bool = False
) -> Carried:
    return HeaderPolicy(passed).read(Headers(fields), trusted=trusted)


def shown(found: Carried) -> dict[str, str]:
    return {name.removeprefix(PREFIX).lower(): value for name, value in found.shown.items()}


def test_the_next_leg_is_told_what_the_table_lets_through_and_nothing_else() -> None:
    assert dict(carried(*INVITE, passed=("x-customer-ID",)).onward) == {
        "Max-Forwards": "16",
        "User-to-User": "56a390f3d2b7310023a2;encoding=hex",
        "X-Customer-Id": "4711",
    }


def test_flows_read_the_headers_of_the_caller_but_nothing_of_the_way_it_came() -> None:
    assert shown(carried(*INVITE)) == {
        "from": '"Ann" <sip:ann@10.0.0.7>;tag=1',
        "to": "<sip:support@10.0.0.9>",
        "user-to-user": "56a390f3d2b7310023a2;encoding=hex",
        "jip": "212555",
        "x-customer-id": "4711",
        "x-secret": "of the caller's network",
    }


def test_an_asserted_identity_counts_from_a_trusted_source_only() -> None:
    assert shown(carried(*INVITE, trusted=True))["p-asserted-identity"] == "<tel:+15550100>"


def test_a_call_that_does_not_count_its_hops_begins_to() -> None:
    assert dict(carried().onward) == {"Max-Forwards": "69"}
    assert dict(carried(("Max-Forwards", "1")).onward) == {"Max-Forwards": "0"}


def test_repeated_headers_are_one_list() -> None:
    assert (
        shown(carried(("User-to-User", "aa"), ("User-to-User", "bb")))["user-to-user"] == "aa, bb"
    )


def test_a_value_that_is_too_long_is_absent_rather_than_cut() -> None:
    found = carried(("User-to-User", "a" * (MAX_VALUE_CHARS + 1)), ("X-A", "a" * MAX_VALUE_CHARS))
    assert shown(found) == {"x-a": "a" * MAX_VALUE_CHARS}


def test_beyond_the_limits_the_first_headers_count() -> None:
    many = [(f"X-{number}", "1") for number in range(MAX_X_HEADERS + 1)]
    assert len(carried(*many).shown) == MAX_X_HEADERS
    large = [(f"X-{number}", "a" * MAX_VALUE_CHARS) for number in range(9)]
    assert sum(map(len, carried(*large).shown.values())) == MAX_TOTAL_CHARS


def test_octets_that_are_no_text_reach_the_phone_but_no_document() -> None:
    found = carried(("User-to-User", "a\udcff"))
    assert shown(found)["user-to-user"] == "a\ufffd"
    assert ("User-to-User", "a\udcff") in found.onward


def test_phones_are_told_the_contact_only_when_the_settings_say_how() -> None:
    assert HeaderPolicy().fields(Carried(), "c-1") == ()
    named = HeaderPolicy(contact_id_header="X-Contact-Id")
    assert named.fields(Carried(), "c-1") == (("X-Contact-Id", "c-1"),)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", None),
        ("Q.850;cause=16", "Q.850;cause=16"),
        ('SIP;cause=200;text="of host.inside"', "SIP;cause=200"),
        ("Preemption;cause=1, q.850;cause=17", "q.850;cause=17"),
        ('SIP;text="no number"', None),
    ],
)
def test_why_a_party_goes_crosses_as_a_number(said: str, told: str | None) -> None:
    reasons = reasons_in(Headers([("Reason", said)] if said else []))
    farewell = HeaderPolicy().farewell(reasons)
    assert (farewell and str(farewell)) == told


async def test_who_rings_or_talks_is_told_why_the_other_party_has_gone(tmp_path: Path) -> None:
    why = (("Reason", 'Q.850;cause=31;text="of host.inside"'),)
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await customer.invite("support", AUDIO)
        await agent.called()
        agent.ring()
        customer.hang_up(why)
        gone = await agent.hung_up()
        assert (gone.by, gone.reason) == ("CANCEL", "Q.850;cause=31")
        await converse(one, customer, agent, "support")
        agent.hang_up(why)
        assert (await customer.hung_up()).reason == "Q.850;cause=31"


async def test_a_flow_reads_a_header_and_the_agents_phone_gets_what_it_may(tmp_path: Path) -> None:
    document = flow(
        action(
            "note",
            "UpdateContactAttributes",
            "set",
            Attributes={
                "uui": "$.Media.Sip.Headers.User-to-User",
                "id": "$.Media.Sip.Headers.x-ID",
            },
        ),
        action("set", "UpdateContactTargetQueue", "transfer", QueueId="support"),
        action("transfer", "TransferContactToQueue", "bye"),
    )
    document["Actions"][0]["Transitions"]["Errors"] = [
        {"NextAction": "bye", "ErrorType": "NoMatchingError"}
    ]
    (tmp_path / "read.json").write_text(json.dumps(document))
    numbers = [{"number": "read", "flow": tmp_path / "read.json"}]
    sip = {"passed_headers": ["X-Id"], "contact_id_header": "X-Contact-Id"}
    async with engine(tmp_path, numbers=numbers, sip=sip) as one:
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            await customer.invite("read", AUDIO, fields=SENT)
            headers = (await agent.called()).invite.headers
            [live] = one.house.registry
            assert live.record.attributes == {"uui": "abcd", "id": "7"}
            assert headers.get("User-to-User") == "abcd"
            assert headers.get("X-Id") == "7"
            assert headers.get("X-Contact-Id") == live.contact_id
            assert headers.get("Max-Forwards") == "69"
            assert headers.get("Session-ID") == SESSION_ID
            assert "X-Other" not in headers and "User-Agent" not in headers
            assert customer.dialog.call_id not in str(headers)


@pytest.mark.parametrize(("hops", "contacts"), [(1, 1), (2, 2), (3, 3)])
async def test_calls_that_lead_back_to_ourselves_come_to_an_end(
    tmp_path: Path, hops: int, contacts: int
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer:
        async with phone(one, "agent1") as first, phone(one, "agent2") as second:
            for agent in (first, second):
                await agent.register(contact=f"<sip:support@127.0.0.1:{one.house.sip.port}>")
            await customer.invite("support", AUDIO, fields=(("Max-Forwards", str(hops)),))
            await until(lambda: len(one.house.registry) == contacts)
            *bridged, last = one.house.registry
            await until(lambda: last.call.state is State.WAITING)
            assert len(one.house.registry) == contacts
            assert all(live.call.state is State.BRIDGED for live in bridged)


def test_the_outside_learns_only_how_many_hops_are_left() -> None:
    policy = HeaderPolicy(("X-Customer-ID",), "X-Contact")
    assert policy.outside(carried(*INVITE, passed=("x-customer-ID",))) == (("Max-Forwards", "16"),)
