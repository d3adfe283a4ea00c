"""The sessions there are, by their own id and by their dialog."""

from __future__ import annotations

from sip.arrival import Arrival
from sip.authorization import NO_LOGINS, Logins
from sip.dialog import Dialog
from sip.errors import UsageError
from sip.events import SessionId
from sip.exchange import Fields
from sip.headers import NameAddr
from sip.registrar import Binding
from sip.replaces import Replaces
from sip.sdp import SessionDescription
from sip.session import Session
from sip.session_table import State
from sip.transaction_layer import TransactionLayer


class SessionsFull(UsageError):
    """There are as many sessions or transactions as the settings allow."""


class Sessions:
    """A table of at most `limit` sessions; each leaves it by itself when nothing is left to do."""

    def __init__(self, layer: TransactionLayer, limit: int) -> None:
        self._layer, self._limit = layer, limit
        self._by_id: dict[SessionId, Session] = {}
        self._by_dialog: dict[tuple[str, str], Session] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def has_room(self) -> bool:
        return len(self._by_id) < self._limit

    def get(self, session: SessionId) -> Session | None:
        return self._by_id.get(session)

    def of(self, arrival: Arrival) -> Session | None:
        """Whose dialog a request with a To-tag belongs to, seen from our side."""
        return self._by_dialog.get((arrival.request.call_id, arrival.to_tag or ""))

    def replaced(self, replaces: Replaces) -> Session | None:
        """The session whose dialog a Replaces names."""
        session = self._by_dialog.get((replaces.call_id, replaces.to_tag))
        return session if session and session.dialog.remote_tag == replaces.from_tag else None

    def offer(self, dialog: Dialog, now: float) -> Session:
        """A session the peer's INVITE makes."""
        return self._add(Session(self._layer, dialog, State.OFFERED, self._remove, now))

    def call(
        self,
        username: str,
        binding: Binding,
        caller: str,
        offer: SessionDescription,
        extra_headers: Fields,
        now: float,
        logins: Logins = NO_LOGINS,
    ) -> Session:
        """A session our own INVITE makes. Raises SessionsFull."""
        if not self.has_room or not self._layer.has_room(in_dialog=False):
            raise SessionsFull(username)
        dialog = self._toward(username, binding, caller)
        session = self._add(Session(self._layer, dialog, State.CALLING, self._remove, now, logins))
        session.call(offer, extra_headers, now)
        return session

    def _toward(self, username: str, binding: Binding, caller: str) -> Dialog:
        here, tag = self._layer.here, self._layer.tokens()
        ours = NameAddr(caller, f"sip:{here.authority}").with_tag(tag)
        theirs = NameAddr("", f"sip:{username}@{here.authority}")
        return Dialog(
            call_id=self._layer.tokens(),
            local=str(ours),
            local_tag=tag,
            remote=str(theirs),
            remote_tag="",
            target=binding.uri,
            flow=binding.flow,
            behind_nat=binding.behind_nat,
        )

    def _add(self, session: Session) -> Session:
        self._by_id[session.id] = session
        self._by_dialog[session.dialog.call_id, session.dialog.local_tag] = session
        return session

    def _remove(self, session: Session) -> None:
        self._by_id.pop(session.id, None)
        self._by_dialog.pop((session.dialog.call_id, session.dialog.local_tag), None)
