from datetime import UTC, datetime, timedelta

from engine.login.oidc_ticket import LASTS_SECONDS, fresh_ticket, ticket_in

MASTER = bytes(32)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_the_way_back_is_checked_by_what_the_browser_kept_and_nothing_else() -> None:
    ticket = fresh_ticket(MASTER, NOW)
    assert ticket_in(MASTER, ticket.text, ticket.state, NOW) == ticket
    assert len({ticket.state, ticket.nonce, ticket.verifier}) == 3
    assert 43 <= len(ticket.verifier) <= 128  # RFC 7636, section 4.1
    assert fresh_ticket(MASTER, NOW).state != ticket.state


def test_a_state_of_another_browser_or_engine_fits_no_ticket() -> None:
    mine, other = fresh_ticket(MASTER, NOW), fresh_ticket(MASTER, NOW)
    assert ticket_in(MASTER, mine.text, other.state, NOW) is None
    assert ticket_in(bytes([1] * 32), mine.text, mine.state, NOW) is None
    for nonsense in ("", "x", "ä.ü", f"9{mine.text}"):
        assert ticket_in(MASTER, nonsense, mine.state, NOW) is None
        assert ticket_in(MASTER, mine.text, nonsense, NOW) is None


def test_a_ticket_is_over_after_ten_minutes() -> None:
    ticket = fresh_ticket(MASTER, NOW)
    last = NOW + timedelta(seconds=LASTS_SECONDS)
    assert ticket_in(MASTER, ticket.text, ticket.state, last)
    assert ticket_in(MASTER, ticket.text, ticket.state, last + timedelta(seconds=1)) is None
