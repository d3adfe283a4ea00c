"""Conditions of a contact search on what people say of a contact: its name and its tags.

No index has them: they are looked at for each contact that the other conditions let through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, not_, or_

from engine.models import ContactRow, storable

Tag = tuple[str, str | None]
"""Key and value; None: whichever value."""


class NameMatch(StrEnum):
    ALL = "MATCH_ALL"
    ANY = "MATCH_ANY"
    EXACT = "MATCH_EXACT"
    NONE = "MATCH_NONE"


@dataclass(frozen=True, slots=True)
class Named:
    """Texts that the name of a contact has in it, or none of which it has, or one of which it is.
    Case does not matter, but where it has to be exact."""

    texts: tuple[str, ...]
    match: NameMatch

    def condition(self) -> ColumnElement[bool]:
        texts, name = [storable(each) for each in self.texts], func.coalesce(ContactRow.name, "")
        if self.match is NameMatch.EXACT:
            return name.in_(texts)
        each = [name.icontains(text, autoescape=True) for text in texts]
        if self.match is NameMatch.ALL:
            return and_(*each)
        return or_(*each) if self.match is NameMatch.ANY else not_(or_(*each))


@dataclass(frozen=True, slots=True)
class Tagged:
    """Has all the tags of one of these groups."""

    groups: tuple[tuple[Tag, ...], ...]

    def condition(self) -> ColumnElement[bool]:
        return or_(*(and_(*map(_has, group)) for group in self.groups))

    def problems(self) -> Iterator[str]:
        """Keys that no tag can have."""
        for key in dict.fromkeys(key for group in self.groups for key, _ in group):
            if not key or not key.isprintable() or {*key} & {*'"\\'}:
                yield f"{key!r} is the key of no tag"


def _has(tag: Tag) -> ColumnElement[bool]:
    key, value = tag
    column: ColumnElement[str] = ContactRow.tags[key].as_string()
    return column.is_not(None) if value is None else column == storable(value)
