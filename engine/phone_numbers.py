"""The numbers of this house: which run a flow, which may be shown, which are free to be claimed.

A number of the configuration runs the flow of its file: the configuration wins. The others are of
the trunks: one that was claimed by the API runs the flow it is associated with, as that is
published at the moment, and is nobody's while there is none. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import phonenumbers

from config import Settings
from engine.directory import Kind, Resources
from engine.numbering import normal
from flows import Flow

FLOW = "ContactFlowId"
"""Fact of a claimed number: the flow that it runs."""
SOMEWHERE = "001"
"""In place of a country, where a number is of none."""
TYPES = {
    phonenumbers.PhoneNumberType.TOLL_FREE: "TOLL_FREE",
    phonenumbers.PhoneNumberType.SHARED_COST: "SHARED",
    phonenumbers.PhoneNumberType.UAN: "SHARED",
}
"""By what the numbering plan of its country says; every other number is dialled directly."""


class PhoneNumbers(Mapping[str, Flow]):
    """The flow that runs, by number: what is not in it cannot be dialled.

    `configured` are those of the configuration; `find` finds any flow by its id.
    """

    def __init__(
        self,
        settings: Settings,
        configured: Mapping[str, Flow],
        find: Callable[[str], Flow | None],
        resources: Resources,
    ) -> None:
        self._configured, self._find, self._resources = configured, find, resources
        shown = {one.caller_id for one in settings.queues} | {
            one.caller_id for one in settings.trunks
        }
        taken = {normal(number, settings.dialling) for number in configured}
        brought = {number for trunk in settings.trunks for number in trunk.numbers}
        self._shown = shown | configured.keys()
        self._offered = sorted(filter(None, (shown | brought) - taken))

    def __getitem__(self, number: str) -> Flow:
        if found := self._configured.get(number):
            return found
        one = self._resources.named(Kind.PHONE_NUMBER, number)
        found = self._find(one.facts.get(FLOW, "")) if one else None
        if found is None:
            raise KeyError(number)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from self._configured
        for one in self._resources.all(Kind.PHONE_NUMBER):
            if one.name not in self._configured and one.name in self:
                yield one.name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_ours(self, number: str) -> bool:
        """Whether those who are called may be shown it."""
        claimed = self._resources.named(Kind.PHONE_NUMBER, number)
        return claimed is not None or number in self._shown

    def is_claimed(self, number: str) -> bool:
        return self._resources.named(Kind.PHONE_NUMBER, number) is not None

    def free(self) -> list[str]:
        """Those of the trunks, and those that are shown, that nobody has claimed yet."""
        return [number for number in self._offered if not self.is_claimed(number)]


@dataclass(frozen=True, slots=True)
class Kindred:
    """What the numbering plans of the world say of a number."""

    country: str | None
    """ISO 3166; None where it is of no country, or of nobody knows which."""
    type: str
    """As Connect calls it."""


def kindred(number: str) -> Kindred:
    """`number` is in E.164."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Kindred(None, "DID")
    region = phonenumbers.region_code_for_number(parsed)
    if region == SOMEWHERE:
        return Kindred(None, "UIFN")
    return Kindred(region, TYPES.get(phonenumbers.number_type(parsed), "DID"))
