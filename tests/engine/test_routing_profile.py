from engine.routing_profile import RoutingProfile, Served


def test_the_queues_of_each_priority_come_together_the_first_first() -> None:
    vip, sales, support = Served("vip", 1), Served("sales", 2), Served("support", 2, delay=30.0)
    profile = RoutingProfile((sales, vip, support))
    assert list(profile.levels()) == [(vip,), (sales, support)]
    assert profile.names == ("sales", "vip", "support")


def test_queues_by_name_alone_are_all_alike() -> None:
    assert list(RoutingProfile.of(["a", "b"]).levels()) == [(Served("a"), Served("b"))]
