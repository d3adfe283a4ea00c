"""The early dialogs of one INVITE, by the peer's tag: RFC 3261 §12.1.

There is one when the INVITE is the peer's, and one for each fork when it is ours.
"""

from __future__ import annotations

from sip.arrival import Arrival
from sip.dialog import Dialog
from sip.early_dialog import EarlyDialog, State
from sip.flow import Flow
from sip.message import Response
from sip.refusal import Refusal
from sip.reliable import MAX_EARLY


class EarlyDialogs:
    """Those of the INVITE that makes the session, or of our last re-INVITE."""

    __slots__ = ("_by_tag", "_start", "own", "root")

    root: Dialog
    """What they began with: all of them, or those of the INVITE that was answered last."""

    def __init__(self) -> None:
        self._by_tag: dict[str, EarlyDialog] = {}
        self._start = State.NOTHING
        self.own: EarlyDialog | None = None
        """That of the peer's INVITE, until we have answered it."""

    def sent(self, root: Dialog, *, offered: bool) -> None:
        """Our INVITE has gone out: whatever came of an earlier one is over."""
        self.root, self._start = root, State.OURS if offered else State.NOTHING
        self._by_tag.clear()

    def turn(self, root: Dialog) -> None:
        """The next response is to another of several INVITEs, which began with this."""
        self.root = root

    def came(self, root: Dialog, *, offered: bool) -> None:
        """The peer's INVITE that makes this session came."""
        self.root, self._start = root, State.THEIRS if offered else State.NOTHING
        self.own = self._by_tag[root.remote_tag] = EarlyDialog(root, self._start)

    def answered(self) -> None:
        """Our 2xx has gone out."""
        self._by_tag.clear()
        self.own = None

    @property
    def only(self) -> EarlyDialog | None:
        """The one there is; None also where there are several."""
        return next(iter(self._by_tag.values())) if len(self._by_tag) == 1 else None

    def get(self, tag: str) -> EarlyDialog | None:
        return self._by_tag.get(tag)

    def of(self, arrival: Arrival) -> EarlyDialog:
        """That of a request of the peer, which may come before the response that makes it.

        Raises Refusal 481 when there are too many.
        """
        tag = arrival.from_.tag or ""
        if tag not in self._by_tag:
            if len(self._by_tag) == MAX_EARLY:
                raise Refusal(481)
            self._by_tag[tag] = EarlyDialog(self.root.met_by(arrival), self._start)
        return self._by_tag[tag]

    def heard(self, response: Response, source: Flow | None) -> EarlyDialog | None:
        """The one a 101-199 makes or belongs to; None when there are too many.

        Route set and target are those of its last response, until the 2xx fixes them.
        """
        tag = response.to.tag or ""
        found = self._by_tag.get(tag)
        if self.root.remote_tag:  # of a re-INVITE
            if found is None and tag == self.root.remote_tag:
                found = self._by_tag[tag] = EarlyDialog(self.root, self._start)
        elif found:
            found.dialog = self.root.established_by(response, source, found.dialog)
        elif len(self._by_tag) < MAX_EARLY:
            dialog = self.root.established_by(response, source)
            found = self._by_tag[tag] = EarlyDialog(dialog, self._start)
        return found

    def confirmed(self, success: Response, source: Flow | None) -> EarlyDialog:
        """The one a 2xx makes, as it was and with its final route: it is early no more."""
        early = self._by_tag.pop(success.to.tag or "", None)
        if early is None:
            return EarlyDialog(self.root.established_by(success, source), self._start)
        early.dialog = self.root.established_by(success, source, early.dialog)
        return early
