"""Blocks of types whose service is not there: each fails, as its type can, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.document import Block, Outcome, failed
from flows.expressions import Scope
from flows.language import ANY

CHAT_ONLY = "ChannelMismatch"
_PROFILES, _CASES = "no customer profiles are kept here", "no cases are kept here"
_VOICE_ID = "voices are not told apart: Voice ID has ended"
_TASKS = "there are no tasks here"

WHY: Mapping[str, str] = {
    "ShowView": "no agent has a workspace that shows views",
    "UpdateContactRoutingCriteria": "agents have no proficiencies here",
    "CreateTask": _TASKS,
    "ResumeContact": _TASKS,
    "StartOutboundChatContact": "no chat is begun from here",
    "UpdateContactMediaProcessing": "nothing processes the messages of a chat",
    "CreateWisdomSession": "no assistant helps agents here",
    "CreateCase": _CASES,
    "GetCase": _CASES,
    "UpdateCase": _CASES,
    "CheckOutboundCallStatus": "nothing here tells a person from an answering machine",
    "CheckVoiceId": _VOICE_ID,
    "StartVoiceIdStream": _VOICE_ID,
    "GetCustomerProfile": _PROFILES,
    "CreateCustomerProfile": _PROFILES,
    "UpdateCustomerProfile": _PROFILES,
    "AssociateContactToCustomerProfile": _PROFILES,
    "GetCustomerProfileObject": _PROFILES,
    "GetCalculatedAttributesForCustomerProfile": _PROFILES,
}
"""Every type of the language that is not executed; NoMatchingError is among the errors of each."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    def run(self, block: Block, scope: Scope) -> Outcome:
        chat_only = block.type == "UpdateContactMediaProcessing" and not scope.is_chat
        return failed(WHY[block.type], CHAT_ONLY if chat_only else ANY)
