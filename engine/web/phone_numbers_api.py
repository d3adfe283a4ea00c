"""Phone numbers, by Connect's API: claimed of those that the trunks bring, and released; which flow
each runs. Describing and listing them is as with every other kind of resource (`directory_api`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.directory import Directory, Kind, Origin, Resource, Resources, place
from engine.phone_numbers import FLOW, PhoneNumbers, kindred
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import page
from engine.web.resource_row import Row, listed, shown
from engine.web.service_model import Service
from engine.web.shapes import Json

Given = Mapping[str, Any]

ROW = Row(
    *(Kind.PHONE_NUMBER, "PhoneNumber", "PhoneNumbers", "PhoneNumberId", "PhoneNumbers"),
    name="PhoneNumber",
    updates=("UpdatePhoneNumberMetadata",),
    computed={
        "PhoneNumberCountryCode": lambda one, _: kindred(one.name).country,
        "PhoneNumberType": lambda one, _: kindred(one.name).type,
        "PhoneNumberStatus": lambda one, _: {"Status": "CLAIMED"},
        "TargetArn": lambda one, there: there.instance_arn,
    },
    filters={
        "PhoneNumberTypes": "PhoneNumberType",
        "PhoneNumberCountryCodes": "PhoneNumberCountryCode",
    },
)


class PhoneNumbersApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, service: Service, directory: Directory, numbers: PhoneNumbers) -> None:
        self._operations, self._numbers = service.operations, numbers
        self._directory, self._resources = directory, directory.resources

    def handlers(self) -> dict[str, Handler]:
        return {
            "AssociatePhoneNumberContactFlow": self.associate,
            "ClaimPhoneNumber": self.claim,
            "DisassociatePhoneNumberContactFlow": self.disassociate,
            "ListPhoneNumbersV2": self.list,
            "ReleasePhoneNumber": self.release,
            "SearchAvailablePhoneNumbers": self.search_available,
            "UpdatePhoneNumber": self.update,
        }

    async def claim(self, caller: Caller, given: Given) -> Json:
        check_target(self._resources, given)
        number = given["PhoneNumber"]
        if number not in self._numbers.free():
            text = f"PhoneNumber: {number} is claimed already, or none that a trunk brings"
            raise Refused.invalid(text)
        kept = {name: given[name] for name in ("PhoneNumberDescription", "Tags") if name in given}
        facts = {"Tags": {}, **kept}
        caller.reach.check_stays(Kind.PHONE_NUMBER, facts)
        return self._named(await self._directory.create(Kind.PHONE_NUMBER, number, facts))

    async def release(self, _: Caller, given: Given) -> Json:
        """A queue that shows it keeps it."""
        await self._directory.delete(Kind.PHONE_NUMBER, given["PhoneNumberId"])
        return {}

    async def update(self, _: Caller, given: Given) -> Json:
        """It would go to another instance; there is one."""
        check_target(self._resources, given)
        return self._named(self._resources.get(Kind.PHONE_NUMBER, given["PhoneNumberId"]))

    async def associate(self, _: Caller, given: Given) -> Json:
        flow = self._resources.get(Kind.CONTACT_FLOW, given["ContactFlowId"])
        if flow.facts["Type"] != "CONTACT_FLOW":
            text = f"{flow.name} is of the type {flow.facts['Type']}, not CONTACT_FLOW"
            raise Refused.invalid(f"ContactFlowId: {text}")
        await self._run(given["PhoneNumberId"], flow.id)
        return {}

    async def disassociate(self, _: Caller, given: Given) -> Json:
        await self._run(given["PhoneNumberId"], None)
        return {}

    async def _run(self, reference: str, flow: str | None) -> None:
        if (one := self._resources.get(Kind.PHONE_NUMBER, reference)).origin is not Origin.API:
            raise Refused.invalid(f"{one.name}: the configuration says which flow it runs")
        await self._directory.change(Kind.PHONE_NUMBER, one.id, {FLOW: flow})

    async def list(self, caller: Caller, given: Given) -> Json:
        check_target(self._resources, given, required=False)
        every = filter(caller.reach.sees, self._resources.all(Kind.PHONE_NUMBER))
        part, token = page([one for one in every if wanted(one.name, given)], given, place)
        output = self._operations["ListPhoneNumbersV2"].output
        assert output
        member, shape = listed(output)
        rows = [shown(ROW, one, self._resources, shape) for one in part]
        return {member: rows, "NextToken": token}

    async def search_available(self, _: Caller, given: Given) -> Json:
        check_target(self._resources, given)
        asked = {
            "PhoneNumberPrefix": given.get("PhoneNumberPrefix", ""),
            "PhoneNumberCountryCodes": [given["PhoneNumberCountryCode"]],
            "PhoneNumberTypes": [given["PhoneNumberType"]],
        }
        found = [number for number in self._numbers.free() if wanted(number, asked)]
        part, token = page(found, given, lambda number: (number, ""))
        rows = [
            {
                "PhoneNumber": number,
                "PhoneNumberCountryCode": kindred(number).country,
                "PhoneNumberType": kindred(number).type,
            }
            for number in part
        ]
        return {"AvailableNumbersList": rows, "NextToken": token}

    def _named(self, one: Resource) -> Json:
        return {"PhoneNumberId": one.id, "PhoneNumberArn": self._resources.arn(one)}


def check_target(resources: Resources, given: Given, *, required: bool = True) -> None:
    """Numbers are of this instance, which either member names. Raises Refused."""
    if required and not given.keys() & {"TargetArn", "InstanceId"}:
        raise Refused.invalid("Either TargetArn or InstanceId is required")
    if given.get("TargetArn", resources.instance_arn) != resources.instance_arn:
        raise Refused.not_found(f"There is no instance {given['TargetArn']} here")


def wanted(number: str, given: Given) -> bool:
    """By its beginning, its country and its type, each where it is asked for."""
    known = kindred(number)
    countries, types = given.get("PhoneNumberCountryCodes"), given.get("PhoneNumberTypes")
    return (
        number.removeprefix("+").startswith(given.get("PhoneNumberPrefix", "").removeprefix("+"))
        and (not countries or known.country in countries)
        and (not types or known.type in types)
    )
