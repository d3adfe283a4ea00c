"""Recorder: frames in, a sound file and its facts out.

A recording is fed by a `FrameSource`, a Protocol this package declares and whoever has the sound
meets: stereo frames on one clock, the customer (and everyone else who comes in) on the left, the
agent on the right. One thread writes all of them, in blocks of 375 ms:

    Writer.start_recording()     the file is there, empty and valid, before the first frame
      polls every 250 ms         -> Recording (pure table) -> blocks -> LiveFile
      the source ended           -> rest written, closed, reopened: frames written = frames there
    Writer.tell(Suspend)         silence from that frame on, until Resume; before it is written
    on_finished(Finished)        once for each recording, with its length or its error

    Archive.seal()             hashed, described, signed, chained: <name>.json beside it
    Transcoder.submit()        the lasting format and the waveform, in a process that yields
    Vault                      encrypted from the first frame, where there is a master key
    upload                     to a bucket or a folder; read back there, then it leaves the disk
    playback                   any part of it, wherever it is
    erasure                    every copy, and a signed tombstone in its place
    verification               is it still what was sealed? and what can nobody prove?

Pure: `recording` (the table), `timeline` (frames by number; what is suspended is silent before it
is written), `manifest`, `chain`, `peaks`, `space`, `reconciliation`, `errand` (the table of what is
tried again after the call), `tombstone`, `retention` (what is too old), `cipher` (AES-256-GCM in
chunks), `data_key` (what wraps the key of a recording). Drivers: `sound_file` (the only file that
knows libsndfile), `store` (names, marks, space), `writer` (the thread), `signing` (the key),
`archive` (manifests, head of the chain), `transcode` (the process), `object_store` (the only file
that knows obstore), `upload`, `erasure`, `verification`, `disk` (files whole or not at all),
`encrypted_file`, `master_key` (a file or a command), `vault`, `playback`, `rewrapping`.

A contact has two at most, told by their names: of its conversations, and of the automated part
(`Part.IVR`: prompts left, customer right). Each is at 8 or 16 kHz from its first frame to its last.
A suspended span is silence with ramps of 5 ms around it: what was said is in no file, waveform or
log, and the manifest says from where to where, why and who; it also says on which channel keys that
sounded were silenced, which the mixer does (`masked`). A full disk ends a recording after its
last whole frame; below the floor none begins.

A killed process loses less than the last second: a block that is not full (375 ms), what came
since the last poll (250 ms), and what the mixer holds back for late packets (320 ms as it comes).
The header is rewritten with every block, so the file plays as it lies. `repair()` at the next start
takes care of a kill between a block and its header. What is still to be done for a recording is a
mark, a small file of its name in `Unfinished/`, `Unsealed/` or `Unconverted/`, so no archive is
searched for it.

What is sealed is synced to disk; a power cut may cost what the kernel had not written yet of what
is not. A bucket that keeps old versions keeps deleted recordings too: let it expire them.
Manifests, marks and names are not encrypted: they say who spoke when, not what.
"""

from recorder.archive import Archive
from recorder.manifest import Channels, Facts, Hold, Loss, Manifest, Masked, Segment
from recorder.recording import Finished, FrameSource, NoSpace, RecordingError
from recorder.space import Space, Watermarks
from recorder.store import (
    Marked,
    Part,
    Repaired,
    part_by_name,
    recording_name,
    recording_path,
    repair,
)
from recorder.timeline import Gap, Suspended, duration, frame_at, frame_from
from recorder.transcode import Transcoder, TranscoderStopped
from recorder.vault import Vault
from recorder.writer import Order, Resume, Suspend, Writer

__all__ = [
    "Archive",
    "Channels",
    "Facts",
    "Finished",
    "FrameSource",
    "Gap",
    "Hold",
    "Loss",
    "Manifest",
    "Marked",
    "Masked",
    "NoSpace",
    "Order",
    "Part",
    "RecordingError",
    "Repaired",
    "Resume",
    "Segment",
    "Space",
    "Suspend",
    "Suspended",
    "Transcoder",
    "TranscoderStopped",
    "Vault",
    "Watermarks",
    "Writer",
    "duration",
    "frame_at",
    "frame_from",
    "part_by_name",
    "recording_name",
    "recording_path",
    "repair",
]
