"""REGISTER from the challenge to the 200: RFC 3261 §10.3. What it asks for is `registrar`'s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sip.arrival import Arrival
from sip.authentication import Authentication
from sip.errors import PeerError
from sip.gruu import public_gruu
from sip.identity import user_of
from sip.message import Response
from sip.refusal import OF_REGISTER, Refusal, refuse
from sip.registrar import Granted, Registrar
from sip.transaction_layer import TransactionLayer
from sip.uri import Uri

FLOW_SECONDS: Final = 120
"""A phone pings a connection it wants to be called by at least so often, RFC 5626 §4.4.1."""


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
        transaction.respond(_success(arrival, granted, self._tag(arrival)), arrival.now)
        for event in granted.events:
            self._layer.report(event)

    def _granted(self, arrival: Arrival, username: str) -> Granted:
        if username != user_of(arrival.request.to):
            raise Refusal(403)
        return self._registrar.register(arrival, username)


def _success(arrival: Arrival, granted: Granted, tag: str) -> Response:
    """The 200, with GRUUs for a phone that knows what they are (RFC 5627 §5.1)."""
    asked, response = arrival.request, arrival.response(200, tag=tag)
    knows = "gruu" in asked.headers.all("Supported")
    response.headers.set(
        "Contact",
        *(
            each.written(public_gruu(asked.to.uri, each.instance) if knows else "", arrival.now)
            for each in granted.bindings
        ),
    )
    response.headers.take(asked.headers, "Path")  # RFC 3327 §5.3
    response.headers.set("Supported", ", ".join(OF_REGISTER))
    if granted.outbound and arrival.flow.reliable:  # by UDP it would ping with STUN
        response.headers.set("Require", "outbound")
        response.headers.set("Flow-Timer", str(FLOW_SECONDS))
    return response
