from __future__ import annotations

from sip.acks import Acks
from sip.actions import Send
from sip.dialog import Dialog
from sip.flow import Here
from sip.headers import Headers
from sip.message import Response, parse
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import SDP, arrived, request
from tests.sip.scene import numbered

PROOFS = Headers([("Proxy-Authorization", "Digest x=1")])


def success(number: int, tag: str) -> Response:
    fields = [("CSeq", f"{number} INVITE"), ("To", f"<sip:a@h>;tag={tag}")]
    return Response(200, "", Headers(fields))


def dialog(tag: str) -> Dialog:
    return Dialog.from_invite(arrived(request("INVITE", from_tag=tag, body=SDP)), "ours")


def acks() -> tuple[Acks, TransactionLayer]:
    layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 10)
    return Acks(layer), layer


def sent(layer: TransactionLayer) -> list[bytes]:
    return [action.data for action in layer.drain() if isinstance(action, Send)]


def test_a_copy_of_a_2xx_gets_the_same_octets_and_another_2xx_none() -> None:
    table, layer = acks()
    assert not table.repeat(success(1, "one"))
    table.send(dialog("one"), success(1, "one"), PROOFS, 0.0)
    (first,) = sent(layer)
    assert table.repeat(success(1, "one"))
    assert sent(layer) == [first]
    assert not table.repeat(success(1, "two")) and not table.repeat(success(2, "one"))


def test_an_ack_proves_what_its_invite_proved() -> None:
    table, layer = acks()
    table.send(dialog("one"), success(4, "one"), PROOFS, 0.0)
    ack = parse(sent(layer)[0])
    assert ack.headers.get("Proxy-Authorization") == "Digest x=1"
    assert str(ack.cseq) == "4 ACK"


def test_those_of_an_earlier_invite_are_let_go() -> None:
    table, _ = acks()
    for tag in ("one", "two"):
        table.send(dialog(tag), success(1, tag), PROOFS, 0.0)
    assert len(table) == 2
    table.send(dialog("one"), success(2, "one"), PROOFS, 0.0)
    assert len(table) == 1 and not table.repeat(success(1, "two"))
