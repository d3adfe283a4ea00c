"""What became of the requests of one session, as inputs of its table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sip.early_dialog import State as Early
from sip.exchange import Given, readable_description
from sip.flow import Flow
from sip.leg import Leg
from sip.message import Request, Response
from sip.offer_answer import decline
from sip.refusal import SUPPORTED
from sip.session_forks import Fork, SessionForks
from sip.session_table import CALLS, IN_DIALOG, OVER, UNHEARD, UNTOLD, Input, State

MAX_FORKS: Final = 8  # 2xx of other branches that are acknowledged and hung up
MAX_GLARES: Final = 5  # tries of a reoffer that crossed one of the peer's, after the first

Outcome = tuple[Input, Given]


class Outcomes:
    """`None` in place of an outcome: nothing that the table has to know."""

    __slots__ = ("_leg",)

    def __init__(self, leg: Leg) -> None:
        self._leg = leg

    def of(self, request: Request, response: Response, source: Flow, now: float) -> Outcome | None:
        """What a response means."""
        leg = self._leg
        if leg.forks and _is_first(request):
            return self._of_fork(leg.forks, request, response, source, now)
        tag = request.to.tag
        early = leg.early.dialogs.get(tag) if tag else None
        dialog = early.dialog if early else leg.dialog
        again = leg.requests.corrected(dialog, request, response, source)
        sdp = readable_description(response)
        given = Given(now, response=response, source=source, sdp=sdp, again=again)
        if again and request.method != "INVITE":
            leg.requests.again(dialog, again, now)
            if request.method == "REFER":
                leg.transfers.asked_again(again)
            return None
        return _MEANINGS[request.method](self, request, response, given)

    def unheard(self, request: Request, event: Input, now: float) -> Outcome | None:
        """A request had no response: `event` for an INVITE."""
        given = Given(now)
        if self._leg.forks and _is_first(request):
            fork = self._leg.forks.of(request)
            return self._lost_fork(self._leg.forks, fork, given, event) if fork else None
        if request.method == "UPDATE" and self._leg.machine.state not in OVER:
            self._leg.early.updated(request, None, given)
        if request.method == "PRACK":
            self._leg.early.prack_answered(request.to.tag or "")
        if request.method == "REFER":
            self._leg.transfers.refer_unheard(now)
        if request.method in UNTOLD or self._leg.requests.is_outdated(request):
            return None
        return UNHEARD.get(request.method, event), given

    def _of_fork(
        self, forks: SessionForks, request: Request, response: Response, source: Flow, now: float
    ) -> Outcome | None:
        """The same for one of several INVITEs of ours that are to make this session."""
        leg, fork = self._leg, forks.of(request)
        if fork is None:
            return None
        calls = leg.machine.state in CALLS
        if calls:
            leg.early.dialogs.turn(fork.root)
        again = leg.requests.corrected(fork.root, request, response, source)
        if again and forks.again(fork, again, now):
            return None
        sdp, plain = readable_description(response), fork.way.plain
        given = Given(now, response=response, source=source, sdp=sdp, plain=plain)
        if response.status >= 300:
            return self._lost_fork(forks, fork, given, Input.UNANSWERED)
        if response.status < 200:
            forks.heard(fork, now)
            return self._progressed(response, given) if calls else None
        if calls:
            leg.offer = fork.way.offer
            leg.requests.chosen(request)
        forks.answered(fork, now)
        return self._succeeded(request, response, given)

    def _lost_fork(
        self, forks: SessionForks, fork: Fork, given: Given, event: Input
    ) -> Outcome | None:
        """A phone has refused, or `event`: §16.7. The session is told when it was the last."""
        forks.refused(fork, given.response, given.now)
        if self._leg.machine.state not in CALLS:
            return None
        if forks.is_over:
            given = given._replace(response=forks.best)
            return (Input.REFUSAL if forks.best else event), given
        declined = given.response is not None and given.response.status >= 600
        return (Input.DECLINED, given) if declined else None

    def _invite(self, request: Request, response: Response, given: Given) -> Outcome | None:
        if response.status < 200:
            return self._progressed(response, given)
        if response.status < 300:
            return self._succeeded(request, response, given)
        return (Input.CORRECTED, given) if given.again else self._refused(request, response, given)

    def _progressed(self, response: Response, given: Given) -> Outcome:
        """A 100 makes no dialog; neither does a response that wants what we do not know.

        What does not count, as it is a copy, still says that we are to be patient.
        """
        if response.status == 100:
            return Input.TRYING, given
        if self._leg.machine.state in OVER:
            return Input.PROGRESS, given
        heard = None if _is_unusable(response) else self._leg.early.heard(response, given)
        return (Input.PROGRESS, heard) if heard else (Input.TRYING, given)

    def _succeeded(self, request: Request, response: Response, given: Given) -> Outcome | None:
        """A 2xx to an INVITE of ours: a copy, the one we wait for, or that of another fork."""
        leg, state = self._leg, self._leg.machine.state
        if leg.requests.acks.repeat(response):
            return None
        if state in CALLS:
            return self._established(response, given)
        if (response.to.tag or "") != leg.dialog.remote_tag:
            self._lost(request, response, given)
        elif state is not State.OWING and leg.requests.is_last_invite(request):
            return self._renewed(response, given)
        return None

    def _established(self, response: Response, given: Given) -> Outcome:
        """RFC 3261 §13.2.2.4. A 2xx need not repeat what its own fork has answered early."""
        leg = self._leg
        early = leg.early.confirmed(response, given.source, given.now)
        leg.dialog = early.dialog
        leg.timer.agreed(response, given.now)
        answer, offer = early.described, None
        if early.state is Early.OURS:
            leg.responses.described = leg.offer
            answer = given.sdp or early.described
        elif not early.is_agreed:
            answer, offer = None, given.sdp
        settled = early.is_agreed and answer is None
        fork = response.to.tag or ""
        given = given._replace(sdp=answer, offer=offer, fork=fork, settled=settled)
        if leg.machine.state in OVER:
            return Input.SUCCESS, given
        if _is_unusable(response):
            return Input.UNUSABLE, given
        if early.state is Early.UPDATING:
            return Input.CARRIED_ON, given
        return (Input.COUNTEROFFER if given.offer else Input.SUCCESS), given

    def _lost(self, request: Request, response: Response, given: Given) -> None:
        """Another fork has the call already: this one is acknowledged and hung up."""
        leg = self._leg
        if len(leg.requests.acks) == MAX_FORKS:
            return
        early, declined = leg.early.confirmed(response, given.source, given.now), None
        if given.sdp and early.state in (Early.NOTHING, Early.THEIRS):
            declined = decline(given.sdp)
        leg.requests.ack(early.dialog, response, given.now, declined, request)
        leg.requests.bye(early.dialog, given.now, unheard=True)

    def _renewed(self, response: Response, given: Given) -> Outcome:
        """A 2xx to a re-INVITE; its answer may have come in a reliable response before it."""
        leg = self._leg
        early = leg.early.confirmed(response, given.source, given.now)
        leg.dialog.refreshed_by(response)
        leg.timer.agreed(response, given.now)
        leg.responses.described = leg.offer
        if _is_unusable(response):
            return Input.UNUSABLE, given
        return Input.SUCCESS, given._replace(sdp=early.described if early.is_agreed else given.sdp)

    def _refused(self, request: Request, response: Response, given: Given) -> Outcome:
        """A final response of 300 or more to an INVITE, or to an UPDATE with an offer."""
        status = response.status
        glared_out = status == 491 and self._leg.glares == MAX_GLARES
        if request.to.tag is None or glared_out:
            return Input.REFUSAL, given
        return IN_DIALOG.get(status, Input.REFUSAL), given

    def _update(self, request: Request, response: Response, given: Given) -> Outcome | None:
        """Without an offer it only refreshed: a refusal changes nothing."""
        leg = self._leg
        if response.status < 200 or leg.machine.state in OVER:
            return None
        if leg.early.updated(request, response, given):
            lost = IN_DIALOG.get(response.status) is Input.LOST
            return (Input.LOST, given) if lost else None
        if response.status < 300:
            leg.dialog.refreshed_by(response)
            leg.timer.agreed(response, given.now)
            if not request.body:
                return None
            leg.responses.described = leg.offer
            return (Input.UNUSABLE if _is_unusable(response) else Input.SUCCESS), given
        outcome = self._refused(request, response, given)
        return outcome if request.body or outcome[0] is Input.LOST else None

    def _refer(self, request: Request, response: Response, given: Given) -> Outcome | None:
        self._leg.transfers.refer_answered(response, given.now)
        lost = IN_DIALOG.get(response.status) is Input.LOST
        return (Input.LOST, given) if lost else None

    def _notify(self, request: Request, response: Response, given: Given) -> None:
        self._leg.transfers.notify_answered(response)

    def _prack(self, request: Request, response: Response, given: Given) -> None:
        """A refused PRACK ends nothing: the peer knows what it waits for."""
        if response.status >= 200:
            self._leg.early.prack_answered(request.to.tag or "")

    def _bye(self, request: Request, response: Response, given: Given) -> Outcome | None:
        return (Input.CLOSED, given) if response.status >= 200 else None


_MEANINGS: Final[dict[str, Callable[[Outcomes, Request, Response, Given], Outcome | None]]] = {
    "INVITE": Outcomes._invite,
    "UPDATE": Outcomes._update,
    "REFER": Outcomes._refer,
    "NOTIFY": Outcomes._notify,
    "PRACK": Outcomes._prack,
    "BYE": Outcomes._bye,
}


def _is_first(request: Request) -> bool:
    """Whether it is an INVITE that makes a session, RFC 3261 §14."""
    return request.method == "INVITE" and request.to.tag is None


def _is_unusable(response: Response) -> bool:
    """Whether it requires an extension we do not know, RFC 3261 §20.32."""
    required = set(map(str.lower, response.headers.all("Require")))
    return not required.issubset(SUPPORTED)
