"""Transfers in one session: the peer wants us to call somebody, or we want that of the peer."""

from __future__ import annotations

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.events import ReferProgressed, SessionId
from sip.exchange import Asked, Fields
from sip.message import Request, Response
from sip.referral import Referral
from sip.session_requests import SessionRequests
from sip.session_responses import SessionResponses
from sip.transaction_layer import TransactionLayer
from sip.transfer import News, Transfer


class SessionTransfers:
    """One at a time in each direction. The dialog is the session's."""

    __slots__ = ("_layer", "_referral", "_requests", "_responses", "_session", "_transfer")

    def __init__(
        self,
        layer: TransactionLayer,
        session: SessionId,
        requests: SessionRequests,
        responses: SessionResponses,
    ) -> None:
        self._layer, self._session = layer, session
        self._requests, self._responses = requests, responses
        self._referral, self._transfer = Referral(), Transfer()

    @property
    def deadline(self) -> float:
        return self._transfer.deadline

    # The peer asks us

    def open(self, dialog: Dialog, asked: Asked, now: float) -> bool:
        """Whether this REFER may wait for our user: another gets 491 until the first is settled."""
        opened = self._referral.open(asked)
        if not opened:
            self._responses.send(dialog, asked, 491, now)
        return opened

    def accept(self, dialog: Dialog, now: float) -> None:
        """202, and the first NOTIFY."""
        if accepted := self._referral.accept():
            asked, fields = accepted
            self._responses.send(dialog, asked, 202, now, fields=fields)
            self.notify(dialog, 100, now)

    def reject(self, dialog: Dialog, status: int, now: float) -> None:
        if asked := self._referral.reject():
            self._responses.send(dialog, asked, status, now)

    def notify(self, dialog: Dialog, status: int, now: float) -> None:
        if notice := self._referral.report(status):
            self._requests.notify(dialog, notice, now)

    def notify_answered(self, response: Response) -> None:
        """481 means that the peer has no such subscription any more: RFC 6665 §4.2.2."""
        if response.status == 481:
            self._referral.forget()

    # We ask the peer

    def ask(self, dialog: Dialog, fields: Fields, now: float) -> None:
        """Send a REFER, unless it is known what would come of it."""
        if self._transfer.is_open:
            self._tell((491, True))
        elif dialog.allows and "REFER" not in dialog.allows:
            self._tell((405, True))
        else:
            request = self._requests.refer(dialog, fields, now)
            self._transfer.start(request.cseq.number, now)

    def asked_again(self, request: Request) -> None:
        """The REFER went out once more, under another number."""
        self._transfer.number = request.cseq.number

    def refer_answered(self, response: Response, now: float) -> None:
        if response.status >= 200 and self._transfer.is_open:
            self._tell(self._transfer.answered(response, now))

    def refer_unheard(self, now: float) -> None:
        if self._transfer.is_open:
            self._tell(self._transfer.unheard(now))

    def notified(self, notify: Arrival) -> None:
        """Raises PeerError for a NOTIFY that is not about our REFER."""
        self._tell(self._transfer.notified(notify.request, notify.now))

    def tick(self, now: float) -> None:
        self._tell(self._transfer.tick(now))

    def end(self, dialog: Dialog, now: float) -> None:
        """The session is over."""
        self.reject(dialog, 487, now)
        self._transfer.stop()

    def _tell(self, news: News | None) -> None:
        if news:
            self._layer.report(ReferProgressed(self._session, *news))
