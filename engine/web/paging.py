"""Pages of a sorted list. Pure.

The token says after which resource to go on, so that one that comes or goes between two pages
makes no other appear twice or be left out.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from engine.directory import Resource
from engine.refused import Refused

DEFAULT_PAGE = 100


def page(
    found: Sequence[Resource], given: Mapping[str, Any]
) -> tuple[Sequence[Resource], str | None]:
    """One page of resources, which are sorted by name and id, and the token of the next one.

    `given` is the operation's input with MaxResults and NextToken, if any. Raises Refused.
    """
    size = given.get("MaxResults") or DEFAULT_PAGE
    if token := given.get("NextToken"):
        last = _last(token)
        found = [one for one in found if (one.name, one.id) > last]
    rest = len(found) > size
    return found[:size], _token(found[size - 1]) if rest else None


def _token(one: Resource) -> str:
    return urlsafe_b64encode(json.dumps([one.name, one.id]).encode()).decode()


def _last(token: str) -> tuple[str, str]:
    try:
        name, id_ = json.loads(urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        raise Refused.invalid("NextToken: give the one of the page before") from None
    if not (isinstance(name, str) and isinstance(id_, str)):
        raise Refused.invalid("NextToken: give the one of the page before")
    return name, id_
