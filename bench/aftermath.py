"""What a run left behind, read when the engine has stopped: contacts in the database, WAV files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import soundfile

from bench.crowd import Talk
from engine.records import MAX_ROWS, ContactRecord, RecordingRecord, RecordingStatus, Records

TOLERANCE_SECONDS = 0.3  # of a recording's length: signalling of both ends, on a busy machine


async def faults(
    database: str, talks: Sequence[Talk], seconds: Sequence[float], *, recorded: bool
) -> list[str]:
    """Every contact or recording that is not as it must be. `seconds` is how long each call was.

    Raises RecordError.
    """
    records = Records(database)
    try:
        stored = await records.contacts(limit=MAX_ROWS)
    finally:
        await records.close()
    contacts = {contact.customer_endpoint: contact for contact in stored}
    found = [] if len(stored) == len(talks) else [f"{len(stored)} contacts of {len(talks)} calls"]
    for talk, length in zip(talks, seconds, strict=True):
        customer = talk.customer.seat.name
        contact = contacts.get(customer)
        if contact is None:
            found.append(f"{customer}: no contact")
        else:
            wrong = faults_of_contact(contact, talk, length if recorded else None)
            found += [f"{customer}: {fault}" for fault in wrong]
    return found


def faults_of_contact(contact: ContactRecord, talk: Talk, seconds: float | None) -> Iterator[str]:
    """`seconds` is how long its recording must be; None when it must have none."""
    if contact.agent != talk.agent.seat.name:
        yield f"{contact.agent} had the contact, {talk.agent.seat.name} the call"
    if contact.disconnect is None:
        yield "the contact did not end"
    wanted = 0 if seconds is None else 1
    if len(contact.recordings) != wanted:
        yield f"{len(contact.recordings)} recordings, not {wanted}"
    elif seconds is not None:
        yield from faults_of_recording(contact.recordings[0], seconds)


def faults_of_recording(recording: RecordingRecord, seconds: float) -> Iterator[str]:
    if recording.status is not RecordingStatus.AVAILABLE:
        yield f"the recording is {recording.status}: {recording.error}"
        return
    try:
        file = soundfile.info(recording.location)
    except soundfile.LibsndfileError as error:
        yield f"the recording cannot be read: {error}"
        return
    if file.channels != 2 or file.frames != recording.frames:
        yield f"{file.channels} channels, {file.frames} frames, {recording.frames} in the row"
    if abs(file.duration - seconds) > TOLERANCE_SECONDS:
        yield f"the recording has {file.duration:.2f} s, the call {seconds:.2f} s"
    if recording.overruns:
        yield f"{recording.overruns} frames were not written"
