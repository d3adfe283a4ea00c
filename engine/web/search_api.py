"""SearchContacts, as Connect's API has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.contact_search import Place, Search, SearchError, search
from engine.directory import Directory, Kind
from engine.ledger import Ledger
from engine.records import Records
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import not_ours, place_of, token_of
from engine.web.shapes import Json, contact_summary

Given = Mapping[str, Any]

DEFAULT_PAGE = 100
CRITERIA = frozenset(
    {"AgentIds", "Channels", "InitiationMethods", "QueueIds", "SearchableContactAttributes"}
)
NEWEST_FIRST = {"FieldName": "INITIATION_TIMESTAMP", "Order": "DESCENDING"}
MATCHES = {"MATCH_ALL": True, "MATCH_ANY": False}


class SearchApi:
    """Raises Refused or RecordError."""

    def __init__(self, directory: Directory, records: Records, ledger: Ledger) -> None:
        self._directory, self._records, self._ledger = directory, records, ledger

    def handlers(self) -> dict[str, Handler]:
        return {"SearchContacts": self.search}

    async def search(self, caller: Caller, given: Given) -> Json:
        await self._ledger.flush()
        try:
            wanted = self._wanted(caller, given)
        except SearchError as error:
            raise Refused.invalid(str(error)) from error
        token = given.get("NextToken")
        found = await search(
            self._records,
            wanted,
            given.get("MaxResults") or DEFAULT_PAGE,
            _place(wanted, token) if token else None,
        )
        rows = [contact_summary(record, self._directory.resources) for record in found.contacts]
        return {
            "Contacts": rows,
            "NextToken": found.next and _token(found.next),
            "TotalCount": found.total,
        }

    def _wanted(self, caller: Caller, given: Given) -> Search:
        criteria, time = given.get("SearchCriteria", {}), given["TimeRange"]
        sort = given.get("Sort", NEWEST_FIRST)
        if unknown := sorted(criteria.keys() - CRITERIA):
            raise SearchError(f"SearchCriteria: {', '.join(unknown)}: not implemented by Earshot")
        asked = criteria.get("SearchableContactAttributes", {"Criteria": []})
        match = asked.get("MatchType", "MATCH_ALL")
        if match not in MATCHES:
            raise SearchError(f"MatchType: one of {', '.join(MATCHES)} is expected")
        return Search(
            *(time["Type"], time["StartTime"], time["EndTime"]),
            agents=self._agents(caller, criteria),
            queues=tuple(self._names(Kind.QUEUE, criteria.get("QueueIds", ()))),
            channels=tuple(criteria.get("Channels", ())),
            initiation_methods=tuple(criteria.get("InitiationMethods", ())),
            attributes={each["Key"]: tuple(each["Values"]) for each in asked["Criteria"]},
            all_attributes=MATCHES[match],
            order=sort["FieldName"],
            descending=sort["Order"] == "DESCENDING",
        )

    def _agents(self, caller: Caller, criteria: Given) -> tuple[str, ...]:
        """Who may see their own contacts only, finds those, whomever they ask for."""
        asked = tuple(self._names(Kind.USER, criteria.get("AgentIds", ())))
        if asked:
            caller.check_sees(asked)
        return asked if caller.sees_all else (caller.name,)

    def _names(self, kind: Kind, references: tuple[str, ...]) -> Iterator[str]:
        for each in references:
            yield self._directory.resources.get(kind, each).name


def _token(place: Place) -> str:
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return token_of(value, place.contact_id)


def _place(wanted: Search, token: str) -> Place:
    value, contact_id = place_of(token)
    if not wanted.order.endswith("TIMESTAMP"):
        return Place(value, contact_id)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise not_ours() from None
    if moment.tzinfo is None:
        raise not_ours()
    return Place(moment, contact_id)
