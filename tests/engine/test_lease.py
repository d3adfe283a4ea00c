from math import inf

from engine.lease import Holdings, LocalLease, hold
from tests.rig.patience import until


def test_one_holds_a_key_and_no_other_until_it_expires() -> None:
    holdings = Holdings()
    assert holdings.create("sweep", "node1", 10.0, now=0.0)
    assert not holdings.create("sweep", "node2", 10.0, now=9.9)
    assert not holdings.create("sweep", "node1", 10.0, now=9.9)
    assert holdings.create("other", "node2", 10.0, now=9.9)
    assert holdings.create("sweep", "node2", 10.0, now=10.0)


def test_who_refreshes_in_time_keeps_it_and_who_comes_late_has_lost_it() -> None:
    holdings = Holdings()
    holdings.create("sweep", "node1", 10.0, now=0.0)
    assert holdings.refresh("sweep", "node1", 10.0, now=9.0)
    assert not holdings.refresh("sweep", "node2", 10.0, now=9.0)
    assert holdings.deadline == 19.0
    assert not holdings.refresh("sweep", "node1", 10.0, now=19.0)
    assert not holdings.refresh("never had", "node1", 10.0, now=0.0)


def test_what_expires_is_told_once() -> None:
    holdings = Holdings()
    holdings.create("a", "node1", 1.0, now=0.0)
    holdings.create("b", "node1", 5.0, now=0.0)
    assert holdings.tick(0.5) == []
    assert holdings.tick(1.0) == ["a"]
    assert (holdings.tick(2.0), holdings.deadline) == ([], 5.0)
    assert (holdings.tick(5.0), holdings.deadline) == (["b"], inf)


async def test_whoever_watches_is_told_when_a_key_changes_hands() -> None:
    lease, told = LocalLease(), list[tuple[str, str | None]]()
    lease.watch(lambda key, holder: told.append((key, holder)))
    assert await hold(lease, "sweep", "node1", 3600.0)
    assert await hold(lease, "sweep", "node1", 0.01)
    assert told == [("sweep", "node1")]
    await until(lambda: told[1:])
    assert told[1:] == [("sweep", None)]
    assert await hold(lease, "sweep", "node2", 3600.0)
    assert not await hold(lease, "sweep", "node1", 3600.0)
    lease.close()
