from __future__ import annotations

from datetime import UTC, datetime

from engine.bus import LocalBus
from engine.login import Session
from engine.web.ccp_sessions import CcpSessions
from engine.web.live.hub import SESSION_CLOSED

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def session(digest: str, user_id: str) -> Session:
    return Session(digest, user_id, NOON, NOON, limited=False, source="", agent="")


def closing(*opened: tuple[str, Session], of: str) -> list[str]:
    """Who hangs up when this session, or all of this user, are over."""
    bus, hung_up = LocalBus(), list[str]()
    sessions = CcpSessions(bus, hung_up.append)
    for username, its in opened:
        sessions.opened(username, its)
    for _ in "once and again":
        bus.publish(SESSION_CLOSED, {"of": of})
    return hung_up


def test_whose_session_is_over_hangs_up_once() -> None:
    ann, bob = ("ann", session("a1", "id of ann")), ("bob", session("b1", "id of bob"))
    assert closing(ann, bob, of="a1") == ["ann"]
    assert closing(ann, bob, of="id of bob") == ["bob"]
    assert closing(ann, bob, of="c1") == []


def test_the_session_that_has_the_phone_by_now_counts() -> None:
    first, second = session("a1", "id of ann"), session("a2", "id of ann")
    assert closing(("ann", first), ("ann", second), of="a1") == []
    assert closing(("ann", first), ("ann", second), of="a2") == ["ann"]
