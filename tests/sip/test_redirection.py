from __future__ import annotations

import pytest

from sip.events import Cause, Ended
from sip.headers import Headers
from sip.message import Request, Response
from sip.reason import Reason
from sip.redirection import MAX_CONTACTS, contacts_in, retry_after
from tests.sip.raw import response
from tests.sip.scene import Scene


def refusal(status: int, *fields: tuple[str, str]) -> Response:
    return Response(status, "", Headers(fields))


def test_the_contacts_of_a_redirection_come_best_first() -> None:
    contacts = '<sip:a@h>;q=0.3, "B, b" <sip:b@h?x=y>, <sip:c@h>;q=0.7, <sip:d@h>;q=nonsense'
    wanted = ("sip:b@h?x=y", "sip:d@h", "sip:c@h", "sip:a@h")
    assert contacts_in(refusal(302, ("Contact", contacts))) == wanted
    assert contacts_in(refusal(485, ("Contact", "<tel:+39>"))) == ("tel:+39",)


def test_no_other_refusal_redirects() -> None:
    assert contacts_in(refusal(486, ("Contact", "<sip:a@h>"))) == ()
    assert contacts_in(refusal(302)) == ()


def test_what_cannot_be_read_ends_the_list_and_a_long_one_is_cut() -> None:
    broken = ("Contact", "<sip:a@h>, <nonsense>, <sip:b@h>")
    assert contacts_in(refusal(300, broken)) == ("sip:a@h",)
    many = [("Contact", f"<sip:a{number}@h>") for number in range(100)]
    assert len(contacts_in(refusal(300, *many))) == MAX_CONTACTS


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("120", 120), ("18000;duration=3600", 18000), ("120 (in a meeting)", 120)),
        *(("soon", None), ("-1", None)),
    ],
)
def test_how_long_to_stay_away(text: str, seconds: int | None) -> None:
    assert retry_after(refusal(503, ("Retry-After", text))) == seconds
    assert retry_after(refusal(503)) is None


def test_a_redirected_call_ends_and_nobody_is_called_instead(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    session = scene.call()
    invite = next(each.message for each in scene.wire.passed if each.name == "INVITE")
    assert isinstance(invite, Request)
    fields = (
        *(("Contact", "<sip:+8816@10.0.0.8>"), ("Retry-After", "5")),
        ("Reason", "Q.850;cause=23"),
    )
    sent = scene.stranger(response(invite, 302, *fields))
    assert [each.method for each in sent if isinstance(each, Request)] == ["ACK"]
    scene.run(60.0)
    assert len(scene.sent("INVITE")) == 1
    assert scene.server.reported(Ended) == [
        Ended(session, Cause.REFUSED, 302, (Reason("Q.850", 23),), ("sip:+8816@10.0.0.8",), 5)
    ]
