"""A JSON value that knows where it stands, and the problems found while reading it.

Reading goes on after a problem: a wrong or missing value is noted and an empty one handed back,
so that one pass finds everything its author has to mend.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

MAX_REASON = 300  # characters: a reason quotes what it found, however long
KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, for the flow's author.

    `pointer` is a JSON pointer (RFC 6901) to something that exists in the document: what is
    missing is told of the object it is missing from. `block` is the Identifier of the action it
    belongs to, "" outside of any.
    """

    pointer: str
    reason: str
    block: str = ""

    def __str__(self) -> str:
        place = f"{self.pointer or '/'} (block '{self.block}')" if self.block else self.pointer
        return f"{place or '/'}: {self.reason}"


class FlowError(Exception):
    """A contact flow that cannot be run; `problems` holds all that was found, never none."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(f"{name}: {problem}" for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Node:
    """`value` is None where the document has nothing, or null, which counts as nothing."""

    value: object
    problems: list[Problem]
    pointer: str = ""
    name: str = "the document"
    block: str = ""
    warnings: list[Problem] = field(default_factory=list)

    @property
    def present(self) -> bool:
        return self.value is not None

    def wrong(self, reason: str) -> None:
        """Note `<name> <reason>`."""
        self.problems.append(self._told(reason))

    def doubtful(self, reason: str) -> None:
        """Note it as a warning: the document is read all the same."""
        self.warnings.append(self._told(reason))

    def _told(self, reason: str) -> Problem:
        told = f"{self.name} {reason}"
        if len(told) > MAX_REASON:
            told = f"{told[:MAX_REASON]}..."
        return Problem(self.pointer, told, self.block)

    def child(self, key: str) -> Node:
        """The member of that name; what is not there keeps this node's pointer."""
        found = self.members().get(key)
        return found or replace(self, value=None, name=key)

    def required(self, key: str) -> Node:
        """The member of that name; noted where it is not there."""
        node = self.child(key)
        if not node.present:
            node.wrong("is missing")
        return node

    def members(self) -> dict[str, Node]:
        """By key, without those that are null."""
        if not isinstance(self.value, dict):
            self._must_be("an object")
            return {}
        present = [(key, value) for key, value in self.value.items() if value is not None]
        return {key: self._inside(key, value, name=key) for key, value in present}

    def elements(self) -> list[Node]:
        if not isinstance(self.value, list):
            self._must_be("a list")
            return []
        return [
            self._inside(str(index), value, name=f"{self.name}[{index}]")
            for index, value in enumerate(self.value)
        ]

    def text(self) -> str:
        """A scalar as the flow language writes it: 5 as "5", true as "True"."""
        if not self.present:
            self.wrong("is missing")
        elif isinstance(self.value, str | bool | int | float):
            return str(self.value)
        else:
            self._must_be("a text")
        return ""

    def filled(self) -> str:
        """A text that is not empty."""
        text = self.text()
        if self.value == "":
            self.wrong("is empty")
        return text

    def choice(self, *allowed: str) -> str:
        text = self.text()
        if text and text not in allowed:
            self.wrong(f"must be {' or '.join(allowed)}, not {text!r}")
        return text

    def flag(self) -> bool:
        """True of a "True" in any case; of nothing, False."""
        return self.present and self.choice("True", "False", "true", "false").lower() == "true"

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`; `low` where it is none."""
        text = self.text()
        if text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high:
            return int(text)
        if text or self.value == "":
            self.wrong(f"must be a whole number from {low} to {high}, not {text!r}")
        return low

    def texts(self) -> dict[str, str]:
        """The members of an object of scalars."""
        return {key: node.text() for key, node in self.members().items()}

    def one_of(self, *names: str) -> str | None:
        """The one of them that is there; None, and noted, when it is none or several."""
        found = [name for name in names if self.child(name).present]
        if len(found) == 1:
            return found[0]
        self.wrong(f"must hold exactly one of {', '.join(names)}, not {len(found)}")
        return None

    def _must_be(self, wanted: str) -> None:
        if self.present:
            self.wrong(f"must be {wanted}, not {KINDS.get(type(self.value), 'a number')}")

    def _inside(self, key: str, value: object, name: str) -> Node:
        step = key.replace("~", "~0").replace("/", "~1")
        return replace(self, value=value, pointer=f"{self.pointer}/{step}", name=name)
