"""Who may call whom outside: nobody, but for what house, trunk and agent all allow. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.numbering import is_short


def reach(number: str, destinations: Iterable[str]) -> int:
    """How many characters of a number the best of `destinations` names; -1 for none.

    They are beginnings of E.164 numbers, "+" for all of them, and short numbers in full.
    """
    exact = is_short(number)
    named = (each for each in destinations if not is_short(each) or each == number)
    fits = (len(each) for each in named if number.startswith(each) and is_short(each) == exact)
    return max(fits, default=-1)


def permits(
    number: str, *, agent: Iterable[str], trunk: Iterable[str], denied: Iterable[str]
) -> bool:
    """Whether a normal number may be called. What a trunk names more closely is not denied."""
    allowed = reach(number, trunk)
    return reach(number, agent) >= 0 and allowed >= 0 and allowed >= reach(number, denied)
