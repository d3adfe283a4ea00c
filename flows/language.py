"""The action types of the Amazon Connect flow language, 2019-10-30, and how each may fail.

A type that is not in this table does not exist, whatever generators and older guides write.
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


def general_error(type_name: str) -> str | None:
    """The error that says no more than "it failed"; None for a type that cannot fail."""
    errors = ERRORS[type_name]
    return ANY if ANY in errors else next(iter(errors), None)
