"""Who exists: agents, supervisors, queues and numbers; whether they fit together; a first set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from config.instance import Instance
from config.problems import Place, did_you_mean, key_of
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Conflict:
    place: Place
    reason: str


def conflicts(settings: Settings) -> list[Conflict]:
    """Everything in which the lists contradict themselves or each other."""
    agents = [("agents", n, "username") for n in range(len(settings.agents))]
    supervisors = [("supervisors", n, "username") for n in range(len(settings.supervisors))]
    people = [agent.username for agent in settings.agents]
    people += [supervisor.username for supervisor in settings.supervisors]
    queues = [queue.name for queue in settings.queues]
    numbers = [number.number for number in settings.numbers]
    hours = [hours.name for hours in settings.hours]
    trunks = [trunk.name for trunk in settings.trunks]
    bots = [bot.name for bot in settings.bots]
    functions = [function.arn for function in settings.lambda_functions]
    return [
        *repeated([*agents, *supervisors], people, "user name"),
        *repeated([("queues", n, "name") for n in range(len(queues))], queues, "queue"),
        *repeated([("numbers", n, "number") for n in range(len(numbers))], numbers, "number"),
        *(
            Conflict(("numbers", n, "number"), f"{number!r} is a user name too")
            for n, number in enumerate(numbers)
            if number in people
        ),
        *repeated([("trunks", n, "name") for n in range(len(trunks))], trunks, "trunk"),
        *repeated(
            [("lambda_functions", n, "arn") for n in range(len(functions))], functions, "ARN"
        ),
        *repeated([("bots", n, "name") for n in range(len(bots))], bots, "name of a bot"),
        *repeated([("hours", n, "name") for n in range(len(hours))], hours, "name of hours"),
        *repeated_resources(settings.instance),
        *misplaced_groups(settings.instance),
        *unknown_queues(settings, queues),
        *unknown_hours(settings, hours),
        *unfinished_permissions(settings, queues),
        *missing_digests(settings),
        *one_way_trunks(settings),
    ]


def repeated(places: Sequence[Place], names: Iterable[str], kind: str) -> Iterator[Conflict]:
    seen: dict[str, Place] = {}
    for place, name in zip(places, names, strict=True):
        first = seen.setdefault(name, place)
        if first is not place:
            yield Conflict(place, f"the {kind} {name!r} is used by {key_of(first)} already")


def repeated_resources(instance: Instance) -> Iterator[Conflict]:
    for key, rows in instance:
        if key != "levels":
            places = [(key, n, "name") for n in range(len(rows))]
            for one in repeated(places, [row.name for row in rows], "name"):
                yield Conflict(("instance", *one.place), one.reason)


def misplaced_groups(instance: Instance) -> Iterator[Conflict]:
    """A group is below one that stands above it, so never in itself, and on a level of the file."""
    depths: dict[str, int] = {}
    for n, group in enumerate(instance.hierarchy_groups):
        place = ("instance", "hierarchy_groups", n)
        if group.parent is not None and group.parent not in depths:
            found = f"there is no group {group.parent!r} above this one"
            yield Conflict((*place, "parent"), found + did_you_mean(group.parent, depths))
        depth = depths[group.name] = depths.get(group.parent or "", 0) + 1
        if depth > len(instance.levels):
            yield Conflict(place, f"is on level {depth}, which levels does not name")


def unknown_queues(settings: Settings, known: Sequence[str]) -> Iterator[Conflict]:
    for n, agent in enumerate(settings.agents):
        for m, queue in enumerate(agent.queues):
            if queue not in known:
                reason = f"there is no queue {queue!r}{did_you_mean(queue, known)}"
                yield Conflict(("agents", n, "queues", m), reason)


def unknown_hours(settings: Settings, known: Sequence[str]) -> Iterator[Conflict]:
    for n, queue in enumerate(settings.queues):
        if queue.hours is not None and queue.hours not in known:
            reason = f"there are no hours {queue.hours!r}{did_you_mean(queue.hours, known)}"
            yield Conflict(("queues", n, "hours"), reason)


def unfinished_permissions(settings: Settings, known: Sequence[str]) -> Iterator[Conflict]:
    """Who may dial, does so for a queue."""
    for n, agent in enumerate(settings.agents):
        queue = agent.outbound_queue
        if queue is not None and queue not in known:
            reason = f"there is no queue {queue!r}{did_you_mean(queue, known)}"
            yield Conflict(("agents", n, "outbound_queue"), reason)
        elif queue is None and agent.may_dial:
            yield Conflict(("agents", n, "may_dial"), "there is no outbound_queue to dial for")


def missing_digests(settings: Settings) -> Iterator[Conflict]:
    """A phone may answer any challenge we offer, so each must be there to compare with."""
    lists = {"agents": settings.agents, "supervisors": settings.supervisors}
    for name, people in lists.items():
        for n, person in enumerate(people):
            for algorithm in settings.sip.digest_algorithms:
                if person.ha1 is not None and algorithm not in person.ha1:
                    reason = f"there is none for {algorithm}, which sip.digest_algorithms offers"
                    yield Conflict((name, n, "ha1"), reason)


def one_way_trunks(settings: Settings) -> Iterator[Conflict]:
    """What the far end sends in a call comes to a listener of the same transport."""
    if any(each.startswith("tls:") for each in settings.sip.listeners):
        return
    reason = "there is no tls: listener in sip.listeners, which the trunk would answer to"
    for n, trunk in enumerate(settings.trunks):
        proxy = trunk.proxy or ""
        if trunk.transport == "tls":
            yield Conflict(("trunks", n, "transport"), reason)
        elif proxy.startswith("sips:") or ";transport=tls" in proxy.lower():
            yield Conflict(("trunks", n, "proxy"), reason)


def warnings(settings: Settings) -> list[str]:
    """What is allowed, and hardly meant."""
    served = {queue for agent in settings.agents for queue in agent.queues}
    idle = [agent.username for agent in settings.agents if not agent.queues]
    dialling = [agent.username for agent in settings.agents if agent.may_dial]
    reach = any(trunk.allowed for trunk in settings.trunks)
    unserved = [queue.name for queue in settings.queues if queue.name not in served]
    return [
        *(["there are no numbers: nobody can call"] if not settings.numbers else []),
        *(f"no agent serves the queue {name!r}" for name in unserved),
        *(f"the agent {name!r} serves no queue" for name in idle),
        *(f"no trunk allows a call by the agent {name!r}" for name in dialling if not reach),
        *(["web.token is not set: the API refuses all"] if settings.web.token is None else []),
    ]


STARTER = """\
# Earshot: a first configuration. default.toml explains every setting.
# It holds passwords: only you should be able to read it (chmod 600).

[web]
token = {token}

[[queues]]
name = "support"

[[agents]]
username = "agent1"
password = {agent}
queues = ["support"]

[[supervisors]]
username = "manager1"
password = {manager}

# Customers who dial sip:support@<host> run this contact flow.
[[numbers]]
number = "support"
flow = {flow}
"""


def fresh_secret() -> str:
    """96 random bits, 16 characters: a phone's user has to type them."""
    return token_urlsafe(12)


SAMPLE = Path("flows/samples/support.json")  # from the root of a source tree


def starter(flow: Path = SAMPLE, secret: Callable[[], str] = fresh_secret) -> str:
    """Text of a configuration with one agent, one supervisor and one number that runs `flow`.

    The token and the passwords are fresh: `secret` yields another random text each time.
    """
    token, agent, manager, path = (
        json.dumps(text, ensure_ascii=False)  # within these characters also a TOML string
        for text in (secret(), secret(), secret(), str(flow))
    )
    return STARTER.format(token=token, agent=agent, manager=manager, flow=path)
