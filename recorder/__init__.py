"""Recorder: frames in, a sound file and its facts out.

A recording is fed by a `FrameSource`, a Protocol this package declares and whoever has the sound
meets: stereo frames on one clock, the customer (and everyone else who comes in) on the left, the
agent on the right. One thread writes all of them, in blocks of a second:

    Writer.start_recording()     the file is there, empty and valid, before the first frame
      polls every 250 ms         -> Recording (pure table) -> blocks of 1 s -> LiveFile
      the source ended           -> rest written, closed, reopened: frames written = frames there
    on_finished(Finished)        once for each recording, with its length or its error

`recording.py` is the table, `sound_file.py` the only file that knows libsndfile, `store.py` names
files and watches the space, `writer.py` is the thread.

A killed process loses at most the last 1.5 s: the header is rewritten with every block, so the
file plays as it lies. `repair()` at the next start takes care of a kill between a block and its
header; what is unfinished is marked by an empty file of the same name in `Unfinished/`, so no
archive is searched for it.

What is finished is synced to disk; a power cut may cost what the kernel had not written yet of
what is not. Left out here: pausing, segments, encryption, transcoding, retention, object stores.
"""

from recorder.recording import Finished, FrameSource, NoSpace, RecordingError
from recorder.store import Repaired, recording_name, recording_path, repair
from recorder.writer import Writer

__all__ = [
    "Finished",
    "FrameSource",
    "NoSpace",
    "RecordingError",
    "Repaired",
    "Writer",
    "recording_name",
    "recording_path",
    "repair",
]
