"""What makes sense of contact flows and modules: a document that is saved, then published. Pure.

A reference with the alias $SAVED means what is saved; else what is published is meant, and
published is only what `earshot flow check` has nothing against.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from engine.directory import Kind, Origin, Resource
from engine.flow_resources import PUBLISHED
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.criteria import Field
from engine.web.resource_row import SEARCHED, Computed, Row
from engine.web.shapes import Json
from flows import FlowError, read

ALIAS = ":$SAVED"
MAX_PROBLEMS = 50  # in one answer
STATUS_PUBLISHED, STATUS_SAVED = "PUBLISHED", "SAVED"


def check_content(row: Row, content: str, name: str, flow_type: str) -> None:
    """Raises Refused with every problem, as the model has it for this kind."""
    try:
        read(content, name, flow_type)
    except FlowError as error:
        problems = [{"message": str(problem)} for problem in error.problems[:MAX_PROBLEMS]]
        member = "problems" if row is FLOW else "Problems"
        raise Refused(
            400, f"Invalid{row.noun}Exception", str(error.problems[0]), {member: problems}
        ) from error


def check_origin(one: Resource) -> None:
    """Raises Refused."""
    if one.origin is not Origin.API:
        raise Refused.invalid(f"{one.name} is a file of the configuration: change it there")


def without_alias(reference: str) -> tuple[str, bool]:
    """Id or ARN, and whether what is saved is meant."""
    return reference.removesuffix(ALIAS), reference.endswith(ALIAS)


def metadata(_: Caller, given: Json, former: Resource | None) -> Json:
    """Description and state, which UpdateContactFlowMetadata calls by another name."""
    assert former, "the content of a new one is looked at elsewhere"
    check_origin(former)
    return {name.removeprefix("ContactFlow"): value for name, value in given.items()}


def status(one: Resource) -> str:
    return STATUS_PUBLISHED if one.facts.get(PUBLISHED) is not None else STATUS_SAVED


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


COMPUTED: Mapping[str, Computed] = {
    "Status": lambda one, _: status(one),
    "ContactFlowType": lambda one, _: one.facts["Type"],
    "ContactFlowState": lambda one, _: one.facts["State"],
    "ContactFlowStatus": lambda one, _: status(one),
}
CONDITIONS: Mapping[str, Field] = {
    **SEARCHED,
    "StateCondition": lambda one: str(one.facts["State"]),
    "StatusCondition": status,
}
FLOW = Row(
    *(Kind.CONTACT_FLOW, "ContactFlow", "ContactFlows", "ContactFlowId", "ContactFlows"),
    updates=("UpdateContactFlowMetadata", "UpdateContactFlowName"),
    check=metadata,
    computed=COMPUTED,
    searched={**CONDITIONS, "TypeCondition": lambda one: str(one.facts["Type"])},
    filters={"ContactFlowTypes": "Type"},
    alias=ALIAS,
)
MODULE = Row(
    *(Kind.FLOW_MODULE, "ContactFlowModule", "ContactFlowModules", "ContactFlowModuleId"),
    "ContactFlowModules",
    updates=("UpdateContactFlowModuleMetadata",),
    check=metadata,
    computed=COMPUTED,
    searched=CONDITIONS,
    filters={"ContactFlowModuleState": "State"},
    alias=ALIAS,
)
