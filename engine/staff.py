"""The directory at work: its queues take contacts, and phones of its users register and ring.

Those of the configuration have their passwords there; those the API made brought them along.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from config import Person, Settings, SipSettings
from engine.agents import Agent
from engine.directory import Directory, Kind, Origin, Resource, Resources
from engine.directory.hierarchy import hierarchy
from engine.routing import Router
from engine.routing_profile import RoutingProfile, Served
from sip import Account
from sip.digest import ha1

REST_SECONDS = 5.0
"""An agent who missed a contact is offered no other for this long."""

VOICE = "VOICE"
AGENT = "BasicAgentAccess"
"""Who has it answers contacts, if there are queues to serve; a supervisor has it to listen."""


class Staff:
    """Keeps accounts and floor as the directory has its users; both are read as they are."""

    def __init__(self, settings: Settings, directory: Directory, router: Router) -> None:
        self._directory, self._router = directory, router
        self._agents = {agent.username for agent in settings.agents}
        self.accounts = accounts(settings)
        for queue in directory.resources.all(Kind.QUEUE):
            router.floor.queues.add(queue.id)
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
            queues = self._router.floor.queues
            queues.add(changed.id) if new else queues.discard(changed.id)
        elif changed.kind is Kind.USER and new is None:
            self._go(changed)
        elif changed.kind is Kind.USER:
            self._come(changed)
        elif changed.kind in (Kind.ROUTING_PROFILE, Kind.SECURITY_PROFILE):
            for user in self._directory.resources.all(Kind.USER):
                self._come(user)

    def _come(self, user: Resource) -> None:
        if user.secrets:
            self.accounts[user.name] = Account(user.name, dict(user.secrets))
        profile = routing_profile(self._directory.resources, user)
        answers = AGENT in self._directory.resources.permissions(user)
        if answers and (profile.queues or user.name in self._agents):
            auto_accept = user.facts["PhoneConfig"].get("AutoAccept", False)
            agent = Agent(
                *(user.name, profile, REST_SECONDS, work_seconds(user)),
                auto_accept=auto_accept,
                hierarchy=hierarchy(user, self._directory.resources),
            )
            self._router.hire(agent)
        else:
            self._router.dismiss(user.name)

    def _go(self, user: Resource) -> None:
        """The phone cannot register again; a conversation goes on."""
        if user.origin is Origin.API:
            self.accounts.pop(user.name, None)
        self._router.dismiss(user.name)


def work_seconds(user: Resource) -> float | None:
    """How long after-contact work may last: 0 says until the contact is cleared, nothing says that
    there is none."""
    limit = user.facts["PhoneConfig"].get("AfterContactWorkTimeLimit")
    return limit if limit is None else float(limit or inf)


def routing_profile(resources: Resources, user: Resource) -> RoutingProfile:
    """The queues whose calls the user gets; none where their routing profile has no voice."""
    profile = resources.get(Kind.ROUTING_PROFILE, user.facts["RoutingProfileId"])
    slots = {
        one["Channel"]: one.get("Concurrency", 0) for one in profile.facts["MediaConcurrencies"]
    }
    if not slots.get(VOICE):
        return RoutingProfile()
    return RoutingProfile(
        tuple(
            Served(reference["QueueId"], one["Priority"], float(one["Delay"]))
            for one in profile.facts["QueueConfigs"]
            if (reference := one["QueueReference"])["Channel"] == VOICE
        )
    )


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
