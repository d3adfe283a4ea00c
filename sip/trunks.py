"""The trunks there are: each registers where it wants to, and is asked whether it is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.trunks import Trunk
from sip.transaction_layer import TransactionLayer
from sip.trunk_address import TrunkAddress
from sip.trunk_health import TrunkHealth
from sip.trunk_registration import TrunkRegistration


@dataclass(frozen=True, slots=True)
class TrunkStatus:
    """`is_registered` is None for a trunk that does not register."""

    is_up: bool
    is_registered: bool | None

    @property
    def is_usable(self) -> bool:
        return self.is_up and self.is_registered is not False


class Trunks:
    """What they do is reported through the layer."""

    def __init__(self, layer: TransactionLayer) -> None:
        self._layer = layer
        self._registrations: dict[str, TrunkRegistration] = {}
        self._healths: dict[str, TrunkHealth] = {}

    @property
    def closed(self) -> bool:
        """Whether no registrar has us any more, as far as we know."""
        return all(each.over for each in self._registrations.values())

    def open(self, trunks: Iterable[Trunk], now: float) -> None:
        for trunk in trunks:
            address, layer = TrunkAddress.of(trunk, self._layer.preloaded), self._layer
            if seconds := trunk.register_seconds:
                registration = TrunkRegistration(layer, trunk.name, address, seconds, layer.report)
                self._registrations[trunk.name] = registration
                registration.start(now)
            if interval := trunk.health_seconds:
                patience = trunk.first_response_seconds
                health = TrunkHealth(layer, trunk.name, address, interval, patience, layer.report)
                self._healths[trunk.name] = health
                health.start(now)

    def close(self, now: float) -> None:
        """Take back every registration; `closed` tells when that is done."""
        for health in self._healths.values():
            health.stop()
        for registration in self._registrations.values():
            registration.stop(now)

    def status(self, name: str) -> TrunkStatus:
        health, registration = self._healths.get(name), self._registrations.get(name)
        return TrunkStatus(
            health is None or health.is_up, registration.is_registered if registration else None
        )
