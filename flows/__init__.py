"""Flows: a JSON document in the Amazon Connect flow language, walked one event at a time.

    text --read()--> Flow --Interpreter--> asks: Play, Collect, SetQueue, TransferToQueue ...
      |                        ^                  |
      FlowError: every         |                  v  whoever runs the contact does it
      problem, with pointer    +---- events: PromptEnded, DigitsEntered, Done, Failed ...

Everything here is pure: no clock, file or socket; asks and events are plain values. Chance comes in
as an argument. An ask that nobody understands, but that waits for an answer, is answered Failed().

What a block does (`blocks.py`, one table; all 57 types of the language are in `language.py`)
- participant_blocks.py  prompts, and keys that are pressed
- contact_blocks.py      queue, its order, attributes, data, tags, voice, hooks, who is held
- outside_blocks.py      third parties, callbacks, calls to the outside
- recording_blocks.py    who is recorded
- control_blocks.py      comparisons, percentages, loops, hours, numbers of a queue, waiting
- flow_blocks.py         other flows, modules, flow attributes, flow logging
- function_blocks.py     functions of the operator: what they answer is $.External
- bot_blocks.py          conversations with a bot, by keys or words: what it understands is $.Lex
- streaming_blocks.py    whose sound is streamed
- unavailable.py        any other type: its service is not there, so it takes its error branch, and
  the log says why. A type that is not in the language is refused when the flow is read.

How a run ends: a block that ends it; a transfer to a queue that succeeded; a failure without a
branch; a block that leads nowhere; or the step budget (`interpreter.py`), which stops a cycle
that waits for nothing. The last three disconnect the contact; inside of a module the first two of
them make its invoker fail.

What happens on error

    the error has a branch      -> that branch            QueueAtCapacity -> "All lines are busy"
    NoMatchingError has one     -> that branch
    neither                     -> Disconnect, and a line in the log that names type and block

References ($.Attributes.tier, $.Queue.Name; `expressions.py`) to what nobody has set are empty.
An empty prompt or queue is a failure; a comparison with nothing is false. What a block sets for the
rest of the contact is read at once, and handed out (SetContactData) for the flows after this one.

Decisions where the language is silent
- KeyExists asks for the key its operand names under the compared reference.
- A value put inside SSML is text, not markup.
- A national telephone number is stored with its country code, without the 0 in front.
- The age of the oldest contact in a queue is compared in milliseconds, as the console writes it.
- A module that comes back with a result nobody has a branch for goes on at NextAction.
- A change of the queue leaves the queue flow behind, with the queue it was set for.
- A module may hold what an inbound flow may; of campaigns the language says next to nothing, so
  nothing is refused there.

An export of before 2021 (`modules`) is converted when it is read (`legacy.py`); problems are then
told of its modules. What the author should know, though the flow runs, is in Flow.warnings.

Also here, for whoever writes flows: `rehearsal.py` runs one with a scripted customer in virtual
time, `picture.py` draws one, `writer.py` prints one as the language has it. `schema.py` describes
the language in JSON Schema; what it makes is kept in `flow.schema.json`.

`collecting.py` takes down the keys that a Collect asks for: whoever runs the contact feeds it.

Left out: encrypted input, related contacts, and everything
the table of `blocks.py` does not have.

Samples to start from, in the form in which the console exports them: `samples/support.json`,
the same without recording, `vip.json` (attributes, conditions, a loop) and `waiting.json`, a
customer queue flow.
"""

from flows.asks import (
    Ask,
    CallThirdParty,
    ChangeQueue,
    CheckDialable,
    CheckHours,
    CheckMetric,
    Collect,
    Converse,
    CreateCallback,
    Disconnect,
    End,
    GetMetrics,
    HoldPrevious,
    InvokeFunction,
    Log,
    Play,
    PlayRepeatedly,
    Prompt,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRecording,
    SetRouting,
    Step,
    StreamMedia,
    TransferToAgent,
    TransferToQueue,
    WaitFor,
)
from flows.collecting import KEYS, Collecting
from flows.document import Flow
from flows.events import (
    Answer,
    DigitsEntered,
    Done,
    Event,
    Failed,
    InputTimedOut,
    Metrics,
    PromptEnded,
    Returned,
    awaits_answer,
)
from flows.interpreter import Interpreter
from flows.node import FlowError, Problem
from flows.reader import read
from flows.writer import write

__all__ = [
    "KEYS",
    "Answer",
    "Ask",
    "CallThirdParty",
    "ChangeQueue",
    "CheckDialable",
    "CheckHours",
    "CheckMetric",
    "Collect",
    "Collecting",
    "Converse",
    "CreateCallback",
    "DigitsEntered",
    "Disconnect",
    "Done",
    "End",
    "Event",
    "Failed",
    "Flow",
    "FlowError",
    "GetMetrics",
    "HoldPrevious",
    "InputTimedOut",
    "Interpreter",
    "InvokeFunction",
    "Log",
    "Metrics",
    "Play",
    "PlayRepeatedly",
    "Problem",
    "Prompt",
    "PromptEnded",
    "Returned",
    "SetAttributes",
    "SetContactData",
    "SetHook",
    "SetQueue",
    "SetRecording",
    "SetRouting",
    "Step",
    "StreamMedia",
    "TransferToAgent",
    "TransferToQueue",
    "WaitFor",
    "awaits_answer",
    "read",
    "write",
]
