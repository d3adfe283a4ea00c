"""Calls that flows have made to the outside: by what right, what the called see, what is keyed.

The number may be one that a caller keyed in: it is called only where the settings let flows call,
as trunks and limits allow. A flow shows a number of this house, or that of its queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from config import Settings
from engine.call import Input
from engine.hunt import Hunt, Shown
from engine.line import Line
from engine.lines import Lines
from engine.live import LiveContact
from engine.outbound import Outbound
from engine.phone_numbers import PhoneNumbers
from flows import CallThirdParty, Failed
from sip import PeerError

PAUSE_SECONDS = 0.75
"""That a comma stands for among keys."""
KEY_MS, GAP_MS = 100, 100
MAX_NAME_CHARS = 64
OF_FLOWS = "(flows)"
"""In place of a user name, and none that a user could have."""
log = structlog.get_logger("engine.flow")


@dataclass(frozen=True, slots=True)
class FlowDialler:
    """As agents have it in the configuration."""

    may_dial: tuple[str, ...]
    outbound_queue: str
    username: str = OF_FLOWS


class FlowCalls:
    """Starts the calls of flows, keys what is to be keyed. `step` feeds an input into a call."""

    def __init__(
        self,
        settings: Settings,
        outbound: Outbound,
        numbers: PhoneNumbers,
        lines: Lines,
        step: Callable[[LiveContact, Input], None],
    ) -> None:
        self._settings, self._outbound, self._lines = settings.flows, outbound, lines
        self._numbers, self._step = numbers, step
        self._ring_seconds = settings.routing.ring_seconds
        self._loop = asyncio.get_running_loop()

    def hunt(self, number: str, queue: str | None) -> Hunt:
        """The ways to a number, for this queue. Raises PeerError where flows may not call it."""
        dialler = FlowDialler(self._settings.may_dial, queue or "")
        return self._outbound.search(number, dialler, self._settings.max_calls)

    def start(self, live: LiveContact, ask: CallThirdParty) -> Failed | None:
        """Call a third party."""
        try:
            hunt = self.hunt(ask.number, live.target_queue)
        except PeerError as error:
            number, why = ask.number, str(error)
            log.warning("not called", contact_id=live.contact_id, number=number, error=why)
            return Failed("CallFailed")
        hunt.shown = self._shown(live, ask, hunt.shown)
        live.onward, hunt.keys = hunt, ask.keys
        live.call.ring_outside(ask.seconds or self._ring_seconds)
        self._step(live, Input.FLOW_LENDS if ask.comes_back else Input.FLOW_FORWARDS)
        return None

    def press(self, live: LiveContact) -> None:
        """What the flow wants keyed, now that the third party has answered."""
        line, hunt = live.third_party, live.onward
        assert line and hunt, "keys are for a third party"
        delay = 0.0
        for key in hunt.keys:
            if key == ",":
                delay += PAUSE_SECONDS
            else:
                self._loop.call_later(delay, self._press, live, line, key)
                delay += (KEY_MS + GAP_MS) / 1000

    def _press(self, live: LiveContact, line: Line, key: str) -> None:
        if live.third_party is line:
            self._lines.send_digit(line, key, KEY_MS)

    def _shown(self, live: LiveContact, ask: CallThirdParty, usual: Shown) -> Shown:
        number = ask.caller_id
        if number and not self._numbers.is_ours(number):
            log.warning("not a number of ours", contact_id=live.contact_id, caller_id=number)
            number = ""
        name = "".join(filter(str.isprintable, ask.caller_name))[:MAX_NAME_CHARS]
        return Shown(number or usual.caller_id, name or usual.caller_name)
