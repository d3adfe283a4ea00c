"""The directory at work: its queues take contacts, and phones of its users register and ring.

Those of the configuration have their passwords there; those the API made brought them along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from config import Person, Settings, SipSettings
from engine.agents import Agent
from engine.chat.chat_router import ChatRouter
from engine.chat.desks import Slots
from engine.directory import Directory, Kind, Origin, Resource, Resources
from engine.directory.hierarchy import hierarchy
from engine.routing import Router
from engine.routing_profile import RoutingProfile, Served
from sip import Account
from sip.digest import ha1

REST_SECONDS = 5.0
"""An agent who missed a contact is offered no other for this long."""

VOICE, CHAT = "VOICE", "CHAT"
ANY_CHANNEL = "ROUTE_ANY_CHANNEL"
AGENT = "BasicAgentAccess"
"""Who has it answers contacts, if there are queues to serve; a supervisor has it to listen."""


class Staff:
    """Keeps accounts and floor as the directory has its users; both are read as they are."""

    def __init__(
        self, settings: Settings, directory: Directory, router: Router, chats: ChatRouter
    ) -> None:
        self._directory, self._router, self._chats = directory, router, chats
        self._agents = {agent.username for agent in settings.agents}
        self.accounts = accounts(settings)
        for queue in directory.resources.all(Kind.QUEUE):
            self._open(queue.id)
        for user in directory.resources.all(Kind.USER):
            self._come(user)
        directory.listen(self._changed)

    def may(self, username: str, permission: str) -> bool:
        """Whether any of the user's security profiles grants it just now."""
        resources = self._directory.resources
        user = resources.named(Kind.USER, username)
        return user is not None and permission in resources.permissions(user)

    def _changed(self, former: Resource | None, new: Resource | None) -> None:
        """A queue or a user comes, changes or goes; a profile changes what several users are."""
        changed = new or former
        assert changed
        if changed.kind is Kind.QUEUE:
            self._open(changed.id) if new else self._shut(changed.id)
        elif changed.kind is Kind.USER and new is None:
            self._go(changed)
        elif changed.kind is Kind.USER:
            self._come(changed)
        elif changed.kind in (Kind.ROUTING_PROFILE, Kind.SECURITY_PROFILE):
            for user in self._directory.resources.all(Kind.USER):
                self._come(user)

    def _open(self, queue: str) -> None:
        for router in (self._router, self._chats):
            router.floor.queues.add(queue)

    def _shut(self, queue: str) -> None:
        for router in (self._router, self._chats):
            router.floor.queues.discard(queue)

    def _come(self, user: Resource) -> None:
        if user.secrets:
            self.accounts[user.name] = Account(user.name, dict(user.secrets))
        profile = routing_profile(self._directory.resources, user)
        slots = chat_slots(self._directory.resources, user)
        answers = AGENT in self._directory.resources.permissions(user)
        if answers and (profile.queues or slots.profile.queues or user.name in self._agents):
            auto_accept = user.facts["PhoneConfig"].get("AutoAccept", False)
            agent = Agent(
                *(user.name, profile, REST_SECONDS, work_seconds(user)),
                auto_accept=auto_accept,
                hierarchy=hierarchy(user, self._directory.resources),
            )
            self._router.hire(agent)
            self._chats.seat(agent, slots)
        else:
            self._dismiss(user.name)

    def _go(self, user: Resource) -> None:
        """The phone cannot register again; a conversation goes on."""
        if user.origin is Origin.API:
            self.accounts.pop(user.name, None)
        self._dismiss(user.name)

    def _dismiss(self, username: str) -> None:
        self._chats.unseat(username)
        self._router.dismiss(username)


def work_seconds(user: Resource) -> float | None:
    """How long after-contact work may last: 0 says until the contact is cleared, nothing says that
    there is none."""
    limit = user.facts["PhoneConfig"].get("AfterContactWorkTimeLimit")
    return limit if limit is None else float(limit or inf)


def routing_profile(resources: Resources, user: Resource, channel: str = VOICE) -> RoutingProfile:
    """The queues whose contacts the user gets; none where their routing profile has no slot for
    the channel."""
    profile = resources.get(Kind.ROUTING_PROFILE, user.facts["RoutingProfileId"])
    if not concurrency(profile, channel).get("Concurrency"):
        return RoutingProfile()
    return RoutingProfile(
        tuple(
            Served(reference["QueueId"], one["Priority"], float(one["Delay"]))
            for one in profile.facts["QueueConfigs"]
            if (reference := one["QueueReference"])["Channel"] == channel
        )
    )


def chat_slots(resources: Resources, user: Resource) -> Slots:
    """How many chats the user may have at a time, and what goes beside them."""
    profile = resources.get(Kind.ROUTING_PROFILE, user.facts["RoutingProfileId"])
    return Slots(
        concurrency(profile, CHAT).get("Concurrency", 0),
        routing_profile(resources, user, CHAT),
        rings=routes_any(profile, CHAT),
        while_on_phone=routes_any(profile, VOICE),
    )


def concurrency(profile: Resource, channel: str) -> Mapping[str, Any]:
    """What the profile says of the channel; nothing where it has none of it."""
    every = profile.facts["MediaConcurrencies"]
    return next((one for one in every if one["Channel"] == channel), {})


def routes_any(profile: Resource, channel: str) -> bool:
    """Whether who is busy there is offered what comes on other channels."""
    behavior = concurrency(profile, channel).get("CrossChannelBehavior", {})
    return bool(behavior.get("BehaviorType") == ANY_CHANNEL)


def accounts(settings: Settings) -> dict[str, Account]:
    """Who may register, by user name; of the passwords only their digests go on."""
    people = (*settings.agents, *settings.supervisors)
    return {one.username: Account(one.username, dict(digests(one, settings.sip))) for one in people}


def digests(person: Person, sip: SipSettings) -> Iterator[tuple[str, str]]:
    """By algorithm."""
    if person.password is not None:
        yield from digested(person.username, person.password.get_secret_value(), sip).items()
    elif person.ha1 is not None:
        for name in sip.digest_algorithms:
            yield name, person.ha1[name].get_secret_value()


def digested(username: str, password: str, sip: SipSettings) -> dict[str, str]:
    """What is kept of a password, for each algorithm that a phone may be asked for."""
    return {name: ha1(username, sip.realm, password, name) for name in sip.digest_algorithms}
