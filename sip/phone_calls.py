"""Calls to registered users: at all of their phones, or at the one that a GRUU names."""

from __future__ import annotations

from typing import NamedTuple

from sip.authorization import Logins
from sip.binding import Binding
from sip.callee import Callee
from sip.events import SessionId
from sip.exchange import Fields
from sip.flow import TLS, Flow, Here
from sip.identity import Caller, TrustedSources
from sip.registrar import NotRegistered, Registrar
from sip.sdes import requires_keys, without_keys
from sip.sdp import SessionDescription
from sip.session import Session
from sip.session_forks import Device, Way, devices
from sip.sessions import Behalf, Sessions


class PhoneCall(NamedTuple):
    """Whom to call and what to say: the parameters of `Endpoint.invite`."""

    username: str
    device: str
    caller: str
    offer: SessionDescription | None
    extra_headers: Fields
    logins: Logins
    identity: Caller | None
    replaces: SessionId | None
    on_behalf_of: SessionId | None


class PhoneCalls:
    def __init__(
        self, sessions: Sessions, registrar: Registrar, trusted: TrustedSources, here: Here
    ) -> None:
        self._sessions, self._registrar = sessions, registrar
        self._trusted, self._here = trusted, here

    def flows(self, username: str, device: str) -> tuple[Flow, ...]:
        """How each of these phones is reached. Raises NotRegistered."""
        return tuple(binding.flow for binding in self._registrar.bindings(username, device))

    def call(self, wanted: PhoneCall, now: float) -> Session:
        """Raises NotRegistered, SessionsFull, SessionGone."""
        found = self._registrar.bindings(wanted.username, wanted.device)
        if wanted.offer and requires_keys(wanted.offer):
            found = tuple(filter(_is_secure, found))
        if not found:
            raise NotRegistered(wanted.username)
        phones = [
            Device(ways[0].q, tuple(self._way(way, wanted) for way in ways))
            for ways in devices(found)
        ]
        way, identifier = phones[0].ways[0], self._behalf(found[0], wanted).identifier
        if len(found) > 1 or way.plain:
            return self._sessions.call_several(phones, now, wanted.logins, identifier)
        only = Behalf(way.fields, identifier)
        return self._sessions.call(way.callee, way.offer, (), now, wanted.logins, only)

    def _way(self, binding: Binding, wanted: PhoneCall) -> Way:
        """Keys are told where nobody else can read them: over TLS."""
        offer = wanted.offer
        if offer and not _is_secure(binding):
            offer = without_keys(offer)
        return Way(
            Callee.phone(wanted.username, binding, wanted.caller, wanted.identity, self._here),
            offer,
            (*self._behalf(binding, wanted).fields, *wanted.extra_headers),
            plain=offer != wanted.offer,
        )

    def _behalf(self, binding: Binding, wanted: PhoneCall) -> Behalf:
        """A private caller is told to trusted peers only."""
        return self._sessions.behalf(
            wanted.identity,
            wanted.replaces,
            wanted.on_behalf_of,
            authority=self._here.authority(binding.flow),
            trusted=self._trusted.trusts(binding.flow.host),
        )


def _is_secure(binding: Binding) -> bool:
    return binding.flow.transport == TLS
