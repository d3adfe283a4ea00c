"""SearchContacts, as Connect's API has it. Names and tags of contacts have no index: a search by
them is best narrowed by something else.

What the service model has no criterion for is asked by SearchableSegmentAttributes of our own:
`earshot:CustomerEndpoint` and `earshot:DisconnectReason`, any of their values;
`earshot:CustomerEndpointSuffix`, the last digits of one number; `earshot:ContactId`, one contact
whatever else is asked for, its time too (specification items 24, 29 and 69).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.contact_search import Place, Search, SearchError, search
from engine.contact_words import Named, NameMatch, Tagged
from engine.directory import Directory, Kind, Resources
from engine.directory.hierarchy import path
from engine.directory.reach import beyond
from engine.ledger import Ledger
from engine.models import LEVELS
from engine.records import Records
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.paging import not_ours, place_of, token_of
from engine.web.shapes import Json, contact_summary

Given = Mapping[str, Any]
Attributes = Mapping[str, tuple[str, ...]]

DEFAULT_PAGE = 100
SEGMENT = "SearchableSegmentAttributes"
CRITERIA = frozenset(
    {
        *("AgentHierarchyGroups", "AgentIds", "Channels", "InitiationMethods", "QueueIds"),
        *("SearchableContactAttributes", SEGMENT, "Name", "ContactTags"),
    }
)
LEVEL_MEMBERS = {f"L{number}Ids": level for number, level in enumerate(LEVELS, 1)}
CUSTOMER, SUFFIX = "earshot:CustomerEndpoint", "earshot:CustomerEndpointSuffix"
REASON, CONTACT_ID = "earshot:DisconnectReason", "earshot:ContactId"
OURS = (CUSTOMER, SUFFIX, REASON, CONTACT_ID)
ONE_VALUE = (SUFFIX, CONTACT_ID)
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
            segment = segment_attributes(given.get("SearchCriteria", {}))
            if contact_ids := segment.get(CONTACT_ID):
                return await self._by_id(caller, contact_ids[0])
            wanted = self._wanted(caller, given, segment)
        except SearchError as error:
            raise Refused.invalid(str(error)) from error
        token = given.get("NextToken")
        found = await search(
            self._records,
            wanted,
            given.get("MaxResults") or DEFAULT_PAGE,
            place_after(wanted, token) if token else None,
        )
        rows = [contact_summary(record, self._directory.resources) for record in found.contacts]
        return {
            "Contacts": rows,
            "NextToken": found.next and token_after(found.next),
            "TotalCount": found.total,
        }

    async def _by_id(self, caller: Caller, contact_id: str) -> Json:
        """The one that has ended, if it is there for the caller."""
        resources = self._directory.resources
        record = await self._records.contact(contact_id)
        if not (record and record.disconnect and caller.reach.sees_contact(record, resources)):
            return {"Contacts": [], "TotalCount": 0}
        return {"Contacts": [contact_summary(record, resources)], "TotalCount": 1}

    def _wanted(self, caller: Caller, given: Given, segment: Attributes) -> Search:
        criteria, time = given.get("SearchCriteria", {}), given["TimeRange"]
        sort = given.get("Sort", NEWEST_FIRST)
        if unknown := sorted(criteria.keys() - CRITERIA):
            raise SearchError(f"SearchCriteria: {', '.join(unknown)}: not implemented by Earshot")
        if criteria.get("SearchableContactAttributes"):
            caller.need("ContactAttributes.View", "a search by attributes")
        attributes, every = matched(criteria.get("SearchableContactAttributes", {"Criteria": []}))
        return Search(
            *(time["Type"], time["StartTime"], time["EndTime"]),
            agents=agents_within(caller, self._named_agents(criteria), self._directory.resources),
            groups=tuple(self._groups(caller, criteria.get("AgentHierarchyGroups", {}))),
            queues=tuple(self._names(Kind.QUEUE, criteria.get("QueueIds", ()))),
            channels=tuple(criteria.get("Channels", ())),
            initiation_methods=tuple(criteria.get("InitiationMethods", ())),
            attributes=attributes,
            all_attributes=every,
            customers=segment.get(CUSTOMER, ()),
            customer_suffix="".join(segment.get(SUFFIX, ())),
            disconnect_reasons=segment.get(REASON, ()),
            named=named(criteria.get("Name", {})),
            tagged=tagged(criteria.get("ContactTags", {})),
            order=sort["FieldName"],
            descending=sort["Order"] == "DESCENDING",
        )

    def _named_agents(self, criteria: Given) -> tuple[str, ...]:
        return tuple(self._names(Kind.USER, criteria.get("AgentIds", ())))

    def _groups(self, caller: Caller, asked: Given) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Those that are asked for, and those that the caller is restricted to."""
        for member, level in LEVEL_MEMBERS.items():
            if references := asked.get(member):
                yield level, tuple(self._ids(Kind.HIERARCHY_GROUP, references))
        yield from groups_within(caller, self._directory.resources)

    def _ids(self, kind: Kind, references: tuple[str, ...]) -> Iterator[str]:
        for each in references:
            yield self._directory.resources.get(kind, each).id

    def _names(self, kind: Kind, references: tuple[str, ...]) -> Iterator[str]:
        for each in references:
            yield self._directory.resources.get(kind, each).name


def agents_within(caller: Caller, asked: tuple[str, ...], resources: Resources) -> tuple[str, ...]:
    """Of those whose contacts the caller sees; raises Refused for whoever asks for others."""
    seen = caller.reach.agents(resources)
    if seen is not None and (beyond_reach := sorted({*asked} - {*seen})):
        raise beyond(caller.name, f"the contacts of {', '.join(beyond_reach)}")
    return asked or seen or ()


def groups_within(caller: Caller, resources: Resources) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The hierarchy groups that the caller is restricted to, each with its level."""
    for group in sorted(caller.reach.contact_groups):
        depth = len(path(resources.get(Kind.HIERARCHY_GROUP, group), resources))
        yield LEVELS[depth - 1], (group,)


def matched(asked: Given) -> tuple[Attributes, bool]:
    """Values by name, and whether all of them are to match. Raises SearchError."""
    match = asked.get("MatchType", "MATCH_ALL")
    if match not in MATCHES:
        raise SearchError(f"MatchType: one of {', '.join(MATCHES)} is expected")
    found = {each["Key"]: tuple(each["Values"]) for each in asked["Criteria"]}
    return found, MATCHES[match]


def named(asked: Given) -> Named | None:
    """None where nothing is asked for."""
    texts = tuple(asked.get("SearchText", ()))
    return Named(texts, NameMatch(asked["MatchType"])) if texts else None


def tagged(asked: Given) -> Tagged | None:
    """ControlPlaneTagFilter as `engine.web.criteria` reads it; None where nothing is asked for."""
    every = (*asked.get("AndConditions", ()), asked.get("TagCondition", {}))
    groups = [(*every, *group) for group in asked.get("OrConditions", ())] or [every]
    found = tuple(
        tuple((each["TagKey"], each.get("TagValue")) for each in group if each.get("TagKey"))
        for group in groups
    )
    return Tagged(found) if any(found) else None


def segment_attributes(criteria: Given) -> Attributes:
    """Those of our own. Raises SearchError."""
    found, every = matched(criteria.get(SEGMENT, {"Criteria": []}))
    if unknown := sorted(found.keys() - {*OURS}):
        raise SearchError(f"{SEGMENT}: {', '.join(unknown)}: one of {', '.join(OURS)} is expected")
    if many := [name for name in ONE_VALUE if len(found.get(name, ("",))) != 1]:
        raise SearchError(f"{SEGMENT}: {many[0]} has one value")
    if not every and len(found) > 1:
        raise SearchError(f"{SEGMENT}: MATCH_ALL is expected")
    return found


def token_after(place: Place) -> str:
    """What a page of a search says where it ended, to go on from there."""
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return token_of(value, place.contact_id)


def place_after(wanted: Search, token: str) -> Place:
    """Raises Refused for a token that is none of ours."""
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
