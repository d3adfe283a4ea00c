"""What the blocks do that lead to other flows and modules, or change the run of this one.

`read` checks the parameters and notes what is wrong with them; `run` may rely on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flows.asks import SetContactData
from flows.document import Block, Invoke, Outcome, Return, Transfer, failed
from flows.events import Answer, Event
from flows.expressions import Scope
from flows.node import Node

LOGGING = "FlowLoggingBehavior"


@dataclass(frozen=True, slots=True)
class TransferToFlow:
    flow: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(parameters.child("ContactFlowId").text())

    def run(self, block: Block, scope: Scope) -> Outcome:
        flow = scope.single(self.flow)
        if not flow:
            return failed(f"no flow is named: ContactFlowId {self.flow!r} is empty")
        return Outcome(jump=Transfer(flow))


@dataclass(frozen=True, slots=True)
class InvokeFlowModule:
    module: str
    values: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(parameters.child("FlowModuleId").text(), flat(parameters.child("Input")))

    def run(self, block: Block, scope: Scope) -> Outcome:
        module = scope.single(self.module)
        if not module:
            return failed(f"no module is named: FlowModuleId {self.module!r} is empty")
        values = {f"Modules.Input.{key}": scope.text(value) for key, value in self.values.items()}
        return Outcome(jump=Invoke(module, values))

    def answered(self, block: Block, scope: Scope, event: Event) -> Outcome:
        """The module came back with its result, if it has one."""
        assert isinstance(event, Answer)
        chosen = block.branch(event.value)
        return Outcome() if chosen.error and block.next_action else chosen


@dataclass(frozen=True, slots=True)
class EndFlowModuleExecution:
    result: str
    data: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        result = parameters.child("Result")
        return cls(result.text() if result.present else "", flat(parameters.child("ResultData")))

    def run(self, block: Block, scope: Scope) -> Outcome:
        data = {key: scope.text(value) for key, value in self.data.items()}
        return Outcome(jump=Return(scope.text(self.result), data))


def flat(node: Node) -> dict[str, str]:
    """Scalars by dotted name; what is in a list goes by its index."""
    found: dict[str, str] = {}
    rest = [(name, member) for name, member in node.members().items()]
    while rest:
        name, member = rest.pop()
        if isinstance(member.value, dict):
            rest += [(f"{name}.{key}", each) for key, each in member.members().items()]
        elif isinstance(member.value, list):
            rest += [(f"{name}.{i}", each) for i, each in enumerate(member.elements())]
        elif member.present:
            found[name] = member.text()
    return found


@dataclass(frozen=True, slots=True)
class UpdateFlowAttributes:
    values: Mapping[str, str]

    @classmethod
    def read(cls, parameters: Node) -> Self:
        attributes = parameters.required("FlowAttributes")
        values: dict[str, str] = {}
        for key, attribute in attributes.members().items():
            kind = attribute.child("Type")
            if kind.present:
                kind.choice("String")
            values[key] = attribute.child("Value").text()
        return cls(values)

    def run(self, block: Block, scope: Scope) -> Outcome:
        values = {scope.text(key): scope.text(value) for key, value in self.values.items()}
        if "" in values:
            return failed("a flow attribute has an empty name")
        scope.flow.update({f"FlowAttributes.{key}": value for key, value in values.items()})
        return Outcome()


@dataclass(frozen=True, slots=True)
class UpdateFlowLoggingBehavior:
    behavior: str

    @classmethod
    def read(cls, parameters: Node) -> Self:
        return cls(parameters.child(LOGGING).choice("Enabled", "Disabled"))

    def run(self, block: Block, scope: Scope) -> Outcome:
        scope.contact[LOGGING] = self.behavior
        return Outcome((SetContactData({LOGGING: self.behavior}),))
