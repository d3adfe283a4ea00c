import pytest

from engine.bus import LocalBus
from engine.web.live import Hub, Topic, Viewer, own_row
from engine.web.live.feed import subject_of
from engine.web.live.hub import MAX_CLIENTS, MAX_OF_ONE_USER, OVER, SESSION_CLOSED, TOO_MANY, Client

ANN = Viewer("ann", frozenset({"AccessMetrics"}))


class Desk:
    """A hub with one topic, whose rows are their users' own."""

    def __init__(self) -> None:
        self.bus = LocalBus()
        self.users = {"ann": ANN, "bob": Viewer("bob", frozenset())}
        self.hub = Hub(self.bus, self.users.get)
        self.topic = Topic("own", (), list, own_row)
        self.hub.add(self.topic)

    def client(self, name: str = "ann", *marks: str, is_user: bool = True) -> Client:
        viewer = self.users.get(name) or Viewer(name, frozenset())
        one = Client(viewer, frozenset(marks), is_user=is_user)
        self.hub.enter(one)
        return one


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_a_change_wakes_whoever_is_there_and_reaches_whoever_sees_it(desk: Desk) -> None:
    ann, bob = desk.client("ann"), desk.client("bob")
    for one in (ann, bob):
        one.reader.subscribe(desk.topic, None)
        assert one.reader.take()
    desk.bus.publish(subject_of("own"), {"rows": [{"key": "ann"}], "gone": []})
    assert ann.woken.is_set()
    told = ann.reader.take()
    assert told and told["rows"] == [{"key": "ann"}]
    assert bob.reader.take() is None


async def test_a_session_that_is_closed_ends_its_clients_and_no_others(desk: Desk) -> None:
    one, other = desk.client("ann", "digest1", "ann-id"), desk.client("ann", "digest2", "ann-id")
    bob = desk.client("bob", "digest3", "bob-id")
    desk.bus.publish(SESSION_CLOSED, {"of": "digest1"})
    assert [each.ended is None for each in (one, other, bob)] == [False, True, True]
    desk.bus.publish(SESSION_CLOSED, {"of": "ann-id"})
    assert [each.ended and each.ended[0] for each in (one, other, bob)] == [OVER, OVER, None]


async def test_who_is_reviewed_sees_what_they_may_by_then(desk: Desk) -> None:
    ann, bob = desk.client("ann"), desk.client("bob")
    operator = desk.client("api", is_user=False)
    desk.users["ann"] = Viewer("ann", frozenset())
    desk.hub.review("bob")
    assert ann.reader.viewer == ANN
    desk.hub.review()
    assert ann.reader.viewer == Viewer("ann", frozenset())
    assert not bob.woken.is_set()
    del desk.users["bob"]
    desk.hub.review("bob")
    desk.hub.review()
    assert bob.ended and bob.ended[0] == OVER
    assert operator.ended is None


async def test_one_user_has_so_many_clients_and_all_together_have_so_many(desk: Desk) -> None:
    own = [desk.client("ann") for _ in range(MAX_OF_ONE_USER)]
    last = desk.client("ann")
    assert last.ended and last.ended[0] == TOO_MANY
    desk.hub.leave(last)
    desk.hub.leave(own[0])
    assert desk.client("ann").ended is None
    others = [desk.client(f"user{n}") for n in range(MAX_CLIENTS - MAX_OF_ONE_USER)]
    assert not any(one.ended for one in others)
    assert desk.client("bob").ended
