"""All parts of a running engine, built once, in the order in which they need each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from secrets import token_bytes

import structlog

from config import Settings
from engine import kept_callbacks
from engine.admission import Admission
from engine.after_contact_work import AfterContactWork
from engine.bindings import Bindings
from engine.browser_legs import BrowserLegs
from engine.browser_lines import BrowserLines
from engine.bus import LocalBus
from engine.call import Input
from engine.callbacks import Callbacks
from engine.ccp import Ccp
from engine.chat.chats import Chats
from engine.chat.wing import Wing
from engine.consults import Consults
from engine.custody import Custody
from engine.dialling import DialPlan
from engine.directory import Directory as InstanceDirectory
from engine.directory.following import Following
from engine.errands import Errands
from engine.events.streams import Streams
from engine.flow_answers import FlowAnswers
from engine.flow_calls import FlowCalls
from engine.flow_facts import FlowFacts
from engine.flow_library import FlowLibrary
from engine.flow_log import FlowLog
from engine.flow_moves import FlowMoves
from engine.flow_run import FlowRunner
from engine.flow_services import FlowServices
from engine.header_policy import HeaderPolicy
from engine.lease import LocalLease
from engine.ledger import Ledger
from engine.line import SipLine
from engine.lines import Lines
from engine.live import LiveContact
from engine.monitor_rights import MonitorRights
from engine.monitors import Monitors
from engine.outbound import Outbound
from engine.outbound_contacts import OutboundContacts
from engine.own_numbers import OwnNumbers
from engine.performer import Performer
from engine.phone_numbers import PhoneNumbers
from engine.playback import Player
from engine.prompts import Prompts
from engine.queue_book import QueueBook
from engine.queue_callers import QueueCallers
from engine.queues import Floor
from engine.quick_connects import QuickConnects
from engine.recordings import Recordings
from engine.records import Records
from engine.registry import Registry
from engine.replacements import Replacements
from engine.retention import Retention
from engine.routing import Router
from engine.sip_lines import SipLines
from engine.staff import Staff
from engine.succession import Succession
from engine.switchboard import Switchboard
from engine.traces import Traces
from engine.transfer import Directory
from engine.transfers import Transfers
from engine.trunks import Trunks, trusted_networks
from engine.voice import Voice
from flows import Flow
from mixer import Farm
from recorder import Archive
from sip import SipTransport

log = structlog.get_logger("engine")


class House:
    """Parts are public: the web reads them, the tests count them."""

    switchboard: Switchboard
    api = ""
    """Where the API is, once it is open."""

    def __init__(
        self,
        settings: Settings,
        flows: Mapping[str, Flow],
        whispers: Mapping[str, Flow],
        library: FlowLibrary,
        prompts: Prompts,
        records: Records,
        directory: InstanceDirectory,
        archive: Archive,
    ) -> None:
        """`flows` by number, `whispers` by queue. Raises RecordingError or MixerError."""
        self.settings, self.records, self.directory = settings, records, directory
        self.library, self.registry = library, Registry()
        self.ledger, self.bus, self.lease = Ledger(records), LocalBus(), LocalLease()
        self.headers = HeaderPolicy(settings.sip.passed_headers, settings.sip.contact_id_header)
        self.traces, self.flow_log = Traces(settings.trace), FlowLog(settings.flows)
        self.errands = Errands(Custody(records), archive, settings.store)  # may raise too
        self.following = Following(directory)
        self.retention = Retention(self.errands.custody, settings.retention, self.lease)
        self.mixer = Farm(settings.media, lambda event: self.switchboard.on_media(event))
        self.work = AfterContactWork(records, self.ledger, self.registry)
        floor = Floor((), ())
        self.router = Router(floor, lambda offer: self.switchboard.on_offer(offer), self.work.over)
        self.wing, self.events = Wing(self.router, self.work), self._events()
        self.staff = Staff(settings, directory, self.router, self.wing.router)
        self.sip = self._transport()
        self.bindings, self.recordings = Bindings(self.sip, records), self._recordings()
        self.lines = self._lines()
        self.monitors = self._monitors()
        self.trunks = Trunks(settings.trunks, self.sip)
        self.services = FlowServices(settings, self.mixer, self.registry)
        self.plan = DialPlan(settings.dialling, settings.trunks)
        self.numbers = PhoneNumbers(settings, flows, library.find, directory.resources)
        self.callers = QueueCallers(settings, directory.resources, whispers, library.find)
        self.outbound = self._outbound()
        self.flow_calls = FlowCalls(settings, self.outbound, self.numbers, self.lines, self._later)
        self.callbacks = self._callbacks()
        self.switchboard = self._switchboard(self._performer(prompts), flows)
        self._furnish()

    def _events(self) -> Streams:
        return Streams(
            *(self.settings.events, self.bus, self.ledger, self.router.floor, self.registry),
            self.directory.resources,
        )

    def _lines(self) -> Lines:
        media = self.settings.media
        self.browsers = BrowserLines(lambda event: self.switchboard.on_sip(event))
        self.legs = BrowserLegs(self.mixer, self.browsers, self.settings.browsers, media)
        phones = SipLines(self.sip, self.mixer, media, self._trace)
        return Lines(self.sip, phones, self.browsers, self.mixer)

    def _monitors(self) -> Monitors:
        routing = self.settings.routing
        self.rights = MonitorRights(self.directory.resources)
        monitors = Monitors(
            *(self.lines, self.mixer, self.ledger, self.rights, self.registry.changed),
            max_listeners=routing.max_listeners,
            ring_seconds=routing.ring_seconds,
        )
        self.directory.listen(lambda *_: monitors.recheck(self.registry))
        return monitors

    def _recordings(self) -> Recordings:
        settings = self.settings
        guarded = {one.number: one.auto_suspend_on_dtmf for one in settings.numbers}
        return Recordings(
            self.mixer, settings.recording, self.ledger, self.errands, guarded, self._refuse
        )

    @cached_property
    def ccp(self) -> Ccp:
        """What agents do whose phone is a browser, for the API."""
        return Ccp(
            *(self.browsers, self.registry, self.transfers, self.monitors),
            on_event=self.switchboard.on_sip,
        )

    @property
    def custody(self) -> Custody:
        """Legal holds and deletions, for the API."""
        return self.errands.custody

    @property
    def player(self) -> Player:
        """Opens recordings, for the API."""
        return Player(self.records, self.errands.archive, self.errands.store)

    def _switchboard(self, performer: Performer, configured: Iterable[str]) -> Switchboard:
        agents, seconds = self.router.floor.agents.keys(), self.settings.routing.ring_seconds
        dialling, outside = self.settings.dialling, self.settings.routing.refer_targets
        numbers = self.numbers
        own = OwnNumbers([*configured, *agents], dialling, numbers.is_claimed)
        plan = dialling if self.plan.leads_outside else None
        places = agents, self.router.floor.queues, numbers, outside
        self.quick_connects = QuickConnects(self.directory.resources, self.library.find)
        self.transfers = Transfers(
            *(self.lines, self.mixer, self.registry, self.router),
            Directory(*places, own, plan, self.quick_connects.named),
            *(self.outbound, self._step, performer.hand),
        )
        return Switchboard(
            *(self.sip, self.trunks, self.lines, self.registry, self.router),
            performer,
            self.monitors,
            self.transfers,
            Consults(
                *(self.lines, self.registry, self.router, self.ledger),
                self.headers,
                seconds,
                self._step,
            ),
            self.outbound,
            self.callbacks,
            Replacements(self.lines, self.registry, self._step, performer.line_changed),
            self.ledger,
            Admission(
                numbers=numbers,
                people=self.staff.accounts,
                agents=agents,
                max_calls=self.settings.routing.max_calls,
                leads_outside=self.plan.leads_outside,
            ),
            own,
            self.headers,
            seconds,
        )

    def _outbound(self) -> Outbound:
        return Outbound(
            *(self.settings, self.plan, self.callers, self.lines, self.trunks, self.registry),
            self.router,
            self.ledger,
            self.headers,
            self._step,
            lambda username: self.staff.may(username, "OutboundCallAccess"),
        )

    @cached_property
    def link_key(self) -> bytes:
        """Signs the links that the API gives out, which end with the engine."""
        return token_bytes(32)

    @cached_property
    def outbound_contacts(self) -> OutboundContacts:
        """For the API."""
        return OutboundContacts(
            *(self.flow_calls, self.outbound, self.registry, self.ledger),
            self.settings.routing,
            self._step,
        )

    def _callbacks(self) -> Callbacks:
        return Callbacks(
            *(self.flow_calls, self.outbound, self.lines, self.registry, self.router, self.ledger),
            self.settings.routing.ring_seconds,
            self._step,
        )

    def _transport(self) -> SipTransport:
        settings = self.settings
        trusted = (*settings.sip.trusted_sources, *trusted_networks(settings.trunks))
        return SipTransport(
            settings.sip.model_copy(update={"trusted_sources": trusted}),
            self.staff.accounts,
            lambda event: self.switchboard.on_sip(event),
            settings.tls,
            self.traces.observers,
        )

    def _furnish(self) -> None:
        self.wing.furnish(
            *(self.settings, self.ledger, self.directory.resources, self.library.find),
            *self._answers(self.wing.router.floor),
            self.services,
            self.errands.archive.vault,
            self.rights,
        )
        self.directory.listen(lambda *_: self.wing.readers.recheck())

    @property
    def chats(self) -> Chats:
        return self.wing.chats

    def _answers(self, floor: Floor) -> tuple[FlowFacts, FlowAnswers]:
        """Of flows whose contacts wait there."""
        queues = QueueBook(self.directory.resources, floor)
        facts = FlowFacts(self.directory.resources, queues)
        return facts, FlowAnswers(
            *(queues, facts, self.library.find, self.ledger, self.recordings, self.callbacks)
        )

    def _performer(self, prompts: Prompts) -> Performer:
        facts, answers = self._answers(self.router.floor)
        voice = Voice(self.mixer, prompts.hold_music())
        runner = FlowRunner(
            *(self.numbers, self.callers.whisper, self.library.find, prompts, voice),
            *(facts, answers, self.services),
            FlowMoves(
                *(answers, self.registry, self.router, self.flow_calls, voice, self._later),
                lambda live: performer.line_changed(live),
            ),
            self.flow_log if self.settings.flows.log != "never" else None,
            self.settings.flows.log == "always",
            self._later,
            lambda live, act: self.switchboard.guarded(live, act),
        )
        self.services.streaming.listen(runner.said)
        performer = Performer(
            self.registry,
            self.router,
            self.lines,
            self.mixer,
            voice,
            runner,
            self.recordings,
            self.monitors,
            Succession(self.registry, self.recordings, self.monitors, self.mixer, self.ledger),
            self.outbound,
            self.flow_calls,
            self.callbacks,
            self.ledger,
            self.headers,
            self._later,
        )
        return performer

    async def open(self) -> None:
        """Begin to take calls."""
        for descriptor, read in self.mixer.readers():
            asyncio.get_running_loop().add_reader(descriptor, read)
        self.ledger.start()
        self.events.start()
        self.traces.start()
        self.flow_log.start()
        self.services.open()
        self.recordings.open()
        self.errands.start()
        self.retention.start()
        self.following.start()
        await self.legs.open()
        await self.sip.start()
        await self.bindings.start()
        self.trunks.open()
        self.callbacks.restore(await kept_callbacks.load(self.records))

    async def close(self, drain_seconds: float) -> None:
        """Let current calls finish for so long; then everything is written and given back."""
        self.callbacks.close()
        await self.wing.close()
        self.outbound_contacts.close()
        await self.switchboard.drain(drain_seconds)
        await self.legs.close()
        self.router.close()
        await self.trunks.close()
        await self.bindings.stop()
        await self.sip.stop()
        await self.traces.stop()
        await self.flow_log.stop()
        await self.services.close()
        await self.recordings.close()
        await self.following.stop()
        await self.retention.stop()
        self.lease.close()
        await self.errands.stop()
        await self.work.stop()
        await self.ledger.stop()
        await self.events.stop()
        for descriptor, _ in self.mixer.readers():
            asyncio.get_running_loop().remove_reader(descriptor)
        log.info("media", **asdict(self.mixer.totals()))
        self.mixer.close()

    def _step(self, live: LiveContact, event: Input) -> None:
        self.switchboard.step(live, event)

    def record(self, live: LiveContact, participants: frozenset[str]) -> None:
        """From now on, or from when an agent has the contact."""
        live.note(datetime.now(UTC), recorded=participants)
        if live.agent:
            self.recordings.start(live)
        self.mixer.route(live.contact_id, live.routes())
        self.registry.changed(live)
        self.ledger.save(live.record)

    def _refuse(self, contact_id: str) -> None:
        """A conversation that cannot be recorded is none, by the instance's policy."""
        if live := self.registry.get(contact_id):
            self.switchboard.step(live, Input.SHUT_DOWN)

    def _trace(self, line: SipLine) -> None:
        call_id = self.sip.call_id(line.session)
        if call_id:
            self.traces.follow(line.contact_id, line.party.name.lower(), call_id)

    def _later(self, live: LiveContact, event: Input) -> None:
        asyncio.get_running_loop().call_soon(self.switchboard.step, live, event)
