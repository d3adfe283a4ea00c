import pytest
from pydantic import ValidationError

from config import EventSettings


def test_events_go_nowhere_unless_it_is_said_where() -> None:
    assert (EventSettings().file, EventSettings().url) == (None, None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "https://example.com/events?of=earshot"])
def test_they_go_to_a_web_server(url: str) -> None:
    assert EventSettings(url=url).url == url


@pytest.mark.parametrize("url", ["ws://example.com", "https://", "example.com", ""])
def test_and_to_no_other(url: str) -> None:
    with pytest.raises(ValidationError):
        EventSettings(url=url)
