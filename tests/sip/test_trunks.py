from __future__ import annotations

from typing import Any

from config.settings import SipSettings
from config.trunks import Trunk
from sip.endpoint import Endpoint
from sip.events import TrunkRegistered, TrunkUnregistered
from sip.flow import Here
from sip.trunks import TrunkStatus
from tests.rig.wire import Wire
from tests.sip.scene import SERVER, Scene

LOGIN = {"username": "agent1", "password": "secret", "realm": "earshot"}


class Trunking:
    """Our endpoint, and another one that is the carrier: `agent1` is who we are there."""

    def __init__(self, **trunk: Any) -> None:
        self.carrier = Scene(Wire())
        node = Endpoint(SipSettings(host="10.0.0.5"), {}, Here("10.0.0.5", 5060))
        self.ours = self.carrier.wire.attach(node, ("10.0.0.5", 5060))
        self.trunk = Trunk(**{"name": "carrier", "host": SERVER[0], **trunk})
        self.endpoint = node
        self.ours.do(node.open_trunks([self.trunk], 0.0))
        self.carrier.run(1.0)

    @property
    def status(self) -> TrunkStatus:
        return self.endpoint.trunk_status("carrier")

    def close(self) -> None:
        self.ours.do(self.endpoint.close_trunks(self.carrier.now))
        self.carrier.run(1.0)


def test_a_trunk_registers_with_digest_and_takes_it_back_at_the_end() -> None:
    one = Trunking(**LOGIN, register_seconds=600)
    assert one.status == TrunkStatus(is_up=True, is_registered=True)
    assert one.carrier.endpoint.is_registered("agent1")
    (event,) = one.ours.reported(TrunkRegistered)
    assert event.trunk == "carrier"
    assert 570 <= event.seconds <= 600  # a registrar may shorten it
    assert not one.endpoint.trunks_closed
    one.close()
    assert one.endpoint.trunks_closed
    assert not one.carrier.endpoint.is_registered("agent1")
    one.carrier.run(3600.0)
    assert one.endpoint.transactions_open == 0


def test_a_trunk_with_another_password_is_not_usable() -> None:
    one = Trunking(**{**LOGIN, "password": "wrong"}, register_seconds=600)
    assert one.status == TrunkStatus(is_up=True, is_registered=False)
    assert not one.status.is_usable
    (event,) = one.ours.reported(TrunkUnregistered)
    assert event.status == 401


def test_a_static_trunk_is_usable_until_it_falls_silent() -> None:
    one = Trunking()
    assert one.status == TrunkStatus(is_up=True, is_registered=None)
    assert one.status.is_usable
    assert "200 OPTIONS" in one.carrier.wire.names()
    one.carrier.wire.drop = lambda passed: passed.source == SERVER
    one.carrier.run(60.0)
    assert not one.status.is_usable


def test_a_trunk_that_is_never_asked_counts_as_up() -> None:
    one = Trunking(health_seconds=0)
    assert "OPTIONS" not in one.carrier.wire.names()
    assert one.status.is_usable
    one.close()
    assert one.endpoint.trunks_closed
