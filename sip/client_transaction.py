"""One request on its way by one flow, under one branch: RFC 3261 §17.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.actions import ClientKey, Send
from sip.flow import Flow
from sip.headers import Fields, Headers
from sip.invite_client import Do, InviteClient
from sip.message import DEFAULT_MAX_FORWARDS, Request, Response
from sip.request_client import RequestClient
from sip.timers import Timed

if TYPE_CHECKING:
    from sip.client_transactions import ClientTransactions
    from sip.outgoing import Outgoing


class ClientTransaction(Timed):
    """Resends, acknowledges refusals, and tells `owner` what came of it; nobody when that is None.

    `request` is the owner's, who may send it by another flow later; what was sent here is kept.
    """

    __slots__ = ("_data", "_machine", "_owner", "_request", "_table", "_via", "flow", "key")

    def __init__(
        self,
        table: ClientTransactions,
        request: Request,
        data: bytes,
        branch: str,
        flow: Flow,
        owner: Outgoing | None,
        now: float,
        patience: float,
    ) -> None:
        super().__init__()
        self._table, self._request, self._owner = table, request, owner
        self.key: ClientKey = (branch, request.method)
        self.flow = flow
        self._via, self._data = str(request.headers.get("Via")), data
        machine = InviteClient if request.method == "INVITE" else RequestClient
        self._machine = machine(now, flow.reliable)
        self._machine.expire_at(now + patience)

    @property
    def deadline(self) -> float:
        return self._machine.deadline

    @property
    def over(self) -> bool:
        return self._machine.over

    def send(self) -> None:
        self._table.outbox.append(Send(self._data, self.flow, self.key))

    def receive(self, response: Response, source: Flow, now: float) -> None:
        if response.status >= 200:
            self._data = b""  # never sent again, and this may stay for half a minute
        self._perform(self._machine.receive(response.status, now), now, response, source)

    def tick(self, now: float) -> None:
        self._perform(self._machine.tick(now), now)

    def undelivered(self, now: float) -> None:
        """What was sent did not reach the wire."""
        self._perform(self._machine.undelivered(now), now)

    def cancel(self, now: float, fields: Fields) -> None:
        """Send a CANCEL after this INVITE, which has had a provisional response: §9.1."""
        assert isinstance(self._machine, InviteClient), "only an INVITE is cancelled"
        self._machine.cancel(now)
        self._table.settle(self)
        cancel = self._like("CANCEL")
        for name, value in fields:
            cancel.headers.set(name, value)
        branch, _ = self.key
        self._table.open(cancel, cancel.encode(), branch, self.flow, None, now)

    def _perform(
        self,
        todo: tuple[Do, ...],
        now: float,
        response: Response | None = None,
        source: Flow | None = None,
    ) -> None:
        self._table.settle(self)
        for do in todo:
            if do is Do.SEND:
                self.send()
            elif do is Do.SEND_ACK and response:
                self._acknowledge(response)
            elif self._owner:
                self._owner.heard(self, do, now, response, source)
        if self.over:
            self._owner = None  # who holds us: else both wait for a search for garbage

    def _acknowledge(self, refusal: Response) -> None:
        """ACK a 300-699, hop by hop: §17.1.1.3."""
        ack = self._like("ACK")
        ack.headers.take(refusal.headers, "To")
        self._table.outbox.append(Send(ack.encode(), self.flow))

    def _like(self, method: str) -> Request:
        """The CANCEL or the ACK that belongs to an INVITE: its URI, number, route and parties."""
        request, headers = self._request, Headers()
        headers.set("Via", self._via)
        headers.take(request.headers, "Route", "From", "To", "Call-ID", "Session-ID")
        headers.set("Max-Forwards", str(DEFAULT_MAX_FORWARDS))
        headers.set("CSeq", f"{request.cseq.number} {method}")
        return Request(method, request.uri, headers)
