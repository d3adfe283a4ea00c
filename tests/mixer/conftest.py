"""A mixer, what it tells, and phones that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mixer import Event, Mixer
from tests.mixer.phone import Phone
from tests.mixer.waiting import settings


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def mixer(events: list[Event]) -> Iterator[Mixer]:
    mixer = Mixer(settings(), events.append)
    yield mixer
    mixer.close()


@pytest.fixture
def phone() -> Iterator[Callable[..., Phone]]:
    phones: list[Phone] = []

    def make(codec: str = "PCMU", telephone_event: int | None = None) -> Phone:
        phones.append(Phone(codec, telephone_event=telephone_event))
        return phones[-1]

    yield make
    for one in phones:
        one.close()
