"""Life: contacts that come and go at random, on a stage and in a model of what is heard there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from mixer import Bridge, Ear, Leg, Mode, Port, Role, Route
from mixer.graph import Graph
from tests.mixer.hearing import Hearing, Player, Tap
from tests.mixer.hearing import Leg as Phone
from tests.mixer.stage import ENDS, PERIOD, PHONES, WAVES, Result, Samples, Stage, Wish

CODECS = (("PCMU", 0), ("PCMA", 1), ("L16", 4))  # name, and place in the codec table
PLAYERS, TAPS = range(16, 40), range(40, ENDS)
CONTACTS, MOST_LEGS, MOST_EARS = 3, 3, 3
CLOSED = 0  # no generation
MOST_PAIRS = 8  # whose routes come and go
GAINS = (0, 64, 256, 256, 300, 512, 4096)
LOUDEST = 1500


@dataclass(slots=True)
class Contact:
    name: str
    legs: list[Leg] = field(default_factory=list)
    ears: list[Ear] = field(default_factory=list)
    sounds: dict[Port, Port] = field(default_factory=dict)  # who is played what: music, prompts

    def routes(self) -> set[Route]:
        heard = Bridge(tuple(self.legs), tuple(self.ears)).routes()
        return heard | {Route(player, leg) for leg, player in self.sounds.items()}


class Life:
    """One seed, one life."""

    def __init__(self, seed: int, start: Callable[[Samples], Stage], heard_as: dict[str, Samples]):
        self._random = Random(seed)
        noise = np.random.default_rng(seed).integers(-LOUDEST, LOUDEST, (WAVES, PERIOD))
        self._waves = noise.astype(np.int16)
        self._heard_as = heard_as
        self.stage = start(self._waves)
        self._hearing, self._graph = Hearing(), Graph()
        self._contacts = [Contact(str(number)) for number in range(CONTACTS)]
        self._open: dict[int, Port] = {}
        self._expected: list[Result] = []
        self._pairs: deque[tuple[int, int]] = deque(maxlen=MOST_PAIRS)
        self._generation = 0
        self.operations = 0

    def live(self, operations: int) -> None:
        """So many things happen, and all that is heard meanwhile is right, or AssertionError."""
        for _ in range(operations):
            contact = self._random.choice(self._contacts)
            happening, weight = self._random.choice(HAPPENINGS)
            if self._random.random() < weight:
                happening(self, contact)
            self.operations += 1
            while self._random.random() < 0.4:
                self._step()
        for _ in range(200):  # until every tap is read
            self._step()

    def _step(self) -> None:
        self._hearing.go_on()
        heard = self.stage.step()
        assert heard.results == self._expected
        self._expected.clear()
        self._hearing.hear(heard)

    # What may happen.

    def _join(self, contact: Contact) -> None:
        if len(contact.legs) < MOST_LEGS and (port := self._open_leg(listen_only=False)):
            contact.legs.append(Leg(port, self._random.choice(list(Role))))
            self._settle(contact)

    def _leave(self, contact: Contact) -> None:
        if contact.legs:
            leg = contact.legs.pop(self._random.randrange(len(contact.legs)))
            self._part(contact, [leg.port, *self._silenced(contact, leg.port)])

    def _overhear(self, contact: Contact) -> None:
        listen_only = self._random.random() < 0.5
        if len(contact.ears) < MOST_EARS and (port := self._open_leg(listen_only=listen_only)):
            mode = Mode.LISTEN if listen_only else self._random.choice(list(Mode))
            contact.ears.append(Ear(port, mode=mode))
            self._settle(contact)

    def _change_mode(self, contact: Contact) -> None:
        for at, ear in enumerate(contact.ears):
            phone = self._hearing.legs.get(ear.port.slot)
            if phone and not phone.listen_only:
                contact.ears[at] = replace(ear, mode=self._random.choice(list(Mode)))
        self._settle(contact)

    def _record(self, contact: Contact) -> None:
        if tap := self._open_tap():
            right = replace(tap, channel=1)
            customer, agent = frozenset({Role.CUSTOMER}), frozenset({Role.AGENT})
            contact.ears += [Ear(tap, customer), Ear(right, agent)]
            self._settle(contact)

    def _overhear_no_more(self, contact: Contact) -> None:
        if contact.ears:
            slot = self._random.choice(contact.ears).port.slot
            ports = [ear.port for ear in contact.ears if ear.port.slot == slot]
            contact.ears = [ear for ear in contact.ears if ear.port.slot != slot]
            self._part(contact, ports[:1])

    def _change_leg(self, contact: Contact) -> None:
        if contact.legs:
            at = self._random.randrange(len(contact.legs))
            change = self._random.choice(
                [
                    {"gain": self._random.choice(GAINS)},
                    {"muted": self._random.random() < 0.5},
                    {"may_send": self._random.random() < 0.7},
                    {"may_hear": self._random.random() < 0.7},
                ]
            )
            contact.legs[at] = replace(contact.legs[at], **change)
            self._settle(contact)

    def _play(self, contact: Contact) -> None:
        """Music or a prompt to one leg, or to one that has some no more."""
        if not contact.legs:
            return
        leg = self._random.choice(contact.legs).port
        if silenced := self._silenced(contact, leg):
            self._part(contact, silenced)
        elif player := self._open_player():
            contact.sounds[leg] = player
            self._settle(contact)

    def _route_anything(self, _: Contact) -> None:
        """Orders that no contact gives: refused where they must be, and again and again."""
        if not self._open:
            return
        alive = [pair for pair in self._pairs if self._open.keys() >= {*pair}]
        if not self._pairs or (len(alive) < MOST_PAIRS and self._random.random() < 0.5):
            self._pairs.append((self._anything(), self._anything()))
        source, sink = map(self._named, self._random.choice(self._pairs))
        sink = replace(sink, channel=self._random.choice((0, 0, 1)))
        if self._random.random() < 0.6:
            self._route(Route(source, sink, self._random.choice(GAINS)))
        else:
            self._unroute(Route(source, sink))

    def _anything(self) -> int:
        """An end, more often of a kind that is rare."""
        kinds = [self._hearing.legs, self._hearing.players, self._hearing.taps]
        return self._random.choice([*self._random.choice([kind for kind in kinds if kind])])

    def _named(self, end: int) -> Port:
        return self._open.get(end, Port(end, CLOSED))

    # How it is done.

    def _silenced(self, contact: Contact, leg: Port) -> list[Port]:
        player = contact.sounds.pop(leg, None)
        return [player] if player else []

    def _settle(self, contact: Contact) -> None:
        wanted = contact.routes()
        change = self._graph.difference(contact.name, wanted)
        for route in change.removed:
            self._unroute(route)
        for route in change.added:
            self._route(route)
        self._graph.settle(contact.name, wanted)

    def _part(self, contact: Contact, ports: Iterable[Port]) -> None:
        """Close before the routes go, or after."""
        first = self._random.random() < 0.5
        if not first:
            self._settle(contact)
        for port in ports:
            self._close(port)
        if first:
            self._settle(contact)

    def _order(
        self, result: Result, wish: Wish, end: int, a: int = 0, b: int = 0, c: int = 0
    ) -> None:
        self.stage.order(wish, end, a, b, c)
        self._expected.append(result)

    def _opened(self, end: int) -> Port:
        self._generation += 1
        self._open[end] = Port(end, self._generation)
        return self._open[end]

    def _free(self, ends: range) -> int | None:
        taken = self._open.keys() | self._hearing.taps.keys()
        return self._random.choice([end for end in ends if end not in taken] or [None])

    def _open_leg(self, *, listen_only: bool) -> Port | None:
        if (end := self._free(PHONES)) is None:
            return None
        name, codec = self._random.choice(CODECS)
        wave = self._random.randrange(WAVES)
        self._order(Result.OK, Wish.LEG, end, codec, listen_only, wave)
        self._hearing.legs[end] = Phone(
            name, self._heard_as[name], self._waves[wave], listen_only=listen_only
        )
        return self._opened(end)

    def _open_player(self) -> Port | None:
        if (end := self._free(PLAYERS)) is None:
            return None
        wave, loop = self._random.randrange(WAVES), self._random.random() < 0.5
        count = self._random.choice((400, 1000, 5000))
        self._order(Result.OK, Wish.PLAYER, end, wave, loop, count)
        self._hearing.players[end] = Player(self._waves[wave][:count], loop=loop)
        return self._opened(end)

    def _open_tap(self) -> Port | None:
        if (end := self._free(TAPS)) is None:
            return None
        self._order(Result.OK, Wish.TAP, end)
        self._hearing.taps[end] = Tap(self._hearing.now)
        return self._opened(end)

    def _close(self, port: Port) -> None:
        self._order(Result.OK, Wish.CLOSE, port.slot)
        del self._open[port.slot]
        self._hearing.close(port.slot)

    def _gone(self, route: Route) -> bool:
        return any(self._open.get(end.slot) != replace(end, channel=0) for end in route.ends)

    def _route(self, route: Route) -> None:
        source = self._hearing.source(route.source.slot)
        side = self._hearing.side(route.sink.slot, route.sink.channel)
        speaks = source and not (isinstance(source, Phone) and source.listen_only)
        heard = Result.OK if source and speaks and side else Result.REFUSED
        result = Result.GONE if self._gone(route) else heard
        ends = route.source.slot, route.sink.slot, route.sink.channel
        self._order(result, Wish.ROUTE, *ends, route.gain)
        if result is Result.OK and source and side:
            self._hearing.set(source, side, route.gain)

    def _unroute(self, route: Route) -> None:
        gone = self._gone(route)
        ends = route.source.slot, route.sink.slot, route.sink.channel
        self._order(Result.GONE if gone else Result.OK, Wish.UNROUTE, *ends)
        source = self._hearing.source(route.source.slot)
        side = self._hearing.side(route.sink.slot, route.sink.channel)
        if source and side and not gone:
            self._hearing.set(source, side, None)


Happening = Callable[[Life, Contact], None]
HAPPENINGS: list[tuple[Happening, float]] = [
    (Life._join, 0.3),
    (Life._leave, 0.1),
    (Life._overhear, 0.15),
    (Life._change_mode, 1.0),
    (Life._record, 0.1),
    (Life._overhear_no_more, 0.25),
    (Life._change_leg, 1.0),
    (Life._play, 0.3),
    *[(Life._route_anything, 1.0)] * 4,
]
