from __future__ import annotations

import pytest

from sip.dialog import Dialog
from sip.errors import PeerError
from sip.message import Request, parse
from sip.replaces import Replaces
from sip.uri import Uri
from tests.sip.raw import SDP, arrived, request


def invite(*fields: str) -> Request:
    message = parse(request("INVITE", *fields, body=SDP))
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize(
    ("text", "replaces"),
    [
        ("c@h;to-tag=t;from-tag=f", Replaces("c@h", "t", "f")),
        ("c ; from-tag=f ;early-only; to-tag=t;x=y", Replaces("c", "t", "f", early_only=True)),
    ],
)
def test_a_dialog_is_named_by_the_tags_of_both_sides(text: str, replaces: Replaces) -> None:
    assert Replaces.in_invite(invite(f"Replaces: {text}")) == replaces
    assert Replaces.parse(str(replaces)) == replaces


@pytest.mark.parametrize(
    "fields",
    [
        *(("Replaces: c;to-tag=t",), ("Replaces: ;to-tag=t;from-tag=f",), ("Replaces: ",)),
        ("Replaces: c;to-tag=t;from-tag=f", "Replaces: c;to-tag=t;from-tag=f"),
        ("Replaces: c;to-tag=t;from-tag=f", "Join: c;to-tag=t;from-tag=f"),
    ],
)
def test_what_names_none_or_several_is_refused(fields: tuple[str, ...]) -> None:
    with pytest.raises(PeerError):
        Replaces.in_invite(invite(*fields))


def test_an_invite_without_the_field_replaces_nothing() -> None:
    assert Replaces.in_invite(invite()) is None


def test_a_dialog_of_ours_is_named_as_its_peer_knows_it_and_escaped_in_a_uri() -> None:
    dialog = Dialog.from_invite(arrived(request("INVITE", body=SDP)), "ours")
    named = Replaces.of(dialog)
    assert named == Replaces("call-1", to_tag="f1", from_tag="ours")
    target = named.within(Uri.parse("sip:a@h"))
    assert str(target) == "sip:a@h?Replaces=call-1%3Bto-tag%3Df1%3Bfrom-tag%3Dours"
    assert Uri.parse(str(target)).headers == (("Replaces", str(named)),)
