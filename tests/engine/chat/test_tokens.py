"""Who may speak in which chat, and for how long."""

from __future__ import annotations

from engine.chat.tokens import MAX_TOKENS, Kind, Tokens


def test_a_token_says_who_speaks_until_its_time_is_over() -> None:
    tokens = Tokens()
    token = tokens.issue(Kind.CONNECTION, "chat", "carla", until=10.0)
    found = tokens.bearer(Kind.CONNECTION, token, now=9.9)
    assert found and (found.contact_id, found.participant_id) == ("chat", "carla")
    assert tokens.bearer(Kind.CONNECTION, token, now=10.0) is None


def test_a_token_is_good_for_nothing_else() -> None:
    tokens = Tokens()
    token = tokens.issue(Kind.PARTICIPANT, "chat", "carla", until=10.0)
    assert tokens.bearer(Kind.CONNECTION, token, now=1.0) is None
    assert tokens.bearer(Kind.PARTICIPANT, f"{token}x", now=1.0) is None


def test_what_is_spent_is_gone() -> None:
    tokens = Tokens()
    token = tokens.issue(Kind.SOCKET, "chat", "carla", until=10.0)
    assert tokens.spend(Kind.SOCKET, token, now=1.0)
    assert tokens.spend(Kind.SOCKET, token, now=1.0) is None


def test_no_token_is_kept_as_it_is() -> None:
    tokens = Tokens()
    token = tokens.issue(Kind.SOCKET, "chat", "carla", until=10.0)
    assert token not in repr(vars(tokens))


def test_of_too_many_tokens_the_oldest_gives_way() -> None:
    tokens = Tokens()
    issued = [
        tokens.issue(Kind.CONNECTION, "chat", "carla", until=10.0) for _ in range(MAX_TOKENS + 1)
    ]
    assert len(tokens) == MAX_TOKENS
    assert tokens.bearer(Kind.CONNECTION, issued[0], now=1.0) is None
    assert tokens.bearer(Kind.CONNECTION, issued[-1], now=1.0)


def test_a_chat_that_is_forgotten_leaves_no_token() -> None:
    tokens = Tokens()
    for kind in Kind:
        tokens.issue(kind, "chat", "carla", until=10.0)
    tokens.issue(Kind.SOCKET, "other", "bob", until=10.0)
    tokens.forget("chat")
    assert len(tokens) == 1
