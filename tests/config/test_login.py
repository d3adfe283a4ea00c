from typing import Any

import pytest
from pydantic import ValidationError

from config import LoginSettings


@pytest.mark.parametrize(
    "values",
    [
        {"admin": "with space"},
        {"idle_seconds": 1},
        {"max_seconds": 1},
        {"max_sessions": 0},
        {"max_user_failures": 0},
        {"failure_seconds": 0},
        {"origins": ["contact.example.com"]},
        {"origins": ["https://contact.example.com/path"]},
    ],
)
def test_what_is_out_of_range_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LoginSettings(**values)


def test_there_may_be_no_first_admin_and_other_origins() -> None:
    given = LoginSettings(admin="", origins=("https://contact.example.com:8443",))
    assert (given.admin, len(given.origins)) == ("", 1)
