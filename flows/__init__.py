"""Flows: a JSON document in the Amazon Connect flow language, walked one event at a time.

    text --read()--> Flow --Interpreter--> asks: Play, SetRecording, SetQueue, TransferToQueue ...
      |                        ^                  |
      FlowError: every         |                  v  whoever runs the contact does it
      problem, with pointer    +---- events: PromptEnded, Done, Failed

Everything here is pure: no clock, file or socket; asks and events are plain values.

What a block does (`blocks.py`, one table; all 57 types of the language are in `language.py`)
- waits for an answer: MessageParticipant, UpdateContactTargetQueue, TransferContactToQueue
- goes on by itself: UpdateContactRecordingBehavior, UpdateContactAttributes
- chooses: Compare (the first condition that holds), Loop (N times, then done once, then anew)
- ends: DisconnectParticipant, EndFlowExecution
- is not executed yet, any other type: it fails, so it takes its error branch, and says so in the
  log. The few types for which the language has no error (UpdateFlowLoggingBehavior,
  UpdateContactTextToSpeechVoice, UpdateContactRoutingBehavior, CompleteOutboundCall) are passed
  over. A type that is not in the language is refused when the flow is read.

How a flow ends: a block that ends it; a transfer to a queue that succeeded; a failure without a
branch; a block that leads nowhere; or the step budget (`interpreter.py`), which stops a cycle
that waits for nothing. The last three disconnect the contact.

What happens on error

    the error has a branch      -> that branch            QueueAtCapacity -> "All lines are busy"
    NoMatchingError has one     -> that branch
    neither                     -> Disconnect, and a line in the log that names type and block

References ($.Attributes.tier, $.Queue.Name; `expressions.py`) to what nobody has set are empty.
An empty prompt or queue is a failure; a comparison with nothing is false. Decisions where the
language is silent: KeyExists asks for the key its operand names under the compared reference;
a value put inside SSML is text, not markup.

Left out: the export format of the console before 2021 (recognised, refused with what to do),
flow modules, and everything the table of `blocks.py` does not have.

Samples to start from, in the form in which the console exports them: `samples/support.json`,
the same without recording, `vip.json` (attributes, conditions, a loop) and `waiting.json`, a
customer queue flow.
"""

from flows.document import Flow
from flows.events import (
    Ask,
    Disconnect,
    Done,
    End,
    Event,
    Failed,
    Log,
    Play,
    Prompt,
    PromptEnded,
    SetAttributes,
    SetQueue,
    SetRecording,
    TransferToQueue,
)
from flows.interpreter import Interpreter
from flows.node import FlowError, Problem
from flows.reader import read

__all__ = [
    "Ask",
    "Disconnect",
    "Done",
    "End",
    "Event",
    "Failed",
    "Flow",
    "FlowError",
    "Interpreter",
    "Log",
    "Play",
    "Problem",
    "Prompt",
    "PromptEnded",
    "SetAttributes",
    "SetQueue",
    "SetRecording",
    "TransferToQueue",
    "read",
]
