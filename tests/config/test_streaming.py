import pytest
from pydantic import ValidationError

from config import StreamingSettings


@pytest.mark.parametrize("url", ["ws://127.0.0.1:9000", "wss://speech.example.com/audio"])
def test_a_consumer_is_a_websocket_server(url: str) -> None:
    assert StreamingSettings(url=url).url == url


@pytest.mark.parametrize("url", ["http://speech.example.com", "wss://", "wss://x?contactId=1", ""])
def test_and_nothing_else_and_its_query_is_ours(url: str) -> None:
    with pytest.raises(ValidationError):
        StreamingSettings(url=url)


def test_without_one_nothing_is_streamed() -> None:
    assert StreamingSettings().url is None
