"""A module of an older export: its parameters as the flow language writes them, its branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flows.expressions import is_reference
from flows.node import Node

NAMESPACES: Mapping[str, str] = {"User Defined": "Attributes"}
"""Where the console's word is not the language's; External, Lex.Slots, Agent ... are the same."""

SYSTEM: Mapping[str, str] = {
    "aws region": "AwsRegion",
    "agent arn": "Agent.ARN",
    "agent first name": "Agent.FirstName",
    "agent last name": "Agent.LastName",
    "agent user name": "Agent.UserName",
    "channel": "Channel",
    "contact id": "ContactId",
    "customer callback number": "CustomerCallbackNumber",
    "customer display name": "CustomerEndpoint.DisplayName",
    "customer id": "CustomerId",
    "customer number": "CustomerEndpoint.Address",
    "description": "Description",
    "dialed number": "SystemEndpoint.Address",
    "initial contact id": "InitialContactId",
    "initiation method": "InitiationMethod",
    "instance arn": "InstanceARN",
    "language": "LanguageCode",
    "language code": "LanguageCode",
    "name": "Name",
    "previous contact id": "PreviousContactId",
    "queue arn": "Queue.ARN",
    "queue name": "Queue.Name",
    "queue outbound caller id number": "Queue.OutboundCallerId.Address",
    "queue outbound number": "Queue.OutboundCallerId.Address",
    "related contact id": "RelatedContactId",
    "stored customer input": "StoredCustomerInput",
    "system display name": "SystemEndpoint.DisplayName",
    "text to speech voice": "TextToSpeechVoiceId",
}
"""By the console's label in lower case. Later consoles write the path itself (Queue.ARN)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`value` holds references where the export names a namespace; `resource` is the name of what
    an ARN in it stands for."""

    name: str
    value: str
    key: str
    resource: str
    node: Node

    @classmethod
    def read(cls, node: Node) -> Self:
        value, key, resource = (node.child(name) for name in ("value", "key", "resourceName"))
        namespace = node.child("namespace")
        text = value.text() if value.present else ""
        return cls(
            node.child("name").text(),
            reference(value, namespace.text(), text) if namespace.present and text else text,
            key.text() if key.present else "",
            resource.text() if resource.present else "",
            node,
        )

    @property
    def named(self) -> str:
        """The ARN, or the name where an export has only that."""
        return self.value or self.resource


def reference(node: Node, namespace: str, key: str) -> str:
    """$.Attributes.tier of "User Defined" and "tier"."""
    if is_reference(key):
        return key
    if namespace == "System":
        path = f"$.{SYSTEM.get(key.lower(), key)}"
        if is_reference(path):
            return path
        node.doubtful(f"names no system attribute that is known: {key!r}")
        return ""
    root = NAMESPACES.get(namespace, namespace)
    for path in (f"$.{root}.{key}", f"$.{root}['{key}']", f'$.{root}["{key}"]'):
        if is_reference(path):
            return path
    node.doubtful(f"names no attribute that a reference could name: {namespace!r}, {key!r}")
    return ""


@dataclass(frozen=True, slots=True)
class Branch:
    """`operator` and `value` belong to a condition that compares."""

    condition: str
    operator: str
    value: str
    target: str
    node: Node

    @classmethod
    def read(cls, node: Node) -> Self:
        operator, value, target = (
            node.child(name) for name in ("conditionType", "conditionValue", "transition")
        )
        return cls(
            node.child("condition").text(),
            operator.text() if operator.present else "",
            value.text() if value.present else "",
            target.text() if target.present else "",
            node,
        )


@dataclass(frozen=True, slots=True)
class Module:
    """`flow_type` is that of the whole document, by the name documents use."""

    identifier: str
    type: str
    target: str
    parameters: tuple[Parameter, ...]
    branches: tuple[Branch, ...]
    flow_type: str
    node: Node

    @classmethod
    def read(cls, node: Node, flow_type: str) -> Self:
        target = node.child("target")
        return cls(
            node.child("id").text(),
            node.child("type").text(),
            target.text() if target.present else "",
            tuple(Parameter.read(element) for element in node.child("parameters").elements()),
            # A branch that leads nowhere was never drawn.
            tuple(
                branch
                for element in node.child("branches").elements()
                if (branch := Branch.read(element)).target
            ),
            flow_type,
            node,
        )

    def all(self, *names: str) -> tuple[Parameter, ...]:
        """Those of these names, in the order of the export."""
        return tuple(parameter for parameter in self.parameters if parameter.name in names)

    def get(self, name: str) -> str:
        """Of the first parameter of that name; "" where there is none."""
        return next((parameter.value for parameter in self.all(name)), "")

    def named(self, name: str) -> str:
        return next((parameter.named for parameter in self.all(name)), "")

    def pairs(self, name: str) -> dict[str, str]:
        """Value by key of all parameters of that name."""
        return {parameter.key: parameter.value for parameter in self.all(name)}

    def is_on(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "enable")
