"""Every kind of resource that the API can create, describe, change, list or search: a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.directory import Kind, Resources
from engine.web import routing_rules as routing
from engine.web.flow_rules import FLOW, MODULE
from engine.web.people_rules import (
    USER_SEARCHED,
    PeopleRules,
    hierarchy_path,
    level_id,
    profile_type,
)
from engine.web.phone_numbers_api import ROW as PHONE_NUMBER
from engine.web.prompts_api import ROW as PROMPT
from engine.web.resource_row import Row

Digests = Callable[[str, str], Mapping[str, str]]
"""What is kept of a password, by user name and password; never the password itself."""


Waiting = Callable[[str], int]
"""How many contacts wait in a queue, by its id."""


def rows(resources: Resources, digests: Digests, waiting: Waiting) -> tuple[Row, ...]:
    people = PeopleRules(resources)
    return (
        *_people(people, digests),
        *_routing(waiting),
        *_panel(),
        FLOW,
        MODULE,
        PHONE_NUMBER,
        PROMPT,
    )


def _people(rules: PeopleRules, digests: Digests) -> tuple[Row, ...]:
    return (
        Row(
            *(Kind.USER, "User", "Users", "UserId", "Users", "Username"),
            updates=(
                *("UpdateUserIdentityInfo", "UpdateUserPhoneConfig", "UpdateUserRoutingProfile"),
                *("UpdateUserSecurityProfiles", "UpdateUserHierarchy", "UpdateUserConfig"),
            ),
            clearing=("UpdateUserHierarchy",),
            defaults={"IdentityInfo": {}, "PhoneConfig": {}},
            check=rules.user,
            secrets=lambda name, given: (
                digests(name, given["Password"]) if "Password" in given else {}
            ),
            searched=USER_SEARCHED,
        ),
        Row(
            *(Kind.SECURITY_PROFILE, "SecurityProfile", "SecurityProfiles", "SecurityProfileId"),
            *("SecurityProfiles", "SecurityProfileName"),
            updates=("UpdateSecurityProfile",),
            defaults={"Permissions": []},
            check=rules.profile,
            computed={"Type": profile_type},
            unsupported=(
                *("Applications", "AllowedFlowModules", "AllowedAIAgents"),
                "GranularAccessControlConfiguration",
            ),
        ),
        Row(
            *(Kind.HIERARCHY_GROUP, "UserHierarchyGroup", "UserHierarchyGroups"),
            *("HierarchyGroupId", "AgentGrouping"),
            updates=("UpdateUserHierarchyGroupName",),
            check=rules.group,
            computed={"LevelId": level_id, "HierarchyPath": hierarchy_path},
        ),
    )


def _routing(waiting: Waiting) -> tuple[Row, ...]:
    return (
        Row(
            *(Kind.QUEUE, "Queue", "Queues", "QueueId", "Queues"),
            updates=(
                *("UpdateQueueName", "UpdateQueueHoursOfOperation", "UpdateQueueMaxContacts"),
                *("UpdateQueueStatus", "UpdateQueueOutboundCallerConfig"),
            ),
            clearing=("UpdateQueueMaxContacts",),
            defaults={"Status": "ENABLED", "QueueType": "STANDARD"},
            held=lambda queue: f"Contacts wait in {queue.name}" if waiting(queue.id) else "",
            filters={"QueueTypes": "QueueType"},
            unsupported=("OutboundEmailConfig", "EmailAddressesConfig"),
        ),
        Row(
            *(Kind.ROUTING_PROFILE, "RoutingProfile", "RoutingProfiles", "RoutingProfileId"),
            "RoutingPolicies",
            updates=(
                *("UpdateRoutingProfileName", "UpdateRoutingProfileConcurrency"),
                "UpdateRoutingProfileDefaultOutboundQueue",
            ),
            defaults={"QueueConfigs": []},
            check=routing.routing_profile,
            computed={
                "AssociatedQueueIds": routing.queue_ids,
                "NumberOfAssociatedQueues": lambda one, there: len(routing.queue_ids(one, there)),
                "NumberOfAssociatedUsers": routing.users_of,
            },
            unsupported=("ManualAssignmentQueueConfigs", "AgentAvailabilityTimer"),
        ),
        Row(
            *(Kind.HOURS_OF_OPERATION, "HoursOfOperation", "HoursOfOperations"),
            *("HoursOfOperationId", "HoursOfOperation"),
            updates=("UpdateHoursOfOperation",),
            check=routing.hours,
            unsupported=("ParentHoursOfOperationConfigs",),
        ),
    )


def _panel() -> tuple[Row, ...]:
    """What an agent chooses from."""
    return (
        Row(
            *(Kind.AGENT_STATUS, "AgentStatus", "AgentStatuses", "AgentStatusId", "AgentStates"),
            updates=("UpdateAgentStatus",),
            defaults={"Type": "CUSTOM"},
            check=routing.agent_status,
            filters={"AgentStatusTypes": "Type"},
        ),
        Row(
            *(Kind.QUICK_CONNECT, "QuickConnect", "QuickConnects", "QuickConnectId"),
            "TransferDestinations",
            updates=("UpdateQuickConnectName", "UpdateQuickConnectConfig"),
            check=routing.quick_connect,
            computed={"QuickConnectType": routing.quick_connect_type},
            filters={"QuickConnectTypes": "QuickConnectType"},
        ),
    )
