import pytest
from pydantic import ValidationError

from config import BrowserSettings


def test_any_free_port_and_the_codecs_of_most_callers_unless_said_otherwise() -> None:
    settings = BrowserSettings()
    assert (settings.host, settings.port, settings.codecs) == (None, 0, ("PCMU", "PCMA", "opus"))


@pytest.mark.parametrize(
    "wrong", [{"host": "0.0.0.0"}, {"codecs": ()}, {"codecs": ("GSM",)}, {"keep_seconds": 0}]
)
def test_what_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BrowserSettings.model_validate(wrong)
