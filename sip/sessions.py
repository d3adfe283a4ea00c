"""The sessions there are, by their own id and by their dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sip.arrival import Arrival
from sip.authorization import NO_LOGINS, Logins
from sip.callee import Callee
from sip.dialog import Dialog
from sip.errors import UsageError
from sip.events import SessionId
from sip.exchange import Fields
from sip.identity import Caller, identity_fields
from sip.replaces import Replaces
from sip.sdp import SessionDescription
from sip.session import Session
from sip.session_forks import Device
from sip.session_identifier import SessionIdentifier
from sip.session_table import State
from sip.transaction import TIMEOUT
from sip.transaction_layer import TransactionLayer


class SessionGone(UsageError):
    """The session that was named is not there any more."""


class SessionsFull(UsageError):
    """There are as many sessions or transactions as the settings allow."""


class Behalf(NamedTuple):
    """For whom a call of ours is made: what it says of that, and which call it belongs to.

    `identifier` is None where the call is one of its own.
    """

    fields: Fields = ()
    identifier: SessionIdentifier | None = None


NOBODY: Final = Behalf()


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
        """The session whose dialog a Replaces names.

        While our INVITE is not answered each fork has a tag of its own: one is as good as another.
        """
        session = self._by_dialog.get((replaces.call_id, replaces.to_tag))
        return session if session and session.is_with(replaces.from_tag) else None

    def offer(self, dialog: Dialog, username: str | None, now: float) -> Session:
        """A session the peer's INVITE makes; `username` is who has proven to be that peer."""
        session = Session(self._layer, dialog, State.OFFERED, self._remove, now)
        session.username = username
        return self._add(session)

    def call(
        self,
        callee: Callee,
        offer: SessionDescription | None,
        extra_headers: Fields,
        now: float,
        logins: Logins = NO_LOGINS,
        behalf: Behalf = NOBODY,
        patience: float = TIMEOUT,
    ) -> Session:
        """A session our own INVITE makes. Raises SessionsFull.

        `patience`: seconds until a peer that shows no sign of life counts as lost.
        """
        session = self._calling(callee, now, logins, behalf.identifier)
        session.call(offer, (*behalf.fields, *extra_headers), now, patience)
        return session

    def call_several(
        self,
        devices: Sequence[Device],
        now: float,
        logins: Logins = NO_LOGINS,
        identifier: SessionIdentifier | None = None,
    ) -> Session:
        """A session that the first of several phones makes which answers. Raises SessionsFull."""
        session = self._calling(devices[0].ways[0].callee, now, logins, identifier)
        session.fork(devices, now)
        return session

    def behalf(
        self,
        caller: Caller | None,
        replaces: SessionId | None,
        on_behalf_of: SessionId | None,
        *,
        authority: str,
        trusted: bool,
    ) -> Behalf:
        """What `call` wants to know; `authority` is ours. Raises SessionGone."""
        fields: Fields = ()
        if caller:
            fields = identity_fields(caller, authority, trusted=trusted)
        if replaces:
            other = self._by_id.get(replaces)
            if other is None:
                raise SessionGone(replaces)
            named = str(Replaces.of(other.dialog))
            fields = (*fields, ("Replaces", named), ("Require", "replaces"))
        origin = self._by_id.get(on_behalf_of) if on_behalf_of else None
        return Behalf(fields, origin.dialog.identifier.passed_on() if origin else None)

    def _calling(
        self, callee: Callee, now: float, logins: Logins, identifier: SessionIdentifier | None
    ) -> Session:
        """Raises SessionsFull."""
        if not self.has_room or not self._layer.has_room(in_dialog=False):
            raise SessionsFull(callee.uri)
        call_id, tag = self._layer.tokens(), self._layer.tokens()
        dialog = callee.dialog(call_id, tag, identifier or SessionIdentifier.minted(call_id, tag))
        session = Session(self._layer, dialog, State.CALLING, self._remove, now, logins)
        session.username = callee.username
        return self._add(session)

    def _add(self, session: Session) -> Session:
        self._by_id[session.id] = session
        self._by_dialog[session.dialog.call_id, session.dialog.local_tag] = session
        return session

    def _remove(self, session: Session) -> None:
        self._by_id.pop(session.id, None)
        self._by_dialog.pop((session.dialog.call_id, session.dialog.local_tag), None)
