"""Numbers as people dial them and carriers write them, and as one thing: E.164. Pure.

A short number (112) has no E.164 form and stays as it is.
"""

from __future__ import annotations

import re

from config import NumberPlan, Trunk

LONGEST_SHORT = 6  # digits of a short number
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # ITU-T E.164 §6: at most 15 digits
_SHORT = re.compile(r"[0-9]{2,6}")
_SEPARATORS = str.maketrans("", "", " -./()")


def is_short(number: str) -> bool:
    return not number.startswith("+")


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None


def normal(text: str, plan: NumberPlan) -> str | None:
    """A number in E.164, or a short one; None when the plan makes neither of it."""
    dialled = text.translate(_SEPARATORS)
    number = dialled if dialled.startswith("+") else _with_country(dialled, plan)
    if number and is_e164(number):
        return number
    return dialled if _SHORT.fullmatch(dialled) else None


def written(number: str, trunk: Trunk) -> str:
    """A normal number as this trunk wants it."""
    code = "+" + trunk.country_code
    if is_short(number) or trunk.outgoing_format == "e164":
        return number
    if trunk.outgoing_format == "digits":
        return number[1:]
    if trunk.outgoing_format == "national" and trunk.country_code and number.startswith(code):
        return "".join(trunk.national_prefixes[:1]) + number.removeprefix(code)
    return trunk.international_prefix + number[1:]


def _with_country(dialled: str, plan: NumberPlan) -> str | None:
    """By the longest prefix it begins with; without one only a long number has a country."""
    prefixes = [(plan.international_prefix, "+")]
    if plan.country_code:
        prefixes += [(prefix, "+" + plan.country_code) for prefix in plan.national_prefixes]
    for prefix, country in sorted(prefixes, key=lambda pair: -len(pair[0])):
        if dialled.startswith(prefix) and (prefix or len(dialled) > LONGEST_SHORT):
            return country + dialled.removeprefix(prefix)
    return None
