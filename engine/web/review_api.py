"""Contact search as the page has it, and all that is known of one contact, below /earshot/v1.

POST /contact/search                             by what Connect's own search lacks too
GET  /contact/{id}                               its record, stages, flow, messages and listeners
GET  /contact/{id}/recording/{kind}/waveform     what a player draws; the sound is playback_api's

Without Manager monitor nothing tells of recordings (specification item 30).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal, overload

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from engine.audit_trail import AuditTrail, Wanted
from engine.contact_record import ContactRecord, RecordingKind, RecordingRecord
from engine.contact_search import MAX_RANGE, Found, Search, SearchError, search
from engine.contact_stages import stages
from engine.directory import Resources
from engine.flow_log import Entry
from engine.flow_log import read as flow_steps
from engine.house import House
from engine.refused import Refused
from engine.tapes import Entry as TraceEntry
from engine.trace_files import read as trace_of
from engine.waveforms import Waveforms
from engine.web.caller import Caller
from engine.web.known_contacts import KnownContacts
from engine.web.permitted import Permitted
from engine.web.playback_api import Sound
from engine.web.review_answers import (
    Chained,
    Contact,
    FoundContacts,
    Listened,
    Recording,
    Reviewed,
    Rung,
    Stage,
    Transcript,
    Waveform,
)
from engine.web.search_api import agents_within, groups_within, place_after, token_after
from recorder import RecordingError
from sip.ladder import label

MONITOR, ATTRIBUTES = "ManagerListenIn", "ContactAttributes.View"
MAX_STEPS = 1000
MAX_MESSAGES = 1000
MAX_LISTENERS = 200
LISTENING = ("recording.", "monitor.", "DELETE_RECORDING")
"""How the names of those actions begin that are about hearing a contact."""
Text = Annotated[str, Field(max_length=256)]
Many = Annotated[list[Text], Field(max_length=100)]


class SearchRequest(BaseModel):
    """With a ContactId everything else is ignored; without Start and End it is the last 8 weeks."""

    ContactId: Text = ""
    Time: Literal[
        "INITIATION_TIMESTAMP",
        "CONNECTED_TO_AGENT_TIMESTAMP",
        "DISCONNECT_TIMESTAMP",
        "ENQUEUE_TIMESTAMP",
    ] = "INITIATION_TIMESTAMP"
    Start: AwareDatetime | None = None
    End: AwareDatetime | None = None
    Agents: Many = []
    """Their logins."""
    Queues: Many = []
    """By name."""
    Channels: Many = []
    InitiationMethods: Many = []
    DisconnectReasons: Many = []
    PhoneNumber: Text = ""
    """The customer's, or its last digits."""
    Attributes: Annotated[dict[Text, Text], Field(max_length=50)] = {}
    Descending: bool = True
    MaxResults: Annotated[int, Field(ge=1, le=100)] = 25
    NextToken: Text = ""


class ReviewApi:
    """Every route raises Refused, RecordError or RecordingError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)
        self._waveforms = Waveforms(house.errands.archive)
        self._trail = AuditTrail(house.records)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1/contact")
        router.add_api_route("/search", self.search, methods=["POST"])
        router.add_api_route("/{contact_id}", self.contact, methods=["GET"])
        waveform = "/{contact_id}/recording/{kind}/waveform"
        router.add_api_route(waveform, self.waveform, methods=["GET"])
        return router

    async def search(self, asked: SearchRequest, caller: Permitted) -> FoundContacts:
        if asked.ContactId:
            record = await self._contacts.record(caller, asked.ContactId.strip())
            return {"Contacts": [row(record, caller)], "TotalCount": 1, "NextToken": None}
        await self._house.ledger.flush()
        found = await self._found(asked, caller)
        return {
            "Contacts": [row(record, caller) for record in found.contacts],
            "TotalCount": found.total,
            "NextToken": token_after(found.next) if found.next else None,
        }

    async def _found(self, asked: SearchRequest, caller: Caller) -> Found:
        try:
            resources = self._house.directory.resources
            wanted = wanted_by(asked, caller, resources, datetime.now(UTC))
        except SearchError as error:
            raise Refused.invalid(str(error)) from error
        after = place_after(wanted, asked.NextToken) if asked.NextToken else None
        return await search(self._house.records, wanted, asked.MaxResults, after)

    async def contact(self, contact_id: str, caller: Permitted) -> Reviewed:
        record = await self._contacts.record(caller, contact_id)
        hears = MONITOR in caller.permissions
        steps, ladder, walked = await asyncio.to_thread(self._on_disk, record)
        return {
            "Contact": row(record, caller),
            "Chain": [chained(one) for one in await self._contacts.chain(caller, contact_id)],
            "Stages": walked,
            "Steps": steps,
            "Ladder": ladder,
            "Listened": await self._listened(contact_id) if hears else None,
        }

    def _on_disk(self, record: ContactRecord) -> tuple[list[Entry], list[Rung], list[Stage]]:
        settings = self._house.settings
        steps = list(flow_steps(settings.flows.log_directory, record.contact_id))
        try:
            trace = trace_of(settings.trace.directory, record.contact_id)
        except ValueError:  # an id that came from elsewhere is no name of a file
            trace = []
        return steps, [_rung(each) for each in trace[:MAX_MESSAGES]], self._stages(record)

    def _stages(self, record: ContactRecord) -> list[Stage]:
        talk = next((each for each in record.recordings if each.kind is RecordingKind.AGENT), None)
        spans = list(self._waveforms.spans(talk)) if talk else []
        held = [(each.start, each.end) for each in spans if each.kind == "HOLD"]
        return [
            {"Kind": each.kind, "Start": _time(each.start), "End": _time(each.end)}
            for each in stages(record, held, talk.start if talk else None)
        ]

    async def _listened(self, contact_id: str) -> list[Listened]:
        """The newest first; of a player that seeks only its beginning."""
        await self._house.ledger.flush()
        lines, _ = await self._trail.page(Wanted(contact_id=contact_id), MAX_LISTENERS)
        return [
            {"At": _time(each.record.at), "Who": each.record.who, "Action": each.record.action}
            for each in lines
            if each.record.action.startswith(LISTENING)
        ]

    async def waveform(self, contact_id: str, kind: Sound, caller: Permitted) -> Waveform:
        await self._contacts.record(caller, contact_id)
        recording = await self._house.player.recording(contact_id, kind)
        try:
            drawn = await self._waveforms.of(recording)
        except RecordingError as error:
            raise Refused.not_found(f"{contact_id} has no waveform") from error
        return {
            "Seconds": drawn.seconds,
            "Peaks": drawn.peaks.round(3).tolist(),
            "Spans": list(drawn.spans),
        }


def wanted_by(asked: SearchRequest, caller: Caller, resources: Resources, now: datetime) -> Search:
    """Raises Refused or SearchError."""
    if asked.Attributes:
        caller.need(ATTRIBUTES, "searching by attributes")
    end = asked.End or now
    digits = "".join(filter(str.isdigit, asked.PhoneNumber))
    is_number = digits and not asked.PhoneNumber.startswith("sip")
    return Search(
        *(asked.Time, asked.Start or end - MAX_RANGE, end),
        agents=agents_within(caller, tuple(asked.Agents), resources),
        groups=tuple(groups_within(caller, resources)),
        queues=tuple(asked.Queues),
        channels=tuple(asked.Channels),
        initiation_methods=tuple(asked.InitiationMethods),
        disconnect_reasons=tuple(asked.DisconnectReasons),
        attributes={name: (value,) for name, value in asked.Attributes.items()},
        customers=(asked.PhoneNumber,) if asked.PhoneNumber and not is_number else (),
        customer_suffix=digits if is_number else "",
        descending=asked.Descending,
    )


def row(record: ContactRecord, caller: Caller) -> Contact:
    """What a row of the table can show, and the page of the contact shows."""
    shows = ATTRIBUTES in caller.permissions
    hears = MONITOR in caller.permissions
    return {
        "ContactId": record.contact_id,
        "InitialContactId": record.initial_contact_id,
        "PreviousContactId": record.previous_contact_id,
        "NextContactId": record.next_contact_id,
        "Channel": record.channel,
        "InitiationMethod": record.initiation_method,
        "InitiationTimestamp": _time(record.initiation),
        "ConnectedToAgentTimestamp": _time(record.connected_to_agent),
        "DisconnectTimestamp": _time(record.disconnect),
        "DisconnectReason": record.disconnect_reason,
        "CustomerEndpoint": record.customer_endpoint,
        "SystemEndpoint": record.system_endpoint,
        "TransferredTo": record.transferred_to,
        "Queue": record.queue,
        "Agent": record.agent,
        "Agents": list(record.agents),
        "QueueSeconds": record.queue_seconds,
        "TalkSeconds": record.agent_interaction_seconds,
        "HoldSeconds": record.hold_seconds,
        "WorkSeconds": record.work_seconds,
        "Attributes": dict(record.attributes) if shows else None,
        "Tags": dict(record.tags),
        "Recordings": list(_recordings(record)) if hears else None,
        "Transcript": _transcript(record) if hears else None,
    }


def _rung(entry: TraceEntry) -> Rung:
    return {
        "At": datetime.fromtimestamp(entry.at, UTC).isoformat(),
        "Party": entry.party,
        "Peer": entry.peer,
        "Sent": entry.sent,
        "Label": label(entry.message),
    }


def chained(record: ContactRecord) -> Chained:
    return {
        "ContactId": record.contact_id,
        "InitiationMethod": record.initiation_method,
        "InitiationTimestamp": _time(record.initiation),
        "Queue": record.queue,
        "Agent": record.agent,
    }


def _recordings(record: ContactRecord) -> Iterator[Recording]:
    """Those that can be heard."""
    for each in record.recordings:
        if each.kind is not RecordingKind.TRANSCRIPT:
            yield _recording(each)


def _transcript(record: ContactRecord) -> Transcript | None:
    for each in record.recordings:
        if each.kind is RecordingKind.TRANSCRIPT:
            return {"Status": each.status, "Reason": each.deletion_reason}
    return None


def _recording(one: RecordingRecord) -> Recording:
    return {
        "Kind": one.kind,
        "Status": one.status,
        "Start": _time(one.start),
        "Stop": _time(one.stop),
        "Deleted": _time(one.deleted),
        "DeletedBy": one.deleted_by,
        "DeletionReason": one.deletion_reason,
    }


@overload
def _time(moment: datetime) -> str: ...
@overload
def _time(moment: datetime | None) -> str | None: ...
def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
