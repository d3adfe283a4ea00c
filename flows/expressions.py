"""Attribute references ($.Attributes.x) and comparisons: looked up and compared, never evaluated.

A parameter is static, one reference, or dynamic text with references anywhere in it. A reference
to what nobody has set is empty. What a reference yields is never searched for references again.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

# $.CustomerEndpoint.Address, $.Attributes.welcome-message, $.Attributes['two words']; the full
# stop after a reference that ends a sentence is not part of it, and "$.50" is an amount of money.
REFERENCE = re.compile(
    r"""\$ \.[A-Za-z]\w* (?: \.\w+(?:-+\w+)* | \.?\['[^']+'\] | \.?\["[^"]+"\] )*""", re.VERBOSE
)
NAME = re.compile(r"""\['([^']+)'\] | \["([^"]+)"\] | \.([\w-]+)""", re.VERBOSE)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)

NAMESPACES = frozenset(
    "Agent Attributes Case Customer CustomerEndpoint External FlowAttributes Lex Media MediaStreams"
    " Metrics Modules Queue References SegmentAttributes SystemEndpoint Tags Task Views"
    " Wisdom".split()
)
"""Roots that hold values but have none of their own."""


@dataclass(slots=True)
class Scope:
    """What the blocks of one run can read and remember.

    `system` is read at the moment a reference is met, by dotted name ("Channel",
    "CustomerEndpoint.Address", "Media.Sip.Headers.From"): whoever owns it may change it any time.
    """

    attributes: dict[str, str]
    system: Mapping[str, str]
    loops: dict[str, int] = field(default_factory=dict)
    """Passes so far, by Identifier of the Loop block."""

    def lookup(self, names: tuple[str, ...]) -> str:
        root, *rest = names
        if root == "Attributes":
            return self.attributes.get(".".join(rest), "")
        return self.system.get(".".join(names), "")

    def single(self, parameter: str) -> str:
        """Of a parameter that is static or exactly one reference."""
        return self.lookup(names_of(parameter)) if is_reference(parameter) else parameter

    def text(self, template: str) -> str:
        """Of dynamic text."""
        return REFERENCE.sub(lambda match: self.lookup(names_of(match[0])), template)

    def ssml(self, template: str) -> str:
        """Of dynamic SSML: a value inside it is text, not markup; one that is all of it is SSML."""
        if is_reference(template.strip()):
            return self.single(template.strip())
        return REFERENCE.sub(lambda match: escape(self.lookup(names_of(match[0]))), template)


def is_reference(parameter: str) -> bool:
    return REFERENCE.fullmatch(parameter) is not None


def names_of(reference: str) -> tuple[str, ...]:
    """("Attributes", "tier") of "$.Attributes.tier"."""
    return tuple("".join(groups) for groups in NAME.findall(reference))


def leads_to_a_value(parameter: str) -> bool:
    """Whether it is exactly one reference, and more than the name of a namespace."""
    return is_reference(parameter) and (
        len(names := names_of(parameter)) > 1 or names[0] not in NAMESPACES
    )


def number(text: str) -> Decimal | None:
    return Decimal(text.strip()) if NUMBER.fullmatch(text.strip()) else None


def numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    """A comparison that is false where either side is no number."""

    def holds(left: str, right: str) -> bool:
        a, b = number(left), number(right)
        return a is not None and b is not None and compare(a, b)

    return holds


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": operator.eq,
    "TextStartsWith": str.startswith,
    "TextEndsWith": str.endswith,
    "TextContains": operator.contains,
    "NumberGreaterThan": numeric(operator.gt),
    "NumberGreaterOrEqualTo": numeric(operator.ge),
    "NumberLessThan": numeric(operator.lt),
    "NumberLessOrEqualTo": numeric(operator.le),
}
KEY_EXISTS = "KeyExists"
"""True where the compared reference holds a value under the key that the operand names."""


def holds(scope: Scope, reference: str, operator_name: str, operand: str) -> bool:
    """Text is compared case-sensitively. An operand that is empty, as a reference to what nobody
    has set is, equals nothing and is contained in nothing."""
    right = scope.text(operand)
    if not right:
        return False
    if operator_name == KEY_EXISTS:
        return bool(scope.lookup((*names_of(reference), right)))
    return OPERATORS[operator_name](scope.single(reference), right)
