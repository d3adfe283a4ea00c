"""What is said of a contact: name, references, tags; and those it belongs with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contact_record import ContactRecord
from engine.contact_search import chain
from engine.house import House
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.known_contacts import KnownContacts
from engine.web.paging import page
from engine.web.shapes import Json, associated

Given = Mapping[str, Any]

MAX_TAGS = 6
MAX_REFERENCES = 100
SUMMARIES = {"URL": "Url", "STRING": "String", "NUMBER": "Number", "DATE": "Date", "EMAIL": "Email"}
"""Types of references that are kept here, and what each is called in a summary."""
KEPT = frozenset({"Name", "Description", "References"})
NAMES = frozenset({"InstanceId", "ContactId"})


class ContactDetailsApi:
    """Every operation raises Refused or RecordError."""

    def __init__(self, house: House) -> None:
        self._house, self._contacts = house, KnownContacts(house)

    def handlers(self) -> dict[str, Handler]:
        return {
            "ListAssociatedContacts": self.list_associated_contacts,
            "ListContactReferences": self.list_contact_references,
            "TagContact": self.tag_contact,
            "UntagContact": self.untag_contact,
            "UpdateContact": self.update_contact,
        }

    async def update_contact(self, caller: Caller, given: Given) -> Json:
        """What is given replaces what was."""
        if unknown := sorted(given.keys() - KEPT - NAMES):
            raise Refused.invalid(f"{', '.join(unknown)}: not implemented by Earshot")
        facts = {name.lower(): given[name] for name in KEPT & given.keys()}
        check_references(facts.get("references", {}))
        await self._contacts.note(caller, given["ContactId"], lambda _: facts)
        self._audit(caller, "contact.update", given, ", ".join(sorted(facts)))
        return {}

    async def tag_contact(self, caller: Caller, given: Given) -> Json:
        await self._contacts.note(
            caller, given["ContactId"], lambda record: {"tags": tagged(record, given["Tags"])}
        )
        self._audit(caller, "contact.tag", given, ", ".join(given["Tags"]))
        return {}

    async def untag_contact(self, caller: Caller, given: Given) -> Json:
        """Tags that are not there are gone already."""
        gone = set(given["TagKeys"])
        await self._contacts.note(
            caller,
            given["ContactId"],
            lambda record: {"tags": {k: v for k, v in record.tags.items() if k not in gone}},
        )
        self._audit(caller, "contact.untag", given, ", ".join(sorted(gone)))
        return {}

    async def list_contact_references(self, caller: Caller, given: Given) -> Json:
        """Of the types that are asked for, by name; all on one page."""
        record = await self._contacts.record(caller, given["ContactId"])
        wanted = set(given["ReferenceTypes"])
        summaries = [
            {SUMMARIES[facts["Type"]]: {"Name": name, "Value": facts.get("Value")}}
            for name, facts in sorted(record.references.items())
            if facts["Type"] in wanted
        ]
        return {"ReferenceSummaryList": summaries}

    async def list_associated_contacts(self, caller: Caller, given: Given) -> Json:
        """All of the same chain, the first first."""
        record = await self._contacts.record(caller, given["ContactId"])
        found = await chain(self._house.records, record.initial_contact_id)
        shown, token = page(found, given, lambda one: (one.initiation.isoformat(), one.contact_id))
        resources = self._house.directory.resources
        return {
            "ContactSummaryList": [associated(one, resources) for one in shown],
            "NextToken": token,
        }

    def _audit(self, caller: Caller, action: str, given: Given, detail: str) -> None:
        self._house.ledger.audit(caller.name, action, given["ContactId"], detail)


def check_references(references: Mapping[str, Mapping[str, str]]) -> None:
    """Raises Refused: too many, or of a type that is not kept here."""
    if len(references) > MAX_REFERENCES:
        raise Refused.invalid(f"References: at most {MAX_REFERENCES} of a contact")
    if wrong := sorted({each["Type"] for each in references.values()} - SUMMARIES.keys()):
        raise Refused.invalid(f"References: {', '.join(wrong)}: not implemented by Earshot")


def tagged(record: ContactRecord, tags: Mapping[str, str]) -> dict[str, str]:
    """Raises Refused: too many."""
    every = {**record.tags, **tags}
    if len(every) > MAX_TAGS:
        raise Refused.invalid(f"Tags: at most {MAX_TAGS} of a contact")
    return every
