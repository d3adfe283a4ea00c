"""File descriptors: are there enough for all the calls that the settings allow?

Asked at the start, since the call that finds none left is the one that would not be recorded.
"""

from __future__ import annotations

import resource

from config import Settings

OF_A_LEG = 2
"""RTP and RTCP."""
LEGS, FILES = 2, 2
"""Of a call: both phones; a recording of the automated part may be closed when the other opens."""
OF_THE_HOUSE = 200
"""Listeners, database, event queues, HTTP clients, log, and what libraries open for a moment."""


class TooFewDescriptors(Exception):
    """The limit of the process is too low; the text says what to do."""


def needed(settings: Settings) -> int:
    """So many may be open at once."""
    calls = settings.routing.max_calls * (LEGS * OF_A_LEG + FILES)
    listeners = settings.routing.max_listeners * OF_A_LEG
    return calls + listeners + settings.sip.max_tcp_connections + OF_THE_HOUSE


def allow(count: int) -> None:
    """Raise the soft limit of this process to so many, if need be. Raises TooFewDescriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        raise TooFewDescriptors(
            f"this process may open {hard} files, and as many calls as routing.max_calls and"
            f" sip.max_tcp_connections allow take {count}: raise the limit (ulimit -Hn, or"
            " LimitNOFILE= of the service), or lower these settings"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
