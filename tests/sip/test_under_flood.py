"""Memory while everybody calls and registers at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator

import pytest

from config.settings import SipSettings
from sip.endpoint import Endpoint
from sip.flow import UDP, Flow, Here
from tests.sip.raw import SDP, request
from tests.sip.scene import account, numbered

WAVE = 3500  # requests
PER_SECOND = 2000
GUESS = (
    'Authorization: Digest username="agent{0}", realm="earshot", nonce="n", uri="sip:10.0.0.1", '
    'response="00000000000000000000000000000000", cnonce="c", nc=00000001, qop=auth'
)


def invite(number: int) -> bytes:
    return request("INVITE", branch=f"i{number}", call_id=f"c{number}", body=SDP)


def registration(number: int) -> bytes:
    return request("REGISTER", GUESS.format(number), branch=f"r{number}", call_id=f"c{number}")


class Flooded:
    """Requests from as many sources; what is sent back is thrown away."""

    def __init__(self, make: Callable[[int], bytes]) -> None:
        self.endpoint = Endpoint(
            SipSettings(host="10.0.0.1", max_sessions=200, max_transactions=500),
            {"agent1": account("agent1")},
            Here("10.0.0.1", 5060),
            numbered(),
        )
        self.now = 0.0
        self._make, self._numbers = make, iter(range(1_000_000))

    def wave(self) -> None:
        for number in self._some():
            self.now += 1 / PER_SECOND
            source = f"10.{number >> 16 | 1}.{number >> 8 & 255}.{number & 255}"
            self.endpoint.receive(self._make(number), Flow(UDP, source, 5060), self.now)
            if self.endpoint.deadline <= self.now:
                self.endpoint.tick(self.now)

    def rest(self, seconds: float) -> None:
        end = self.now + seconds
        while self.endpoint.deadline < end:
            self.now = max(self.now, self.endpoint.deadline)
            self.endpoint.tick(self.now)
        self.now = end

    def _some(self) -> Iterator[int]:
        return (next(self._numbers) for _ in range(WAVE))


def held() -> int:
    """Objects, and octets in the tables that hold them."""
    gc.collect()
    objects = gc.get_objects()
    tables = sum(sys.getsizeof(each) for each in objects if isinstance(each, dict | list | set))
    return len(objects) + tables


@pytest.mark.parametrize("make", [invite, registration])
def test_a_flood_takes_what_the_limits_say_and_gives_it_back(make: Callable[[int], bytes]) -> None:
    flooded, memory = Flooded(make), []
    for _ in range(5):
        flooded.wave()
        assert flooded.endpoint.sessions_open <= 200
        assert flooded.endpoint.transactions_open <= 500
        memory.append(held())
    assert memory[4] - memory[2] < 100_000  # by then every table is full
    flooded.rest(600.0)
    assert flooded.endpoint.sessions_open == flooded.endpoint.transactions_open == 0
