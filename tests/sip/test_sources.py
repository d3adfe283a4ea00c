from __future__ import annotations

import pytest

from sip import sources
from sip.sources import Sources
from tests.rig.network import Network, NoNamespace, alone
from tests.rig.patience import until


@pytest.mark.parametrize(
    ("peer", "source"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("255.255.255.255", "127.0.0.1")],
)
def test_the_kernel_says_where_packets_leave_from(peer: str, source: str) -> None:
    assert Sources().to(peer) == source


def test_what_it_said_is_kept_and_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def looked_up(peer: str) -> str:
        asked.append(peer)
        return "10.0.0.1"

    monkeypatch.setattr(sources, "_looked_up", looked_up)
    monkeypatch.setattr(sources, "MAX_KEPT", 2)
    some = Sources()
    for peer in ("10.0.0.8", "10.0.0.8", "10.0.0.9", "10.0.0.8", "10.0.0.7", "10.0.0.8"):
        assert some.to(peer) == "10.0.0.1"
    assert asked == ["10.0.0.8", "10.0.0.9", "10.0.0.7", "10.0.0.8"]
    monkeypatch.setattr(sources, "KEPT_SECONDS", 0.0)
    Sources().to("10.0.0.8")
    assert len(asked) == 5


async def choose_again(network: Network) -> None:
    await network.add("10.1.0.1")
    await network.add("10.2.0.1")
    some = Sources()
    some.watch()
    assert [some.to(f"10.{number}.0.9") for number in (1, 2)] == ["10.1.0.1", "10.2.0.1"]
    await network.remove("10.1.0.1")
    await network.add("10.1.0.2")
    await until(lambda: some.to("10.1.0.9") == "10.1.0.2")
    assert some.to("10.2.0.9") == "10.2.0.1"
    await some.close()


def test_a_source_is_chosen_again_when_addresses_change() -> None:
    try:
        alone(choose_again)
    except NoNamespace as error:
        pytest.skip(str(error))
