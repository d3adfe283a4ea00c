"""One live contact becomes the next of its chain, or gives its customer to it, while they talk on.

What is said goes on without a gap; what belongs to one record ends with it: its recordings, those
who listen, and the part that its agent had.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from engine.chain import followed, following, handed
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.monitors import Monitors
from engine.recordings import Recordings
from engine.registry import Registry
from mixer import Farm

OF_THE_CUSTOMER = (
    *("customer", "identity", "carried", "hooks", "system", "target_queue", "number", "hunt"),
    *("priority", "added_seconds", "digits_quiet_seconds"),
)
"""What goes with the customer, of a live contact."""
log = structlog.get_logger("engine.succession")


class Succession:
    def __init__(
        self,
        registry: Registry,
        recordings: Recordings,
        monitors: Monitors,
        mixer: Farm,
        ledger: Ledger,
    ) -> None:
        self._registry, self._recordings, self._monitors = registry, recordings, monitors
        self._mixer, self._ledger = mixer, ledger

    def go_over(self, live: LiveContact) -> None:
        """Nobody has the contact any more: from now on it is the next one of its chain, where it
        is to be. Whoever rings for it or has waited in a queue has been told by its former id."""
        method, live.next_method = live.next_method, None
        if method is None:
            return
        self._recordings.stop_all(live)
        self._monitors.end_all(live)
        former = live.record
        record = following(former, method, datetime.now(UTC))
        self._ledger.save(followed(former, by=record))
        self._mixer.route(former.contact_id, set())
        self._registry.renew(live, record)
        for line in (live.customer, live.ringing):
            if line is not None:
                line.contact_id = record.contact_id
        live.taped.clear()
        self._mixer.route(record.contact_id, live.routes())
        self._ledger.save(record)
        log.info("goes on as", contact_id=former.contact_id, next=record.contact_id, method=method)

    def hand(self, kept: LiveContact, consult: LiveContact) -> None:
        """The colleague whom the agent has called has the customer, and the agent the line to the
        colleague, on which nobody is: what is left is to end the contact that the agent has."""
        now = datetime.now(UTC)
        self._mixer.route(kept.contact_id, set())  # or its end would take away what they hear
        kept.note(now, next_contact_id=consult.contact_id)
        consult.record = handed(consult.record, kept.record, now)
        for name in OF_THE_CUSTOMER:
            former = getattr(consult, name)
            setattr(consult, name, getattr(kept, name))
            setattr(kept, name, former)
        for live in (kept, consult):
            live.customer.contact_id = live.contact_id
        log.info("handed on", contact_id=kept.contact_id, next=consult.contact_id)
