"""A browser as somebody's phone, without the browser: its port is there and says nothing."""

from __future__ import annotations

from engine.app import Running
from engine.browser_line import BrowserLine, Leg
from engine.codecs import FORMATS
from tests.rig.patience import until


def leg(one: Running, username: str = "agent1", *, listen_only: bool = False) -> Leg:
    """It has registered: from now on it rings."""
    port = one.house.mixer.open_rtp(listen_only=listen_only).port
    found = Leg(username, port, FORMATS["PCMU"], listen_only)
    one.house.browsers.join(found)
    return found


async def line_on(leg: Leg) -> BrowserLine:
    """The first that there is, as soon as there is one."""
    return await until(lambda: leg.lines[0] if leg.lines else None)
