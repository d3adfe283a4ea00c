from typing import Any

import pytest
from pydantic import ValidationError

from config import OidcSettings

GOOD = {
    "issuer": "https://login.example.com/realms/office",
    "client_id": "earshot",
    "origin": "https://contact.example.com",
}


@pytest.mark.parametrize(
    "values",
    [
        {"issuer": "http://login.example.com"},
        {"issuer": "http://127.0.0.1:80@login.example.com"},
        {"issuer": "https://login.example.com?realm=office"},
        {"origin": "http://contact.example.com"},
        {"origin": "https://contact.example.com/path"},
        {"origin": None},
        {"client_id": ""},
        {"client_secret": ""},
        {"username_claim": ""},
        {"scopes": ["profile"]},
        {"name": ""},
    ],
)
def test_what_anybody_could_listen_to_or_what_says_too_little_is_refused(
    values: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        OidcSettings(**GOOD | values)


def test_nobody_logs_in_so_unless_it_is_configured_and_this_machine_needs_no_tls() -> None:
    assert OidcSettings().issuer is None
    assert OidcSettings(**GOOD | {"issuer": "http://127.0.0.1:9400"}).scopes == (
        *("openid", "profile"),
    )
