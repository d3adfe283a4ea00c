"""Attributes of the instance: what every engine says of itself, and what can be switched. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.directory.resources import Resources

ALWAYS: Mapping[str, str] = {
    "INBOUND_CALLS": "true",
    "OUTBOUND_CALLS": "true",
    "CONTACTFLOW_LOGS": "true",
    "CONTACT_LENS": "false",
    "AUTO_RESOLVE_BEST_VOICES": "false",
    "USE_CUSTOM_TTS_VOICES": "false",
    "EARLY_MEDIA": "false",
    "MULTI_PARTY_CONFERENCE": "false",
    "AUTO_MUTE_AGENT_ON_HOLD": "false",
    "HIGH_VOLUME_OUTBOUND": "false",
    "ENHANCED_CHAT_MONITORING": "false",
    "MULTI_PARTY_CHAT_CONFERENCE": "false",
    "MESSAGE_STREAMING": "false",
}
"""What this engine does or does not, whatever anybody wishes."""
SWITCHES: Mapping[str, str] = {"ENHANCED_CONTACT_MONITORING": "false"}
"""What can be changed, as it is at first."""


def attributes(resources: Resources) -> Mapping[str, str]:
    """All of them, by their names in the API: true or false."""
    return {**SWITCHES, **resources.instance.facts["Attributes"], **ALWAYS}


def is_on(resources: Resources, name: str) -> bool:
    return attributes(resources)[name] == "true"
