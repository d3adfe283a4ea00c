"""What agents and supervisors do in their Contact Control Panel, whose phone is a browser.

Everything is done to a line of whoever asks, and as a phone would have it done; who has a SIP phone
does it there. A call that is made because of a contact holds it; the two are swapped, joined to a
conference, or put through, all by the id of the contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.browser_line import BrowserLine, Stage
from engine.browser_lines import BrowserLines
from engine.call import State
from engine.line import Party
from engine.live import Listener, LiveContact
from engine.monitors import Monitors
from engine.refused import Refused
from engine.registry import Registry
from engine.transfer import Destination
from engine.transfers import Transfers
from mixer import Mode
from sip import DigitReceived, Event, PeerError

KEY_MS = 160
"""How long a key of the number pad is pressed."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One contact of somebody's, and the call they have made because of it."""

    live: LiveContact
    line: BrowserLine
    third: LiveContact | None = None
    third_line: BrowserLine | None = None

    @property
    def conference(self) -> bool:
        return self.third is not None and self.live.joined is self.third


class Ccp:
    """Every action raises Refused. `on_event` is told what a phone would tell."""

    def __init__(
        self,
        browsers: BrowserLines,
        registry: Registry,
        transfers: Transfers,
        monitors: Monitors,
        on_event: Callable[[Event], None],
    ) -> None:
        self._browsers, self._registry = browsers, registry
        self._transfers, self._monitors, self._on_event = transfers, monitors, on_event

    def talks(self, username: str) -> list[Talk]:
        """The contacts on this user's browser, without those that are the third of another."""
        leg = self._browsers.leg(username)
        every = [
            (live, line)
            for line in (leg.lines if leg else ())
            if line.party is not Party.SUPERVISOR and (live := self._registry.get(line.contact_id))
        ]
        kept = next((pair for pair in every if is_kept(*pair)), None)
        third = next((pair for pair in every if pair is not kept and is_up(pair[1])), None)
        if kept is None or third is None:
            return [Talk(*pair) for pair in every]
        return [Talk(*kept, *third), *(Talk(*pair) for pair in every if pair not in (kept, third))]

    def monitoring(self, username: str) -> tuple[LiveContact, Listener] | None:
        """What this user listens to."""
        for live in self._registry.involving(username):
            for one in live.listeners:
                if one.monitor.supervisor == username:
                    return live, one
        return None

    def accept(self, username: str, contact_id: str) -> None:
        self._browsers.accept(self._ringing(username, contact_id))

    def reject(self, username: str, contact_id: str) -> None:
        self._browsers.hang_up(self._ringing(username, contact_id))

    def hold(self, username: str, contact_id: str, *, held: bool) -> None:
        """A conference is over; of a contact and its third one is talked with at a time."""
        talk = self._talk(username, contact_id)
        talk.live.joined = None
        if talk.third_line and not held:
            self._browsers.hold(talk.third_line, True)
        self._browsers.hold(talk.line, held)

    def mute(self, username: str, contact_id: str, *, muted: bool) -> None:
        """Towards everybody, until the last contact is over."""
        self._browsers.mute(self._talk(username, contact_id).line.leg, muted)

    def swap(self, username: str, contact_id: str) -> None:
        """The held one of contact and third is talked with, and the other one held."""
        talk, third_line = self._with_third(username, contact_id)
        talk.live.joined = None
        held = talk.line.held
        self._browsers.hold(third_line if held else talk.line, True)
        self._browsers.hold(talk.line if held else third_line, False)

    def conference(self, username: str, contact_id: str) -> None:
        """All three hear each other."""
        talk, third_line = self._with_third(username, contact_id)
        if talk.third is None or talk.third.call.state is not State.BRIDGED:
            raise Refused.invalid("The third party has not answered yet")
        talk.live.joined = talk.third
        for line in (talk.line, third_line):
            self._browsers.hold(line, False)

    def end(self, username: str, contact_id: str, *, third: bool = False) -> None:
        """The contact, for this user; with a third on the line those two talk on. `third`: hang up
        on the third, and talk with the customer again."""
        talk = self._talk(username, contact_id)
        if talk.third_line and third:
            self._browsers.hang_up(talk.third_line)
            self.hold(username, contact_id, held=False)
        elif talk.third_line:
            talk.live.joined = None
            asked(lambda: self._transfers.join(talk.live, talk.line, talk.third_line))
        elif third:
            raise Refused.invalid("There is no third party")
        else:
            self._browsers.hang_up(talk.line)

    def press(self, username: str, contact_id: str, digits: Iterable[str]) -> None:
        """For whoever is talked with."""
        talk = self._talk(username, contact_id)
        line = talk.third_line if talk.third_line and talk.line.held else talk.line
        for digit in digits:
            self._on_event(DigitReceived(line.session, digit, KEY_MS))

    def find(self, name: str) -> Destination:
        """Where a contact goes that is transferred to this user name or number."""
        found: list[Destination] = []
        asked(lambda: found.append(self._transfers.find(name)))
        return found[0]

    def transfer(self, username: str, contact_id: str, to: Destination) -> None:
        """At once, and without a word."""
        talk = self._talk(username, contact_id)
        if talk.third_line:
            raise Refused.invalid("There is a third party already")
        asked(lambda: self._transfers.move(talk.live, talk.line, to))

    def consult(self, username: str, contact_id: str, number: str) -> None:
        """Call a colleague or somebody outside, who is to be asked first; the contact is held."""
        talk = self._talk(username, contact_id)
        if talk.third_line:
            raise Refused.invalid("There is a third party already")
        if talk.line.stage is not Stage.UP:
            raise Refused.invalid("There is no conversation")
        self.dial(username, number, username)

    def dial(self, username: str, number: str, name: str) -> None:
        """`name` is what a colleague sees of who calls."""
        asked(lambda: self._browsers.dial(username, number, name))

    def switch(self, username: str, mode: Mode) -> None:
        """Speak to the agent, to both or to nobody of those who are listened to."""
        live, listener = self._listened(username)
        self._monitors.switch(live, listener, mode)

    def stop_monitoring(self, username: str) -> None:
        live, listener = self._listened(username)
        self._monitors.left(live, listener.line)

    def _listened(self, username: str) -> tuple[LiveContact, Listener]:
        found = self.monitoring(username)
        if found is None:
            raise Refused.not_found(f"{username} monitors nobody")
        return found

    def _talk(self, username: str, contact_id: str) -> Talk:
        found = (one for one in self.talks(username) if one.live.contact_id == contact_id)
        talk = next(found, None)
        if talk is None:
            raise Refused.not_found(f"{username} has no contact {contact_id} in a browser")
        return talk

    def _with_third(self, username: str, contact_id: str) -> tuple[Talk, BrowserLine]:
        talk = self._talk(username, contact_id)
        if talk.third_line is None:
            raise Refused.invalid("There is no third party")
        return talk, talk.third_line

    def _ringing(self, username: str, contact_id: str) -> BrowserLine:
        line = self._browsers.of(username, contact_id)
        if line is None or line.stage is not Stage.RINGING:
            raise Refused.not_found(f"The contact {contact_id} does not ring in a browser here")
        return line


def is_kept(live: LiveContact, line: BrowserLine) -> bool:
    """Whether a call may be made because of it: it came out of a queue, or was dialled for one."""
    return live.agent is line and live.target_queue is not None and is_up(line)


def is_up(line: BrowserLine) -> bool:
    return line.stage in (Stage.UP, Stage.DIALLING)


def asked(act: Callable[[], None]) -> None:
    """What a phone is told by a status, said as the API says it."""
    try:
        act()
    except PeerError as error:
        if error.status == 403:
            raise Refused(403, "AccessDeniedException", str(error)) from error
        raise Refused.invalid(str(error)) from error
