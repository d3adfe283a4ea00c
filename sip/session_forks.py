"""The INVITEs of one session to several phones of a user: its forks that are ours to make.

They have the Call-ID, the tag and the number of one INVITE, as if a proxy had forked it: a phone
that is reached twice sees that and says 482 (RFC 3261 §8.2.2.2). Whom to call is decided by
`forking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sip.binding import Binding
from sip.callee import Callee
from sip.dialog import Dialog
from sip.exchange import Fields
from sip.forking import Do, Forking, Todo, worth
from sip.message import Request, Response
from sip.outgoing import Outgoing
from sip.reason import ELSEWHERE, Reason
from sip.sdp import SessionDescription
from sip.session_requests import SessionRequests

FLOW_FAILED: Final = 430


class Way(NamedTuple):
    """One way to a phone, and what it is to get; `plain`: our offer without its keys."""

    callee: Callee
    offer: SessionDescription | None
    fields: Fields
    plain: bool = False


class Device(NamedTuple):
    """A phone; the ways to it are taken in turn, each when the one before leads nowhere.

    Several it has by RFC 5626 only, §4.3: it must not get one call twice.
    """

    q: float
    ways: tuple[Way, ...]


@dataclass(slots=True)
class Fork:
    """What went to one phone last."""

    device: int
    way: Way
    left: tuple[Way, ...]
    root: Dialog
    """What its dialog begins with."""
    outgoing: Outgoing


def devices(bindings: Sequence[Binding]) -> list[tuple[Binding, ...]]:
    """Which bindings lead to one device, by its instance; the order stays."""
    found: dict[str, list[Binding]] = {}
    for number, each in enumerate(bindings):
        found.setdefault(each.instance or str(number), []).append(each)
    return [tuple(one) for one in found.values()]


class SessionForks:
    """Sends and cancels the INVITEs; what becomes of each is told by `Outcomes`."""

    __slots__ = ("_devices", "_dialog", "_forking", "_forks", "_requests", "_why", "best")

    def __init__(
        self, requests: SessionRequests, dialog: Dialog, devices: Sequence[Device]
    ) -> None:
        """`dialog` is that of the session, with whichever of them."""
        self._requests, self._dialog, self._devices = requests, dialog, devices
        self._forking = Forking([each.q for each in devices])
        self._forks: dict[int, Fork] = {}
        self._why: Reason | None = None  # nobody is wanted any more, where it is not our user
        self.best: Response | None = None
        """The refusal that counts when all have refused."""

    @property
    def deadline(self) -> float:
        return self._forking.deadline

    @property
    def is_over(self) -> bool:
        return self._forking.is_over

    def start(self, now: float) -> None:
        self._send(self._forking.next(now), now)

    def tick(self, now: float) -> None:
        self._send(self._forking.tick(now), now)

    def of(self, request: Request) -> Fork | None:
        """Whose INVITE this is; None for one that was sent again since."""
        forks = self._forks.values()
        return next((each for each in forks if each.outgoing.request is request), None)

    def again(self, fork: Fork, request: Request, now: float) -> bool:
        """Send what a phone wants that was asked the wrong way; false when it is too late."""
        wanted = self._forking.may_have(fork.device)
        if wanted:
            fork.outgoing = self._requests.again(fork.root, request, now)
        return wanted

    def heard(self, fork: Fork, now: float) -> None:
        self._send(self._forking.heard(fork.device), now)

    def answered(self, fork: Fork, now: float) -> None:
        """The others list no missed call."""
        self._why = self._why or ELSEWHERE
        self._send(self._forking.answered(fork.device), now)

    def refused(self, fork: Fork, response: Response | None, now: float) -> None:
        status = response.status if response else None
        lost = status is None or status == FLOW_FAILED
        if lost and fork.left and self._forking.may_have(fork.device):
            self._call(fork.device, fork.left, now)
            return
        if response and (not self.best or worth(response.status) < worth(self.best.status)):
            self.best = response
        if status is not None and status >= 600:
            self._why = self._why or Reason("SIP", status)
        self._send(self._forking.refused(fork.device, status, now), now)

    def end(self, now: float) -> None:
        """Our user has been told that the session has ended, or has ended it."""
        self._send(self._forking.end(), now)

    def _send(self, todo: Todo, now: float) -> None:
        for do, device in todo:
            if do is Do.INVITE:
                self._call(device, self._devices[device].ways, now)
            else:
                self._requests.withdraw(self._forks[device].outgoing, now, self._why)

    def _call(self, device: int, ways: tuple[Way, ...], now: float) -> None:
        way, *left = ways
        ours = self._dialog
        root = way.callee.dialog(ours.call_id, ours.local_tag, ours.identifier)
        outgoing = self._requests.fork(root, way.offer, now, way.fields)
        self._forks[device] = Fork(device, way, tuple(left), root, outgoing)
