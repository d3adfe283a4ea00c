"""What is agreed on before the final response of an INVITE, in each of its early dialogs.

None of them answers the offer of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from sip.early_dialog import OFFERED, WAITS, EarlyDialog, Input, State
from sip.early_dialogs import EarlyDialogs
from sip.errors import PeerError
from sip.events import ProgressConfirmed, Reanswered, Reoffered, SessionId
from sip.exchange import Asked, Given, description_in
from sip.flow import Flow
from sip.message import Request, Response
from sip.offer_answer import decline
from sip.reliable import is_required
from sip.sdp import SessionDescription
from sip.session_requests import SessionRequests
from sip.session_responses import SessionResponses
from sip.transaction import TIMEOUT
from sip.transaction_layer import TransactionLayer

ANSWER_WITHIN: Final = TIMEOUT / 2  # seconds our user has, well before the peer's Timer F


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer of the peer that waits for our user.

    `asked` is the UPDATE or the PRACK it came in; `rack` names the reliable response otherwise.
    """

    early: EarlyDialog
    offer: SessionDescription
    until: float
    asked: Asked | None = None
    rack: str = ""


class SessionEarly:
    """`dialogs` are those of the INVITE that makes the session, or of our last re-INVITE."""

    __slots__ = (
        *("_layer", "_open", "_queued", "_requests", "_responses", "_session"),
        "dialogs",
    )

    def __init__(
        self,
        layer: TransactionLayer,
        session: SessionId,
        requests: SessionRequests,
        responses: SessionResponses,
    ) -> None:
        self._layer, self._session = layer, session
        self._requests, self._responses = requests, responses
        self.dialogs = EarlyDialogs()
        self._open: list[OpenOffer] = []
        self._queued: Given | None = None  # what to say when the PRACK of the last is here

    @property
    def deadline(self) -> float:
        return self._open[0].until if self._open else inf

    # Responses to our INVITE

    def heard(self, response: Response, given: Given) -> Given | None:
        """What a 101-199 says; None when it does not count.

        A reliable one gets its PRACK, with our answer when it brings an offer: RFC 3262 §4, §5.
        """
        early = self.dialogs.heard(response, given.source)
        if early is None:
            return None
        given = given._replace(fork=response.to.tag or "")
        if not is_required(response):
            return self._previewed(early, given)
        rack = self._requests.expected(response)
        if rack is None:
            return None
        sdp = given.sdp if given.sdp and early.step(Input.GET) else None  # else it is not the first
        if sdp and early.state is State.THEIRS:
            self._open.append(OpenOffer(early, sdp, given.now + ANSWER_WITHIN, rack=rack))
            return given._replace(sdp=None, offer=sdp)
        early.described = sdp or early.described
        self._prack(early, rack, given.now)
        return given._replace(sdp=sdp)

    def _previewed(self, early: EarlyDialog, given: Given) -> Given:
        """RFC 3261 §13.2.1: the first description of a dialog is the answer to our offer."""
        if early.state is not State.OURS:
            return given._replace(sdp=None)
        early.described = given.sdp or early.described
        return given

    def prack_answered(self, tag: str) -> None:
        """A PRACK of ours has its final response, or never will."""
        if early := self.dialogs.get(tag):
            early.pracks -= 1

    def confirmed(self, success: Response, source: Flow | None, now: float) -> EarlyDialog:
        """The dialog a 2xx to our INVITE makes; what waits in it is to come once more."""
        early = self.dialogs.confirmed(success, source)
        for offer in [each for each in self._open if each.early is early]:
            self._open.remove(offer)
            if offer.asked:
                self._responses.retry_later(early.dialog, offer.asked, now)
        return early

    # Our progress, in the INVITE of the peer

    @property
    def waits(self) -> bool:
        """Whether a 2xx to the peer's INVITE may not go out yet."""
        own = self.dialogs.own
        return own is not None and own.state in WAITS

    @property
    def is_agreed(self) -> bool:
        """Whether a 2xx to the peer's INVITE has no description to bring."""
        own = self.dialogs.own
        return own is not None and own.is_agreed

    def answered(self) -> None:
        """Our 2xx has gone out."""
        self.dialogs.answered()
        self._queued = None

    def progress(self, given: Given) -> None:
        """A 101-199, reliable where that is required, or allowed and it has a description.

        The description is the answer to their offer. Where they made none it is our offer, which
        only goes into a reliable response; the next one waits for the PRACK of the last.
        """
        early, sdp = self.dialogs.own, given.sdp
        assert early
        if self._responses.awaits_prack:
            said = self._queued.sdp if self._queued else None
            self._queued = given._replace(sdp=sdp or said)
            return
        reliable = self._responses.must_be_reliable
        if sdp and (reliable or self._responses.may_be_reliable):
            reliable, sdp = True, sdp if early.step(Input.GIVE) else None
        elif early.state is not State.THEIRS:
            sdp = None
        self._responses.progress(early.dialog, given.status, given.now, sdp=sdp, reliable=reliable)

    def check_prack(self, sdp: SessionDescription | None) -> None:
        """Raises PeerError when this is not the time for what a PRACK describes, RFC 3262 §5."""
        early = self.dialogs.own
        if sdp is None:
            if early and early.state is State.OURS:
                raise PeerError("No answer in the PRACK")
        elif early is None or early.state in (State.NOTHING, State.THEIRS):
            raise PeerError("An offer in a PRACK out of turn", status=488)
        elif early.state is State.UPDATING:
            raise PeerError("An offer of ours is pending", status=491)
        elif early.state is State.UPDATED:
            raise self._responses.come_later()

    def pracked(self, asked: Asked, sdp: SessionDescription | None, now: float) -> None:
        """Take a PRACK that has been checked."""
        early = self.dialogs.own
        if early is None or sdp is None:
            self._responses.send(self.dialogs.root, asked, 200, now)
            if early and early.step(Input.CONFIRM):
                self._layer.report(ProgressConfirmed(self._session, None))
        elif early.step(Input.GET):
            self._responses.send(early.dialog, asked, 200, now)
            self._layer.report(ProgressConfirmed(self._session, sdp))
        else:
            if early.step(Input.CONFIRM):
                self._layer.report(ProgressConfirmed(self._session, None))
            early.step(Input.ASKED)
            self._wait(early, asked, sdp, now)
        queued, self._queued = self._queued, None
        if queued and early:
            self.progress(queued._replace(now=now))

    # UPDATE, in both directions

    def weigh(self, asked: Asked, offer: SessionDescription, now: float) -> None:
        """Their UPDATE with an offer, RFC 3311 §5.2."""
        early = self.dialogs.own or self.dialogs.of(asked.arrival)
        if early.step(Input.ASKED):
            self._wait(early, asked, offer, now)
        elif early.state in OFFERED:
            self._responses.send(early.dialog, asked, 491, now)
        else:
            self._responses.retry_later(early.dialog, asked, now)

    def ask(self, offer: SessionDescription, now: float) -> bool:
        """Whether our UPDATE goes out: there is one early dialog, and nothing is open in it."""
        early = self.dialogs.only
        allows = early is not None and "UPDATE" in early.dialog.allows
        if early and allows and not early.pracks and early.step(Input.ASK):
            self._requests.update(early.dialog, now, offer)
            return True
        status = 491 if allows or early is None else 405
        self._layer.report(Reanswered(self._session, None, status))
        return False

    def updated(self, request: Request, response: Response | None, given: Given) -> bool:
        """Whether this is what became of `ask`; no response counts as 408."""
        early = self.dialogs.get(request.to.tag or "")
        if early is None or early.state is not State.UPDATING or not request.body:
            return False
        early.step(Input.SETTLE)
        status, sdp = response.status if response else 408, None
        if response and status < 300:
            early.dialog.refreshed_by(response)
            sdp = early.described = given.sdp
            self._responses.described = description_in(request)
        self._layer.report(Reanswered(self._session, sdp, status))
        return True

    # Their offers, and our user

    def accept(self, sdp: SessionDescription, now: float) -> None:
        """Answer the offer that was told first."""
        if not self._open:
            return
        offer = self._open.pop(0)
        early, early.described = offer.early, None
        if offer.asked:
            early.step(Input.SETTLE)
            self._responses.send(early.dialog, offer.asked, 200, now, sdp=sdp)
        else:
            early.step(Input.ANSWER)
            self._responses.described = sdp
            self._prack(early, offer.rack, now, sdp)

    def refuse(self, status: int, now: float) -> None:
        """Refuse the offer that was told first; a PRACK of ours has to answer it all the same."""
        if not self._open:
            return
        offer = self._open.pop(0)
        if offer.asked:
            offer.early.step(Input.SETTLE)
            self._responses.send(offer.early.dialog, offer.asked, status, now)
        else:
            offer.early.step(Input.ANSWER)
            self._prack(offer.early, offer.rack, now, decline(offer.offer))

    def tick(self, now: float) -> None:
        """504 says that the user would have to be asked, RFC 3311 §5.2."""
        while self._open and self._open[0].until <= now:
            self.refuse(504, now)

    def end(self, now: float) -> None:
        """The session is over."""
        for offer in self._open:
            if offer.asked:
                self._responses.send(offer.early.dialog, offer.asked, 487, now)
        self._open.clear()
        self._queued = None

    def _prack(
        self, early: EarlyDialog, rack: str, now: float, answer: SessionDescription | None = None
    ) -> None:
        early.pracks += 1
        self._requests.prack(early.dialog, rack, now, answer)

    def _wait(
        self, early: EarlyDialog, asked: Asked, offer: SessionDescription, now: float
    ) -> None:
        self._open.append(OpenOffer(early, offer, now + ANSWER_WITHIN, asked))
        fork = early.dialog.remote_tag
        self._layer.report(Reoffered(self._session, offer, fork))
