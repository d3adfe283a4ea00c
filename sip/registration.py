"""REGISTER from the challenge to the 200: RFC 3261 §10.3. What it asks for is `registrar`'s."""

from __future__ import annotations

from collections.abc import Callable

from sip.arrival import Arrival
from sip.authentication import Authentication
from sip.errors import PeerError
from sip.identity import user_of
from sip.refusal import Refusal, refuse
from sip.registrar import Granted, Registrar
from sip.transaction_layer import TransactionLayer
from sip.uri import Uri


class Registration:
    """Takes every REGISTER. `tag` gives the To-tag of what is not kept, the same for each copy."""

    def __init__(
        self,
        layer: TransactionLayer,
        registrar: Registrar,
        authentication: Authentication,
        tag: Callable[[Arrival], str],
    ) -> None:
        self._layer, self._registrar = layer, registrar
        self._authentication, self._tag = authentication, tag

    def receive(self, arrival: Arrival) -> None:
        """Raises PeerError before anything has been kept."""
        if Uri.scheme_of(arrival.request.to.uri) not in ("sip", "sips"):
            raise PeerError("To names no address of record")  # §10.3
        username = self._authentication.required(arrival)
        transaction = self._layer.servers.open(arrival)  # a copy would look like a replay
        try:
            granted = self._granted(arrival, username)
        except PeerError as error:
            transaction.respond(refuse(arrival, error, self._tag(arrival)), arrival.now)
            return
        response = arrival.response(200, tag=self._tag(arrival))
        response.headers.set("Contact", *granted.contacts)
        transaction.respond(response, arrival.now)
        for event in granted.events:
            self._layer.report(event)

    def _granted(self, arrival: Arrival, username: str) -> Granted:
        if username != user_of(arrival.request.to):
            raise Refusal(403)
        return self._registrar.register(arrival, username)
