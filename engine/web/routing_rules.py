"""What makes sense of queues, routing profiles, hours, agent statuses and quick connects. Pure.

Each check raises Refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.chat.desks import MAX_CHATS
from engine.directory import Kind, Resource, Resources
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.shapes import Json

MAX_CONCURRENCY = {"VOICE": 1, "CHAT": MAX_CHATS}
CONFIG_OF: Mapping[str, str] = {
    "USER": "UserConfig",
    "QUEUE": "QueueConfig",
    "PHONE_NUMBER": "PhoneConfig",
    "FLOW": "FlowConfig",
}
"""The member of QuickConnectConfig that each type of quick connect has, and no other."""


def routing_profile(_: Caller, given: Json, former: Resource | None) -> Json:
    """A queue once a channel; a channel once, with no more contacts at a time than it may have."""
    references = [each["QueueReference"] for each in given.get("QueueConfigs") or ()]
    once([(each["QueueId"], each["Channel"]) for each in references], "QueueConfigs")
    slots = given.get("MediaConcurrencies") or ()
    once([each["Channel"] for each in slots], "MediaConcurrencies")
    for each in slots:
        most = MAX_CONCURRENCY.get(each["Channel"])
        if most is not None and each.get("Concurrency", 0) > most:
            raise Refused.invalid(f"{each['Channel']}: a Concurrency of at most {most}")
    return given


def once(found: list[object], member: str) -> None:
    if twice := [each for each, times in Counter(found).items() if times > 1]:
        raise Refused.invalid(f"{member}: {twice[0]} is there twice")


def queue_ids(profile: Resource, _: Resources) -> list[str]:
    references = [each["QueueReference"]["QueueId"] for each in profile.facts["QueueConfigs"]]
    return sorted(set(references))


def users_of(profile: Resource, resources: Resources) -> int:
    users = resources.all(Kind.USER)
    return sum(user.facts["RoutingProfileId"] == profile.id for user in users)


def hours(_: Caller, given: Json, former: Resource | None) -> Json:
    """A known time zone; an end that is not the beginning, but for midnight, which is all day."""
    if "TimeZone" in given:
        try:
            ZoneInfo(given["TimeZone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Refused.invalid("TimeZone: one such as Europe/Berlin is expected") from None
    for each in given.get("Config", ()):
        begin, end = each["StartTime"], each["EndTime"]
        if begin == end and any(begin.values()):
            raise Refused.invalid(f"Config: {each['Day']} ends when it begins")
    return given


def agent_status(_: Caller, given: Json, former: Resource | None) -> Json:
    """Those that every instance has stay enabled; ResetOrderNumber takes the place in the list."""
    kind = former.facts["Type"] if former else "CUSTOM"
    if kind != "CUSTOM" and given.get("State") == "DISABLED":
        raise Refused.invalid("Only statuses of the type CUSTOM can be disabled")
    kept = {name: value for name, value in given.items() if name != "ResetOrderNumber"}
    return kept | ({"DisplayOrder": None} if given.get("ResetOrderNumber") else {})


def quick_connect(_: Caller, given: Json, former: Resource | None) -> Json:
    """The configuration that its type says, and no other."""
    if config := given.get("QuickConnectConfig"):
        wanted = CONFIG_OF[config["QuickConnectType"]]
        if config.keys() != {"QuickConnectType", wanted}:
            text = f"QuickConnectConfig: {config['QuickConnectType']} has {wanted}, and no other"
            raise Refused.invalid(text)
    return given


def quick_connect_type(one: Resource, _: Resources) -> str:
    return str(one.facts["QuickConnectConfig"]["QuickConnectType"])
