"""What each type of block does: one table of them all, and the blocks that do next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.asks import Ask, ChangeQueue, Disconnect, End, SetQueue, TransferToAgent, TransferToQueue
from flows.bot_blocks import ConnectParticipantWithLexBot
from flows.contact_blocks import (
    TagContact,
    UntagContact,
    UpdateContactAttributes,
    UpdateContactData,
    UpdateContactEventHooks,
    UpdateContactRoutingBehavior,
    UpdateContactTextToSpeechVoice,
    UpdatePreviousContactParticipantState,
    queue_choice,
)
from flows.control_blocks import (
    CheckHoursOfOperation,
    CheckMetricData,
    Compare,
    DistributeByPercentage,
    GetMetricData,
    Loop,
    Wait,
)
from flows.document import Action, Block, Outcome
from flows.expressions import Scope
from flows.flow_blocks import (
    EndFlowModuleExecution,
    InvokeFlowModule,
    TransferToFlow,
    UpdateFlowAttributes,
    UpdateFlowLoggingBehavior,
)
from flows.function_blocks import InvokeLambdaFunction
from flows.node import Node
from flows.outside_blocks import (
    CompleteOutboundCall,
    CreateCallbackContact,
    TransferParticipantToThirdParty,
    UpdateContactCallbackNumber,
)
from flows.participant_blocks import (
    GetParticipantInput,
    MessageParticipant,
    MessageParticipantIteratively,
)
from flows.recording_blocks import (
    UpdateContactRecordingAndAnalyticsBehavior,
    UpdateContactRecordingBehavior,
)
from flows.streaming_blocks import UpdateContactMediaStreamingBehavior


@dataclass(frozen=True, slots=True)
class Simple:
    """A block without parameters: it asks for one thing."""

    asked: Ask

    def run(self, block: Block, scope: Scope) -> Outcome:
        return Outcome((self.asked,))


READERS: Mapping[str, Callable[[Node], Action]] = {
    "MessageParticipant": MessageParticipant.read,
    "GetParticipantInput": GetParticipantInput.read,
    "MessageParticipantIteratively": MessageParticipantIteratively.read,
    "DisconnectParticipant": lambda _: Simple(Disconnect()),
    "TransferContactToQueue": lambda _: Simple(TransferToQueue()),
    "TransferContactToAgent": lambda _: Simple(TransferToAgent()),
    "TransferParticipantToThirdParty": TransferParticipantToThirdParty.read,
    "CompleteOutboundCall": CompleteOutboundCall.read,
    "CreateCallbackContact": CreateCallbackContact.read,
    "DequeueContactAndTransferToQueue": queue_choice(ChangeQueue),
    "UpdateContactTargetQueue": queue_choice(SetQueue),
    "UpdateContactAttributes": UpdateContactAttributes.read,
    "UpdateContactRecordingBehavior": UpdateContactRecordingBehavior.read,
    "UpdateContactRecordingAndAnalyticsBehavior": UpdateContactRecordingAndAnalyticsBehavior.read,
    "UpdateContactEventHooks": UpdateContactEventHooks.read,
    "UpdateContactCallbackNumber": UpdateContactCallbackNumber.read,
    "UpdateContactRoutingBehavior": UpdateContactRoutingBehavior.read,
    "UpdateContactTextToSpeechVoice": UpdateContactTextToSpeechVoice.read,
    "UpdateContactData": UpdateContactData.read,
    "UpdatePreviousContactParticipantState": UpdatePreviousContactParticipantState.read,
    "TagContact": TagContact.read,
    "UntagContact": UntagContact.read,
    "Compare": Compare.read,
    "DistributeByPercentage": lambda _: DistributeByPercentage(),
    "Loop": Loop.read,
    "CheckHoursOfOperation": CheckHoursOfOperation.read,
    "CheckMetricData": CheckMetricData.read,
    "GetMetricData": GetMetricData.read,
    "Wait": Wait.read,
    "TransferToFlow": TransferToFlow.read,
    "InvokeFlowModule": InvokeFlowModule.read,
    "EndFlowModuleExecution": EndFlowModuleExecution.read,
    "UpdateFlowAttributes": UpdateFlowAttributes.read,
    "UpdateFlowLoggingBehavior": UpdateFlowLoggingBehavior.read,
    "EndFlowExecution": lambda _: Simple(End()),
    "InvokeLambdaFunction": InvokeLambdaFunction.read,
    "UpdateContactMediaStreamingBehavior": UpdateContactMediaStreamingBehavior.read,
    "ConnectParticipantWithLexBot": ConnectParticipantWithLexBot.read,
}
"""What is executed; a type of the language that is not here is `Unavailable`."""

GO_ON = frozenset(
    {
        "MessageParticipant",
        "UpdateContactTargetQueue",
        "UpdateContactAttributes",
        "UpdateContactRecordingBehavior",
        "UpdateContactRecordingAndAnalyticsBehavior",
        "UpdateContactEventHooks",
        "UpdateContactCallbackNumber",
        "UpdateContactRoutingBehavior",
        "CreateCallbackContact",
        "UpdateContactTextToSpeechVoice",
        "UpdateContactData",
        "UpdatePreviousContactParticipantState",
        "TagContact",
        "UntagContact",
        "GetMetricData",
        "UpdateFlowAttributes",
        "UpdateFlowLoggingBehavior",
        "InvokeLambdaFunction",
        "UpdateContactMediaStreamingBehavior",
    }
)
"""Types that need a NextAction: they neither end the flow nor choose among conditions."""

RESULTS: Mapping[str, tuple[str, ...]] = {
    "Loop": ("ContinueLooping", "DoneLooping"),
    "CheckHoursOfOperation": ("True", "False"),
}
"""Results that need a condition each."""

ON_A_KEY = frozenset({"GetParticipantInput"})
"""Types whose conditions are keys that were pressed."""
