from engine.web.live import Topic, Viewer, own_row


def test_a_topic_needs_all_of_its_permissions() -> None:
    topic = Topic("agents", ("AccessMetrics", "Users.View"), list, own_row)
    assert topic.lacking(Viewer("ann", {"AccessMetrics"})) == "Users.View"
    assert topic.lacking(Viewer("ann", {"AccessMetrics", "Users.View"})) is None


def test_an_own_row_is_seen_by_its_user_alone() -> None:
    row = {"key": "ann"}
    assert own_row(row, Viewer("ann", frozenset())) is row
    assert own_row(row, Viewer("bob", frozenset())) is None
