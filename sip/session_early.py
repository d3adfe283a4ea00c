"""What is agreed on before the final response of an INVITE, in each of its early dialogs.

There is one such dialog when the INVITE is the peer's, and one for each fork when it is ours (RFC
3261 §12.1): none of them answers the offer of another.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.early_dialog import OFFERED, WAITS, EarlyDialog, Input, State
from sip.errors import PeerError
from sip.events import ProgressConfirmed, Reanswered, Reoffered, SessionId
from sip.exchange import Asked, Given, description_in
from sip.flow import Flow
from sip.message import Request, Response
from sip.offer_answer import decline
from sip.refusal import Refusal
from sip.reliable import MAX_EARLY, is_required
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
    """Those of the INVITE that makes the session, or of our last re-INVITE."""

    __slots__ = (
        *("_by_tag", "_layer", "_open", "_queued", "_requests", "_responses", "_root"),
        *("_session", "_start"),
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
        self._by_tag: dict[str, EarlyDialog] = {}  # the peer's
        self._open: deque[OpenOffer] = deque()
        self._queued: Given | None = None  # what to say when the PRACK of the last is here
        self._root: Dialog
        self._start = State.NOTHING

    @property
    def deadline(self) -> float:
        return self._open[0].until if self._open else inf

    def sent(self, dialog: Dialog, *, offered: bool) -> None:
        """Our INVITE has gone out: whatever came of an earlier one is over."""
        self._root, self._start = dialog, State.OURS if offered else State.NOTHING
        self._by_tag.clear()
        self._open.clear()

    def came(self, dialog: Dialog, *, offered: bool) -> None:
        """The peer's INVITE that makes this session came."""
        self._root, self._start = dialog, State.THEIRS if offered else State.NOTHING
        self._by_tag = {dialog.remote_tag: EarlyDialog(dialog, self._start)}

    def knows(self, tag: str) -> bool:
        return tag in self._by_tag

    def dialog_to(self, tag: str) -> Dialog | None:
        """That of a request of ours; None when it is not an early one."""
        early = self._by_tag.get(tag)
        return early.dialog if early else None

    def dialog_of(self, arrival: Arrival) -> Dialog:
        """That of a request of theirs, which may come before the response that makes it.

        Raises Refusal 481 when there are too many.
        """
        tag = arrival.from_.tag or ""
        if tag not in self._by_tag:
            if len(self._by_tag) == MAX_EARLY:
                raise Refusal(481)
            self._by_tag[tag] = EarlyDialog(self._root.met_by(arrival), self._start)
        return self._by_tag[tag].dialog

    # Responses to our INVITE

    def heard(self, response: Response, given: Given) -> Given | None:
        """What a 101-199 says; None when it does not count.

        A reliable one gets its PRACK, with our answer when it brings an offer: RFC 3262 §4, §5.
        """
        early = self._early_of(response, given.source)
        if early is None:
            return None
        given = replace(given, fork=response.to.tag or "")
        if not is_required(response):
            return self._previewed(early, given)
        rack = self._requests.expected(response)
        if rack is None:
            return None
        if given.sdp and early.step(Input.GET) and early.state is State.THEIRS:
            until = given.now + ANSWER_WITHIN
            self._open.append(OpenOffer(early, given.sdp, until, rack=rack))
            return replace(given, sdp=None, offer=given.sdp)
        early.described = early.described or given.sdp
        self._prack(early, rack, given.now)
        return given

    def _previewed(self, early: EarlyDialog, given: Given) -> Given:
        """RFC 3261 §13.2.1: the first description of a dialog is the answer to our offer."""
        if early.state is not State.OURS:
            return replace(given, sdp=None)
        early.described = given.sdp or early.described
        return given

    def _early_of(self, response: Response, source: Flow | None) -> EarlyDialog | None:
        tag = response.to.tag or ""
        found = self._by_tag.get(tag)
        if self._root.remote_tag:  # of a re-INVITE
            if found is None and tag == self._root.remote_tag:
                found = self._by_tag[tag] = EarlyDialog(self._root, self._start)
        elif found:
            found.dialog = self._root.established_by(response, source).counting_on(found.dialog)
        elif len(self._by_tag) < MAX_EARLY:
            dialog = self._root.established_by(response, source)
            found = self._by_tag[tag] = EarlyDialog(dialog, self._start)
        return found

    def prack_answered(self, tag: str) -> None:
        """A PRACK of ours has its final response, or never will."""
        if early := self._by_tag.get(tag):
            early.pracks -= 1

    def confirmed(self, success: Response, source: Flow | None, now: float) -> EarlyDialog:
        """The dialog a 2xx to the INVITE makes is early no more: what waits in it is refused."""
        early = self._by_tag.pop(success.to.tag or "", None)
        dialog = self._root.established_by(success, source)
        if early is None:
            return EarlyDialog(dialog, self._start)
        early.dialog = dialog.counting_on(early.dialog)
        for offer in [each for each in self._open if each.early is early]:
            self._open.remove(offer)
            if offer.asked:
                self._responses.retry_later(dialog, offer.asked, now)
        return early

    # Our progress, in the INVITE of the peer

    @property
    def waits(self) -> bool:
        """Whether a 2xx to the peer's INVITE may not go out yet."""
        early = self._only
        return early is not None and early.state in WAITS

    @property
    def is_agreed(self) -> bool:
        """Whether a 2xx to the peer's INVITE has no description to bring."""
        early = self._only
        return early is not None and early.is_agreed

    def answered(self) -> None:
        """Our 2xx has gone out."""
        self._by_tag.clear()
        self._queued = None

    def progress(self, given: Given) -> None:
        """A 101-199, reliable where that is required, or allowed and it has a description.

        The description is the answer to their offer. Where they made none it is our offer, which
        only goes into a reliable response; the next one waits for the PRACK of the last.
        """
        early, sdp = self._only, given.sdp
        assert early
        if self._responses.awaits_prack:
            self._queued = given
            return
        reliable = self._responses.must_be_reliable
        if sdp and (reliable or self._responses.may_be_reliable):
            reliable, sdp = True, sdp if early.step(Input.GIVE) else None
        elif early.state is not State.THEIRS:
            sdp = None
        self._responses.progress(early.dialog, given.status, given.now, sdp=sdp, reliable=reliable)

    def check_prack(self, sdp: SessionDescription | None) -> None:
        """Raises PeerError when this is not the time for what a PRACK describes, RFC 3262 §5."""
        early = self._only
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
        early = self._only
        if early is None or sdp is None:
            self._responses.send(self._root, asked, 200, now)
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
            self.progress(replace(queued, now=now))

    # UPDATE, in both directions

    def weigh(self, asked: Asked, offer: SessionDescription, now: float) -> None:
        """Their UPDATE with an offer, RFC 3311 §5.2."""
        early = self._by_tag[asked.arrival.from_.tag or ""]
        if early.step(Input.ASKED):
            self._wait(early, asked, offer, now)
        elif early.state in OFFERED:
            self._responses.send(early.dialog, asked, 491, now)
        else:
            self._responses.retry_later(early.dialog, asked, now)

    def ask(self, offer: SessionDescription, now: float) -> None:
        """Our UPDATE with an offer, where there is one early dialog and nothing is open in it."""
        early = self._only
        if early and "UPDATE" not in early.dialog.allows:
            self._layer.report(Reanswered(self._session, None, 405))
        elif early and not early.pracks and early.step(Input.ASK):
            self._requests.update(early.dialog, now, offer)
        else:
            self._layer.report(Reanswered(self._session, None, 491))

    def updated(self, request: Request, response: Response | None, given: Given) -> bool:
        """Whether this is what became of `ask`; no response counts as 408."""
        early = self._by_tag.get(request.to.tag or "")
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
        offer = self._open.popleft()
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
        offer = self._open.popleft()
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

    @property
    def _only(self) -> EarlyDialog | None:
        """The early dialog there is; None also where there are several."""
        return next(iter(self._by_tag.values())) if len(self._by_tag) == 1 else None

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
