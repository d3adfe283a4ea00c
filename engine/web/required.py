"""Which permission each operation needs; asked before anything is carried out.

Connect's own API asks IAM instead; ours asks the security profiles of whoever signed the request,
by the permission that the same button of the console needs (specification 1 and 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping

REQUIRED: Mapping[str, str] = {
    "CreateSecurityProfile": "SecurityProfiles.Create",
    "CreateUser": "Users.Create",
    "DeleteSecurityProfile": "SecurityProfiles.Delete",
    "DeleteUser": "Users.Delete",
    "DescribeContact": "ContactSearch.View",
    "DescribeSecurityProfile": "SecurityProfiles.View",
    "DescribeUser": "Users.View",
    "GetCurrentUserData": "AccessMetrics",
    "ListQueues": "Queues.View",
    "ListRoutingProfiles": "RoutingPolicies.View",
    "ListSecurityProfilePermissions": "SecurityProfiles.View",
    "ListSecurityProfiles": "SecurityProfiles.View",
    "ListUsers": "Users.View",
    "MonitorContact": "ManagerListenIn",
    "ResumeContactRecording": "BasicAgentAccess",
    "SearchContacts": "ContactSearch.View",
    "SearchSecurityProfiles": "SecurityProfiles.View",
    "SearchUsers": "Users.View",
    "StartContactRecording": "BasicAgentAccess",
    "StopContactRecording": "BasicAgentAccess",
    "SuspendContactRecording": "BasicAgentAccess",
    "UpdateSecurityProfile": "SecurityProfiles.Edit",
    "UpdateUserIdentityInfo": "Users.Edit",
    "UpdateUserPhoneConfig": "Users.Edit",
    "UpdateUserRoutingProfile": "Users.Edit",
    "UpdateUserSecurityProfiles": "Users.EditPermission",
}
_RECORDINGS = "/earshot/v1/contact/{contact_id}/recording"

OWN_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "/earshot/v1/access-key": ("Users.EditPermission",),
    "/earshot/v1/access-key/{key_id}": ("Users.EditPermission",),
    "/earshot/v1/contact/refer": ("TransferContact.Enabled",),
    f"{_RECORDINGS}/{{kind}}": ("ContactSearch.View", "ManagerListenIn", "ListenCallRecordings"),
    f"{_RECORDINGS}/{{kind}}/file": (
        *("ContactSearch.View", "ManagerListenIn"),
        *("ListenCallRecordings", "DownloadCallRecordings"),
    ),
    f"{_RECORDINGS}s": ("ContactSearch.View", "ManagerListenIn", "DeleteCallRecordings"),
}
"""Of our own paths: all of them. Without Manager monitor a recording is unreadable (item 30)."""
