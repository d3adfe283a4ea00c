"""The ACK of a 2xx: one for each fork, sent again for each copy of its 2xx. RFC 3261 §13.2.2.4."""

from __future__ import annotations

from functools import partial

from sip.actions import Send
from sip.authorization import FIELDS
from sip.dialog import Dialog
from sip.headers import Headers
from sip.message import Response
from sip.sdp import SessionDescription
from sip.session_messages import describe
from sip.transaction_layer import TransactionLayer

AckKey = tuple[int, str]
"""Number and tag of the 2xx."""


class Acks:
    """Those of the last INVITE of one session that had a 2xx."""

    __slots__ = ("_layer", "_sent")

    def __init__(self, layer: TransactionLayer) -> None:
        self._layer = layer
        self._sent: dict[AckKey, Send | None] = {}  # None until it is known where to

    def __len__(self) -> int:
        return len(self._sent)

    def repeat(self, success: Response) -> bool:
        """Whether it was a copy, which has its ACK again or will have it."""
        key = success.cseq.number, success.to.tag or ""
        if send := self._sent.get(key):
            self._layer.outbox.append(send)
        return key in self._sent

    def send(
        self,
        dialog: Dialog,
        success: Response,
        proofs: Headers,
        now: float,
        answer: SessionDescription | None = None,
    ) -> None:
        """Acknowledge in `dialog`; what proved the INVITE proves its ACK, §22.1.

        `proofs` are the headers of that INVITE, or none for a host that is not to see them.
        """
        key = success.cseq.number, dialog.remote_tag
        ack = dialog.ack(success.cseq.number, self._layer.here)
        ack.headers.take(proofs, *(proof for _, proof in FIELDS.values()))
        if answer:
            describe(ack, answer)
        self._sent = {kept: send for kept, send in self._sent.items() if kept[0] == key[0]}
        self._sent[key] = None
        self._layer.clients.send_once(ack, dialog.hops(), now, partial(self._note, key))

    def _note(self, key: AckKey, send: Send) -> None:
        if key in self._sent:
            self._sent[key] = send
