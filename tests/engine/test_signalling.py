from dataclasses import replace
from pathlib import Path

import pytest

from engine.directory import Resources
from engine.header_policy import MAX_VALUE_CHARS
from engine.signalling import of_end, of_invite
from engine.web.shapes import contact
from sip import Caller, Diversion, InviteReceived, Reason, Retargeting, SessionId
from sip.headers import Headers
from tests.rig.house import AUDIO, engine, phone
from tests.rig.patience import until

SESSION = "0123456789abcdef0123456789abcdef"
INVITE = InviteReceived(
    SessionId("s"),
    "support",
    Caller("sip:+15550100@h", "+15550100", "Ann"),
    None,
    None,
    ("10.0.0.9", 5060),
    Headers([("Session-ID", f"{SESSION.upper()};remote={'0' * 32}")]),
    trusted=True,
    diversions=(Diversion("sip:+15550101@h", "+15550101", reason="no-answer", counter=2),),
    history=(
        Retargeting("sip:a@h", "a", "1", "SIP;cause=302", private=True),
        Retargeting("sip:b@h", "b", "1.1"),
    ),
)


def test_the_way_of_a_call_is_kept_by_the_names_of_its_headers() -> None:
    assert of_invite(INVITE) == {
        "Session-ID": SESSION,
        "Diversion": "<sip:+15550101@h>;reason=no-answer;counter=2",
        "History-Info": "<sip:a@h>;index=1;reason=SIP;cause=302;privacy=history, "
        "<sip:b@h>;index=1.1",
    }


def test_strangers_are_not_believed_about_the_way_of_a_call() -> None:
    assert of_invite(replace(INVITE, trusted=False)) == {"Session-ID": SESSION}


@pytest.mark.parametrize("written", ["", "no hexadecimal", SESSION[1:], SESSION + "0"])
def test_a_session_id_that_cannot_be_read_is_left_out(written: str) -> None:
    headers = Headers([("Session-ID", written)])
    assert of_invite(replace(INVITE, headers=headers, trusted=False)) == {}


def test_only_as_much_is_kept_as_fits_and_any_database_takes() -> None:
    many = replace(INVITE, diversions=tuple(Diversion(f"sip:{n}@h\udcff", "") for n in range(90)))
    kept = of_invite(many)["Diversion"]
    assert MAX_VALUE_CHARS - 60 < len(kept) <= MAX_VALUE_CHARS
    assert kept.encode()
    assert of_end([Reason("SIP", 200, "x" * MAX_VALUE_CHARS)]) == {}


def test_who_gives_no_reason_leaves_none() -> None:
    assert of_end([]) == {}
    assert of_end([Reason("Q.850", 16)]) == {"Reason": "Q.850;cause=16"}


async def test_the_record_says_why_the_call_ended(tmp_path: Path) -> None:
    sip = {"port": 0, "trusted_sources": ["127.0.0.0/8"]}
    fields = (("Session-ID", SESSION), ("Diversion", "<sip:+15550101@h>;reason=user-busy"))
    async with engine(tmp_path, sip=sip) as one, phone(one) as customer:
        await customer.invite("support", AUDIO, fields=fields)
        [live] = one.house.registry
        customer.hang_up((("Reason", 'Q.850;cause=16;text="Normal"'),))
        await until(lambda: live.call.ended_by)
        await one.house.ledger.flush()
        record = await one.house.records.contact(live.contact_id)
    assert record
    assert record.signalling == {
        "Session-ID": SESSION,
        "Diversion": "<sip:+15550101@h>;reason=user-busy;counter=1",
        "Reason": 'Q.850;cause=16;text="Normal"',
    }
    shown = contact(record, Resources("arn"))["SegmentAttributes"]
    assert shown == {
        f"earshot:{name}": {"ValueString": value} for name, value in record.signalling.items()
    }


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ((), "sip:customer@127.0.0.1:"),
        ((("Privacy", "id"),), "sip:anonymous@anonymous.invalid"),
    ],
)
async def test_agents_see_who_calls_unless_the_caller_hides(
    tmp_path: Path, fields: tuple[tuple[str, str], ...], shown: str
) -> None:
    async with engine(tmp_path) as one:
        async with phone(one) as customer, phone(one, "agent1") as agent:
            await agent.register()
            await customer.invite("support", AUDIO, fields=fields)
            invite = (await agent.called()).invite
            assert invite.from_.uri.startswith(shown)
            assert ("customer" in str(invite.from_)) is not bool(fields)
            assert invite.headers.all("Privacy") == (["id"] if fields else [])
