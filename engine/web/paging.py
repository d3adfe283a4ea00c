"""Pages of a sorted list. Pure.

The token says after which one to go on, so that one that comes or goes between two pages makes no
other appear twice or be left out.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from engine.refused import Refused

DEFAULT_PAGE = 100
T = TypeVar("T")
Place = tuple[str, str]


def page(
    found: Sequence[T], given: Mapping[str, Any], place: Callable[[T], Place]
) -> tuple[Sequence[T], str | None]:
    """One page of what is sorted by `place`, and the token of the next one.

    `given` is the operation's input with MaxResults and NextToken, if any. Raises Refused.
    """
    size = given.get("MaxResults") or DEFAULT_PAGE
    if token := given.get("NextToken"):
        last = place_of(token)
        found = [one for one in found if place(one) > last]
    shown = found[:size]
    return shown, token_of(*place(shown[-1])) if len(found) > size else None


def token_of(value: str, identifier: str) -> str:
    """Where a page ended: by what it was sorted, and the id."""
    return urlsafe_b64encode(json.dumps([value, identifier]).encode()).decode()


def place_of(token: str) -> Place:
    """The same read back. Raises Refused for a token that is none of ours."""
    try:
        value, identifier = json.loads(urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        raise not_ours() from None
    if not (isinstance(value, str) and isinstance(identifier, str)):
        raise not_ours()
    return value, identifier


def not_ours() -> Refused:
    return Refused.invalid("NextToken: give the one of the page before")
