"""What a security profile may grant, by Amazon Connect's names, and the profiles to begin with.

Specification items 8 to 11 and section 3.1. Pure data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def _each(noun: str, verbs: str) -> Iterator[str]:
    for verb in verbs.split():
        yield f"{noun}.{verb}"


CONTACT_CONTROL_PANEL = frozenset(
    {
        "BasicAgentAccess",
        "OutboundCallAccess",
        "AudioDeviceSettings.Access",
        "RealtimeContactLens.View",
        "RequireEndContactConfirmation.Enabled",
        "RestrictPhoneTypeSettings.Access",
        "RestrictTaskCreation.Access",
        "SelfAssignContacts.Access",
        "VideoContact.Access",
    }
)
METRICS_AND_QUALITY = frozenset(
    {
        "AccessMetrics",
        *_each("AccessMetrics.RealTimeMetrics", "Access"),
        *_each("AccessMetrics.HistoricalMetrics", "Access"),
        *_each("AccessMetrics.AgentActivityAudit", "Access"),
        *_each("AccessMetrics.Dashboards", "Access"),
        "AgentTimeCard.View",
        "ConfigureContactAttributes.View",
        "ContactAttributes.View",
        "ContactSearch.View",
        "ManagerBargeIn",
        "ManagerListenIn",
        *_each("MetricsReports", "View Create Share Edit Delete Publish Schedule"),
        "MyContacts.View",
        "RestrictContactAccessByHierarchy.View",
    }
)
RECORDINGS = frozenset(
    {
        "ListenCallRecordings",
        "DownloadCallRecordings",
        "DeleteCallRecordings",
        "RedactedData.View",
        *_each("CallRecordings.Unredacted", "Access DownloadButton"),
        *_each("CallRecordings.Redacted", "Access DownloadButton"),
        *_each("ContactTranscripts.Unredacted", "Access DownloadButton"),
        *_each("ContactTranscripts.Redacted", "Access DownloadButton"),
        *_each("AutomatedVoiceInteraction.Recordings.Unredacted", "Access DownloadButton"),
        "AutomatedVoiceInteraction.Transcripts.Unredacted.Access",
        "ScreenRecording.Access",
    }
)
ADMINISTRATION = frozenset(
    {
        *_each("AgentGrouping", "Create Edit EnableAndDisable View"),
        *_each("AgentStates", "Create Edit EnableAndDisable View"),
        *_each("ContactFlowModules", "Create Delete Edit Publish View"),
        *_each("ContactFlows", "Create Delete Edit Publish View"),
        "HistoricalChanges.View",
        *_each("HoursOfOperation", "Create Delete Edit View"),
        *_each("PhoneNumbers", "Claim Edit Release View"),
        *_each("Prompts", "Create Delete Edit View"),
        *_each("Queues", "Create Edit EnableAndDisable View"),
        *_each("RoutingPolicies", "Create Edit View"),
        *_each("SecurityProfiles", "Create Delete Edit View"),
        *_each("TransferDestinations", "Create Delete Edit View"),
        *_each("Users", "Create Delete Edit EditPermission View"),
    }
)
CONTACT_ACTIONS = frozenset(
    {
        "Contacts.Tag.Edit",
        "StopContact.Enabled",
        "TransferContact.Enabled",
        "UpdateContactSchedule.Enabled",
    }
)
PERMISSIONS = (
    CONTACT_CONTROL_PANEL | METRICS_AND_QUALITY | RECORDINGS | ADMINISTRATION | CONTACT_ACTIONS
)

DEFAULT_PROFILES: Mapping[str, frozenset[str]] = {
    "Admin": PERMISSIONS - {"MyContacts.View", "RestrictContactAccessByHierarchy.View"},
    "Agent": frozenset({"BasicAgentAccess", "OutboundCallAccess"}),
    "CallCenterManager": frozenset(
        {
            *("AccessMetrics", "ContactSearch.View", "ContactAttributes.View"),
            *("ManagerListenIn", "ManagerBargeIn"),
            *("ListenCallRecordings", "DownloadCallRecordings", "DeleteCallRecordings"),
            *("StopContact.Enabled", "TransferContact.Enabled", "Contacts.Tag.Edit"),
            *_each("Users", "Create Edit View"),
            *_each("AgentStates", "Create Edit EnableAndDisable View"),
            *_each("Queues", "Create Edit EnableAndDisable View"),
            *_each("RoutingPolicies", "Create Edit View"),
            *("SecurityProfiles.View", "ContactFlows.View", "HoursOfOperation.View"),
        }
    ),
    "QualityAnalyst": frozenset(
        {
            *("AccessMetrics", "ContactSearch.View", "ContactAttributes.View"),
            *("ManagerListenIn", "ListenCallRecordings", "DownloadCallRecordings"),
        }
    ),
}
"""Those every instance begins with; a default restricts nobody, so Admin has no restriction."""
