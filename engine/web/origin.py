"""Whether a browser sends a request for a page of ours. Pure.

A browser sends the cookie of a session with requests that pages of strangers make, too, and says
in Origin or Sec-Fetch-Site whose they are (Fetch, sections 3.1 and 8).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

OWN_SITES = frozenset({"same-origin", "none"})


def is_ours(headers: Mapping[str, str], origins: Collection[str]) -> bool:
    """`headers` by names in lower case; `origins` of ours besides the host that is asked.

    False also where neither header is there: no browser asks to change anything without.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") in OWN_SITES
    return origin in origins or _host(origin) == headers.get("host", "").lower()


def _host(origin: str) -> str | None:
    """With the port; None where it is "null" or nonsense."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
