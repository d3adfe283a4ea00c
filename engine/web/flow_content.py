"""What the operations for flows and those for modules have in common: a document that is saved,
then published, and the words for both states.

An operation that names a flow with the alias $SAVED means what is saved; else what is published is
meant, and published is only what `earshot flow check` has nothing against.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from engine.directory import Directory, Kind, Origin, Resource
from engine.flow_resources import PUBLISHED
from engine.refused import Refused
from engine.web.criteria import Field
from engine.web.shapes import Json
from flows import FlowError, read

ALIAS = ":$SAVED"
MAX_PROBLEMS = 50  # in one answer
STATUS_PUBLISHED, STATUS_SAVED = "PUBLISHED", "SAVED"
NOUNS = {Kind.CONTACT_FLOW: "ContactFlow", Kind.FLOW_MODULE: "ContactFlowModule"}
"""As the names of errors have it."""
FIELDS: Mapping[str, Field] = {
    "name": lambda one: one.name,
    "description": lambda one: str(one.facts.get("Description", "")),
    "resourceId": lambda one: one.id,
    "StateCondition": lambda one: str(one.facts["State"]),
    "StatusCondition": lambda one: status(one),
}


def status(one: Resource) -> str:
    return STATUS_PUBLISHED if one.facts.get(PUBLISHED) is not None else STATUS_SAVED


def check(kind: Kind, content: str, name: str, flow_type: str) -> None:
    """Raises Refused with every problem, as the model has it for this kind."""
    try:
        read(content, name, flow_type)
    except FlowError as error:
        problems = [{"message": str(problem)} for problem in error.problems[:MAX_PROBLEMS]]
        member = "problems" if kind is Kind.CONTACT_FLOW else "Problems"
        raise Refused(
            400, f"Invalid{NOUNS[kind]}Exception", str(error.problems[0]), {member: problems}
        ) from error


def without_alias(reference: str) -> tuple[str, bool]:
    """Id or ARN, and whether what is saved is meant."""
    return reference.removesuffix(ALIAS), reference.endswith(ALIAS)


async def write(
    directory: Directory, kind: Kind, reference: str, changes: Mapping[str, Any]
) -> None:
    """Change a flow that came by the API. `changes` may hold its Name. Raises Refused."""
    one = directory.resources.get(kind, reference)
    if one.origin is not Origin.API:
        raise Refused.invalid(f"{one.name} is a file of the configuration: change it there")
    facts = {name: value for name, value in changes.items() if name != "Name"}
    await directory.change(kind, one.id, facts, changes.get("Name"))


def summary(one: Resource, arn: str) -> Json:
    """Members that both kinds have, under the same names."""
    return {
        "Arn": arn,
        "Id": one.id,
        "Name": one.name,
        "State": one.facts["State"],
        "Status": status(one),
        "Description": one.facts.get("Description"),
        "Tags": one.facts["Tags"],
    }


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def metadata(given: Mapping[str, Any], state: str) -> Json:
    """Name, description and state, whichever are given; `state` is what the operation calls it."""
    found = {name: given[name] for name in ("Name", "Description") if name in given}
    return found | ({"State": given[state]} if state in given else {})
