"""The ACK of a 2xx: one for each fork, sent again for each copy of its 2xx. RFC 3261 §13.2.2.4."""

from __future__ import annotations

from sip.actions import Send
from sip.authorization import FIELDS
from sip.dialog import Dialog
from sip.message import Request, Response
from sip.transaction_layer import TransactionLayer


class Acks:
    """Those of the last INVITE of one session that had a 2xx."""

    __slots__ = ("_layer", "_sent")

    def __init__(self, layer: TransactionLayer) -> None:
        self._layer = layer
        self._sent: dict[tuple[int, str], Send] = {}  # by number and tag of the 2xx

    def __len__(self) -> int:
        return len(self._sent)

    def repeat(self, success: Response) -> bool:
        """Whether it was a copy and has had its ACK again."""
        send = self._sent.get((success.cseq.number, success.to.tag or ""))
        if send:
            self._layer.outbox.append(send)
        return send is not None

    def send(self, dialog: Dialog, success: Response, invite: Request) -> None:
        """Acknowledge in `dialog`; what proved the INVITE proves its ACK, §22.1."""
        number, hop = success.cseq.number, dialog.hops()[0]
        ack = dialog.ack(number, self._layer.here)
        via = self._layer.here.via(hop.transport, self._layer.clients.mint_branch())
        ack.headers.set("Via", via)
        ack.headers.take(invite.headers, *(proof for _, proof in FIELDS.values()))
        self._sent = {key: sent for key, sent in self._sent.items() if key[0] == number}
        send = self._sent[number, dialog.remote_tag] = Send(ack.encode(), hop)
        self._layer.outbox.append(send)
