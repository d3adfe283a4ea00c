"""Attribute references ($.Attributes.x) and comparisons: looked up and compared, never evaluated.

A parameter is static, one reference, or dynamic text with references anywhere in it. A reference
to what nobody has set is empty. What a reference yields is never searched for references again.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

# $.CustomerEndpoint.Address, $.Attributes.welcome-message, $.Attributes['two words']; the full
# stop after a reference that ends a sentence is not part of it, and "$.50" is an amount of money.
REFERENCE = re.compile(
    r"""\$ \.[A-Za-z]\w* (?: \.\w+(?:-+\w+)* | \.?\['[^']+'\] | \.?\["[^"]+"\] )*""", re.VERBOSE
)
NAME = re.compile(r"""\['([^']+)'\] | \["([^"]+)"\] | \.([\w-]+)""", re.VERBOSE)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)


def percent() -> int:
    return random.randint(1, 100)


NAMESPACES = frozenset(
    "Agent Attributes Case Customer CustomerEndpoint External FlowAttributes Lex Media MediaStreams"
    " Metrics Modules Queue References SegmentAttributes SystemEndpoint Tags Task Views"
    " Wisdom".split()
)
"""Roots that hold values but have none of their own."""


PARAMETERS_KEPT = 4096  # that were taken apart last
HEADERS = "Media.Sip.Headers."
OF_THE_CALLER = frozenset({"External", "Lex", "Customer"})
"""What a module cannot read of the flow that invoked it."""


@dataclass(slots=True)
class Scope:
    """What the blocks of one flow can read and remember.

    `system` is read at the moment a reference is met, by dotted name ("Channel",
    "CustomerEndpoint.Address", "Media.Sip.Headers.From"): whoever owns it may change it any time.
    """

    attributes: dict[str, str]
    system: Mapping[str, str]
    contact: dict[str, str] = field(default_factory=dict)
    """What blocks have set for the rest of the contact, by dotted name; goes before `system`."""
    flow: dict[str, str] = field(default_factory=dict)
    """What is known in this flow or module only, by dotted name."""
    loops: dict[str, int] = field(default_factory=dict)
    """Passes so far, by Identifier of the Loop block."""
    draw: Callable[[], int] = percent
    """A uniform whole number from 1 to 100."""
    in_module: bool = False
    session: Mapping[str, object] = field(default_factory=dict)
    """Of the conversation with a bot, as the bot keeps it; and how often it has answered."""
    turns: int = 0

    def lookup(self, names: tuple[str, ...]) -> str:
        root, *rest = names
        if root == "Attributes":
            return self.attributes.get(".".join(rest), "")
        name = ".".join(names)
        if name.startswith(HEADERS):
            return self._header(name.lower())
        if name in self.flow:
            return self.flow[name]
        if self.in_module and root in OF_THE_CALLER:
            return ""
        return self.contact[name] if name in self.contact else self.system.get(name, "")

    def _header(self, name: str) -> str:
        """SIP does not mind the case of a header's name, RFC 3261 §7.3.1."""
        return next((value for key, value in self.system.items() if key.lower() == name), "")

    def enter(self, values: Mapping[str, str], in_module: bool) -> Scope:
        """The scope of another flow on the same contact; `values` are all it is handed."""
        return Scope(
            self.attributes,
            self.system,
            self.contact,
            dict(values),
            draw=self.draw,
            in_module=in_module,
        )

    def receive(self, root: str, values: Mapping[str, str]) -> None:
        """What $.<root>.<name> reads from now on, and nothing of what it read before. The flows
        that this one leads to read it too; of a module, nobody but itself."""
        known = self.flow if self.in_module else self.contact
        for name in [name for name in known if name.startswith(f"{root}.")]:
            del known[name]
        known.update({f"{root}.{name}": value for name, value in values.items()})

    @property
    def voice(self) -> str:
        return self.lookup(("TextToSpeechVoiceId",))

    @property
    def is_chat(self) -> bool:
        return self.lookup(("Channel",)) == "CHAT"

    def single(self, parameter: str) -> str:
        """Of a parameter that is static or exactly one reference."""
        return self.lookup(names_of(parameter)) if is_reference(parameter) else parameter

    def text(self, template: str) -> str:
        """Of dynamic text."""
        if "$" not in template:
            return template
        return REFERENCE.sub(lambda match: self.lookup(names_of(match[0])), template)

    def ssml(self, template: str) -> str:
        """Of dynamic SSML: a value inside it is text, not markup; one that is all of it is SSML."""
        if is_reference(template.strip()):
            return self.single(template.strip())
        return REFERENCE.sub(lambda match: escape(self.lookup(names_of(match[0]))), template)


@lru_cache(PARAMETERS_KEPT)
def is_reference(parameter: str) -> bool:
    return REFERENCE.fullmatch(parameter) is not None


@lru_cache(PARAMETERS_KEPT)
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


def matches(scope: Scope, value: str, operator_name: str, operand: str) -> bool:
    """The same for a value that stands under no reference, and so has no keys."""
    right = scope.text(operand)
    return bool(right) and operator_name in OPERATORS and OPERATORS[operator_name](value, right)
