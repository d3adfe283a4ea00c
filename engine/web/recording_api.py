"""Connect's operations on a recording that runs: start, stop, suspend, resume."""

from __future__ import annotations

from typing import Any

from engine.house import House
from engine.live import LiveContact
from engine.refused import Refused
from engine.track import Track
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from recorder import Part, RecordingError

BY_API = "api"
"""Reason of a suspension: it is resumed by the same API, whoever asked for it."""
TRACKS = {
    "ALL": frozenset({"Agent", "Customer"}),
    "FROM_AGENT": frozenset({"Agent"}),
    "TO_AGENT": frozenset({"Customer"}),
}
PARTS = {"AGENT": Part.AGENT, "IVR": Part.IVR}
Given = dict[str, Any]


class RecordingApi:
    """Each operation names a live contact and the first of its chain, and leaves a line in the
    audit trail. Who is not the contact's agent must be allowed to listen. Raises Refused."""

    def __init__(self, house: House) -> None:
        self._house, self._recordings = house, house.recordings
        self._contacts = KnownContacts(house)

    def handlers(self) -> dict[str, Handler]:
        return {
            "StartContactRecording": self.start,
            "StopContactRecording": self.stop,
            "SuspendContactRecording": self.suspend,
            "ResumeContactRecording": self.resume,
        }

    async def start(self, caller: Caller, given: Given) -> Given:
        """At once, or when an agent joins; what was stopped is not started again."""
        live, wanted = self._find(caller, given), given["VoiceRecordingConfiguration"]
        voice, ivr = wanted.get("VoiceRecordingTrack"), wanted.get("IvrRecordingTrack")
        self._check_start(live, voice, ivr)
        if ivr:
            self._recordings.automated(live, on=True)
        if voice:
            self._house.record(live, TRACKS[voice])
        self._audit(caller, "recording.start", live)
        return {}

    def _check_start(self, live: LiveContact, voice: str | None, ivr: str | None) -> None:
        if not voice and not ivr:
            raise Refused.invalid("VoiceRecordingTrack or IvrRecordingTrack is required")
        for part, asked in ((Part.AGENT, voice), (Part.IVR, ivr)):
            if asked and part in live.taped:
                raise Refused.invalid(f"The {part.name} recording was started already")
        if ivr and live.agent:
            raise Refused.invalid("An agent has the contact: its automated part is over")
        if obstacle := self._recordings.obstacle():
            raise Refused(500, "InternalServiceException", obstacle)

    async def stop(self, caller: Caller, given: Given) -> Given:
        live, track = self._running(caller, given)
        self._recordings.stop(live, track.part)
        self._audit(caller, "recording.stop", live)
        return {}

    async def suspend(self, caller: Caller, given: Given) -> Given:
        """Silence until it is resumed; twice is as good as once."""
        live, track = self._running(caller, given)
        try:
            self._recordings.suspend(track, BY_API, caller.name)
        except RecordingError as error:
            raise Refused.invalid(str(error)) from error
        self._audit(caller, "recording.suspend", live)
        return {}

    async def resume(self, caller: Caller, given: Given) -> Given:
        """What a flow or keyed digits suspended stays so."""
        live, track = self._running(caller, given)
        try:
            self._recordings.resume(track, BY_API)
        except RecordingError as error:
            raise Refused.invalid(str(error)) from error
        self._audit(caller, "recording.resume", live)
        return {}

    def _running(self, caller: Caller, given: Given) -> tuple[LiveContact, Track]:
        live, kind = self._find(caller, given), given.get("ContactRecordingType", "AGENT")
        part = PARTS.get(kind)
        if part is None:
            raise Refused.invalid(f"There are no recordings of type {kind} here")
        track = self._recordings.track(live, part)
        if track is None:
            raise Refused.invalid(f"No {kind} recording of the contact runs")
        return live, track

    def _find(self, caller: Caller, given: Given) -> LiveContact:
        live = self._contacts.live_for(caller, given["ContactId"], "ManagerListenIn")
        if live.record.initial_contact_id != given["InitialContactId"]:
            raise Refused.not_found("This contact has another InitialContactId")
        return live

    def _audit(self, caller: Caller, action: str, live: LiveContact) -> None:
        self._house.ledger.audit(caller.name, action, live.contact_id)
