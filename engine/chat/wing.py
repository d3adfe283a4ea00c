"""The wing of the house that is for chats: its parts, built in the order they need each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config import Settings
from engine.after_contact_work import AfterContactWork
from engine.chat.chat_flows import ChatFlows
from engine.chat.chat_router import ChatRouter
from engine.chat.chats import Chats
from engine.chat.load import Loads
from engine.chat.passes import Passes
from engine.chat.readers import Readers
from engine.chat.reading import Readings
from engine.chat.transcripts import Transcripts
from engine.contact_record import DisconnectReason
from engine.directory import Resources
from engine.flow_answers import FlowAnswers
from engine.flow_facts import FlowFacts
from engine.flow_services import FlowServices
from engine.ledger import Ledger
from engine.monitor_rights import MonitorRights
from engine.routing import Router
from flows import Flow
from recorder import Vault


class Wing:
    """The router is there at once, all else once `furnish` was called."""

    chats: Chats
    passes: Passes
    loads: Loads
    readings: Readings
    readers: Readers
    transcripts: Transcripts | None = None

    def __init__(self, phones: Router, work: AfterContactWork) -> None:
        self._work = work
        self.router = ChatRouter(phones, lambda offer: self.chats.on_offer(offer), self.worked)

    def furnish(
        self,
        settings: Settings,
        ledger: Ledger,
        resources: Resources,
        library: Callable[[str], Flow | None],
        facts: FlowFacts,
        answers: FlowAnswers,
        services: FlowServices,
        vault: Vault,
        rights: MonitorRights,
    ) -> None:
        self.chats = Chats(
            *(self.router, ledger, resources, settings.chat.max_chats),
            settings.routing.ring_seconds,
            lambda chats: ChatFlows(
                *(library, facts, answers, services, chats.step, chats.announce),
                lambda chat: chats.end(chat, DisconnectReason.CONTACT_FLOW_DISCONNECT),
                chats.guarded,
            ),
        )
        self.passes = Passes(self.chats)
        self.loads = Loads(self.router.desks, self.chats.known)
        self.readings = Readings(settings.routing.max_listeners)
        self.readers = Readers(self.readings, self.chats, ledger, rights)
        if settings.chat.transcripts == "always":
            self.transcripts = Transcripts(
                *(settings.recording.directory, vault, settings.web.instance_arn),
                *(self.chats, ledger),
            )

    async def close(self) -> None:
        """All chats end, and what was said in them is written."""
        self.chats.close()
        self.router.close()
        if self.transcripts:
            await self.transcripts.close()

    def worked(self, contact_id: str, start: datetime, end: datetime) -> None:
        """After-contact work is over, of a chat that may go on with another agent."""
        if chat := self.chats.get(contact_id):
            chat.note(end, work_start=start, work_end=end)
        else:
            self._work.over(contact_id, start, end)
