"""The action types of the Amazon Connect flow language, 2019-10-30: how each may fail, and in
which types of flow it may stand.

A type that is not in these tables does not exist, whatever generators and older guides write.
"""

from __future__ import annotations

from collections.abc import Mapping

VERSION = "2019-10-30"
ANY = "NoMatchingError"  # the branch for every error without one of its own
NO_CONDITION = "NoMatchingCondition"

ERRORS: Mapping[str, tuple[str, ...]] = {
    # participant actions
    "MessageParticipant": (ANY,),
    "GetParticipantInput": ("InputTimeLimitExceeded", "InvalidPhoneNumber", NO_CONDITION, ANY),
    "ConnectParticipantWithLexBot": (NO_CONDITION, ANY),
    "DisconnectParticipant": (),
    "MessageParticipantIteratively": (ANY,),
    "TransferParticipantToThirdParty": ("CallFailed", "ConnectionTimeLimitExceeded", ANY),
    "ShowView": (NO_CONDITION, "TimeLimitExceeded", ANY),
    # contact actions
    "CompleteOutboundCall": (),
    "TransferContactToQueue": ("QueueAtCapacity", ANY),
    "DequeueContactAndTransferToQueue": ("QueueAtCapacity", ANY),
    "TransferContactToAgent": (),
    "UpdateContactTargetQueue": (ANY,),
    "UpdateContactAttributes": (ANY,),
    "UpdateContactRecordingBehavior": (),
    "UpdateContactRecordingAndAnalyticsBehavior": (
        "ChannelMismatch",
        "InFlightRedactionConfigurationFailed",
        ANY,
    ),
    "UpdateContactEventHooks": (ANY,),
    "UpdateContactCallbackNumber": ("InvalidCallbackNumber", "CallbackNumberNotDialable"),
    "UpdateContactRoutingBehavior": (),
    "UpdateContactRoutingCriteria": (ANY,),
    "UpdateContactTextToSpeechVoice": (),
    "UpdateContactMediaStreamingBehavior": (ANY,),
    "UpdatePreviousContactParticipantState": (ANY,),
    "UpdateContactData": (ANY,),
    "TagContact": (ANY,),
    "UntagContact": (ANY,),
    "CreateTask": (ANY,),
    "ResumeContact": (ANY,),
    "InvokeFlowModule": (NO_CONDITION, ANY),
    "EndFlowModuleExecution": (),
    "StartOutboundChatContact": (ANY,),
    "UpdateContactMediaProcessing": ("ChannelMismatch", ANY),
    "CreateWisdomSession": (ANY,),
    "CreateCase": ("ContactNotLinked", ANY),
    "GetCase": ("MultipleFound", "NoneFound", "ContactNotLinked", ANY),
    "UpdateCase": ("ContactNotLinked", ANY),
    # flow control actions
    "Compare": (NO_CONDITION,),
    "CheckHoursOfOperation": (ANY,),
    "CheckMetricData": (NO_CONDITION, ANY),
    "GetMetricData": (ANY,),
    "DistributeByPercentage": (NO_CONDITION,),
    "Loop": (),
    "Wait": ("ParticipantNotFound", ANY),
    "TransferToFlow": (ANY,),
    "EndFlowExecution": (),
    "UpdateFlowAttributes": (ANY,),
    "UpdateFlowLoggingBehavior": (),
    "CheckOutboundCallStatus": (ANY,),
    "CheckVoiceId": (ANY,),
    "StartVoiceIdStream": (ANY,),
    # interactions
    "InvokeLambdaFunction": (ANY,),
    "CreateCallbackContact": (ANY,),
    "GetCustomerProfile": ("MultipleFoundError", "NoneFoundError", ANY),
    "CreateCustomerProfile": (ANY,),
    "UpdateCustomerProfile": (ANY,),
    "AssociateContactToCustomerProfile": (ANY,),
    "GetCustomerProfileObject": ("NoneFoundError", ANY),
    "GetCalculatedAttributesForCustomerProfile": ("NoneFoundError", ANY),
}


FLOW_TYPES: Mapping[str, str] = {
    "CONTACT_FLOW": "contactFlow",
    "CUSTOMER_QUEUE": "customerQueue",
    "CUSTOMER_HOLD": "customerHold",
    "CUSTOMER_WHISPER": "customerWhisper",
    "AGENT_HOLD": "agentHold",
    "AGENT_WHISPER": "agentWhisper",
    "OUTBOUND_WHISPER": "outboundWhisper",
    "AGENT_TRANSFER": "agentTransfer",
    "QUEUE_TRANSFER": "queueTransfer",
    "CAMPAIGN": "campaign",
    "CONTACT_FLOW_MODULE": "module",
}
"""The name a document uses, by the one the API uses."""

INBOUND = frozenset({"contactFlow", "module"})
"""What an inbound flow may hold, a module may, except where the language says otherwise."""
TRANSFERS = frozenset({"agentTransfer", "queueTransfer"})
WHISPERS = frozenset({"agentWhisper", "customerWhisper", "outboundWhisper"})
HOLDS = frozenset({"agentHold", "customerHold"})
QUEUE = frozenset({"customerQueue"})
ALL = frozenset(FLOW_TYPES.values())

ALLOWED_IN: Mapping[str, frozenset[str]] = {
    "MessageParticipant": INBOUND | TRANSFERS | WHISPERS | QUEUE,
    "GetParticipantInput": INBOUND | TRANSFERS | QUEUE,
    "ConnectParticipantWithLexBot": INBOUND | TRANSFERS | QUEUE,
    "DisconnectParticipant": ALL - WHISPERS - HOLDS,
    "MessageParticipantIteratively": QUEUE | HOLDS,
    "TransferParticipantToThirdParty": INBOUND | TRANSFERS | QUEUE,
    "ShowView": INBOUND,
    "CompleteOutboundCall": frozenset({"outboundWhisper"}),
    "TransferContactToQueue": INBOUND | TRANSFERS,
    "DequeueContactAndTransferToQueue": QUEUE,
    "TransferContactToAgent": TRANSFERS,
    "UpdateContactTargetQueue": INBOUND | TRANSFERS,
    "UpdateContactRecordingAndAnalyticsBehavior": ALL - {"campaign"},
    "UpdateContactCallbackNumber": INBOUND | TRANSFERS | QUEUE,
    "UpdateContactRoutingBehavior": INBOUND,
    "UpdateContactRoutingCriteria": INBOUND,
    "UpdateContactMediaStreamingBehavior": INBOUND | TRANSFERS | WHISPERS | QUEUE,
    "UpdatePreviousContactParticipantState": INBOUND | TRANSFERS | {"outboundWhisper"},
    "InvokeFlowModule": INBOUND,
    "EndFlowModuleExecution": frozenset({"module"}),
    "StartOutboundChatContact": INBOUND,
    "UpdateContactMediaProcessing": INBOUND,
    "CreateWisdomSession": INBOUND,
    "CreateCase": INBOUND,
    "GetCase": INBOUND,
    "UpdateCase": INBOUND,
    "CheckHoursOfOperation": INBOUND | TRANSFERS | QUEUE,
    "CheckMetricData": INBOUND | TRANSFERS | QUEUE,
    "DistributeByPercentage": INBOUND | TRANSFERS | QUEUE,
    "TransferToFlow": INBOUND - {"module"} | TRANSFERS,
    "EndFlowExecution": WHISPERS | QUEUE,
    "CheckOutboundCallStatus": INBOUND,
    "CheckVoiceId": INBOUND,
    "StartVoiceIdStream": INBOUND,
    "CreateCallbackContact": INBOUND | TRANSFERS | QUEUE,
}
"""Types of flow by action type; one that is not here may stand in any. A block that sets
recording may: its sources disagree, and it is honoured wherever it runs before the agent joins."""
