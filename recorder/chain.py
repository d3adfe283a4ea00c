"""The chain of manifests: every link names the digest of the one before, the head names the last.

A link is added in three steps: the head announces it, its manifest is written, the head becomes
it. So what a crash leaves is one of few things, and `recover` tells them apart:

    nothing announced                   the head stands
    announced, and its manifest is so   the head moves on
    announced, and no such manifest     the announcement is void; its number is used again
    no head that can be believed        the highest link that is signed becomes the head

All but the first are said in the next link (`healed`): a repair that hides itself is a forgery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Self

from pydantic import Field, ValidationError

from recorder.manifest import Digest, Signed


@dataclass(frozen=True, slots=True)
class Link:
    sequence: int
    digest: str
    previous: str | None
    name: str


class Announced(Signed):
    """A link that is about to be written."""

    link: Digest
    name: str


class Head(Signed):
    """The last link, and the one announced after it. Number 0 is the chain without a link."""

    sequence: Annotated[int, Field(ge=0)] = 0
    link: Digest | None = None
    announced: Announced | None = None

    def announce(self, link: Link) -> Head:
        return Head(
            sequence=self.sequence,
            link=self.link,
            announced=Announced(link=link.digest, name=link.name),
        )


class SignedHead(Signed):
    head: Head
    signature: str

    @classmethod
    def sign(cls, head: Head, sign: Callable[[bytes], str]) -> Self:
        return cls(head=head, signature=sign(head.canonical()))


def at(link: Link) -> Head:
    return Head(sequence=link.sequence, link=link.digest)


def read_head(text: bytes, accepts: Callable[[bytes, str], bool]) -> Head | None:
    """None when it is no head, or was not signed with that key."""
    try:
        signed = SignedHead.model_validate_json(text)
    except ValidationError:
        return None
    return signed.head if accepts(signed.head.canonical(), signed.signature) else None


def recover(head: Head, found: Link | None) -> tuple[Head, str | None]:
    """The head to go on from, and what was healed. `found`: the manifest at the announced name."""
    if head.announced is None:
        return head, None
    number = head.sequence + 1
    if found and (found.digest, found.sequence) == (head.announced.link, number):
        return at(found), f"number {number} was written, the head had not followed"
    void = f"number {number}, announced for {head.announced.name}, was not written"
    return Head(sequence=head.sequence, link=head.link), void


def rebuild(links: Iterable[Link]) -> tuple[Head, str | None]:
    """A head where none can be believed; what came after the highest link would be lost for it."""
    last = max(links, key=lambda link: link.sequence, default=None)
    if last is None:
        return Head(), None
    return at(last), f"the head was lost: number {last.sequence} is the highest that was found"


class Fault(Enum):
    MISSING_LINK = "a link is missing"
    BROKEN_LINK = "a link does not name the one before it"
    DOUBLE_LINK = "a number is there twice"
    TRUNCATED = "the chain ends before its head"
    BEYOND_HEAD = "a link lies beyond the head"
    HEAD_LOST = "the head is missing or not signed"


@dataclass(frozen=True, slots=True)
class Break:
    fault: Fault
    sequence: int
    detail: str


def breaks(links: Iterable[Link], head: Head | None) -> Iterator[Break]:
    """Everything that is wrong with the chain, by number."""
    known: dict[int, Link] = {}
    for link in sorted(links, key=lambda link: link.sequence):
        if first := known.get(link.sequence):
            yield Break(Fault.DOUBLE_LINK, link.sequence, f"{first.name} and {link.name}")
        known.setdefault(link.sequence, link)
    yield from _gaps_and_wrong_links(known)
    highest = max(known, default=0)
    if head is None:
        if known:
            yield Break(Fault.HEAD_LOST, highest, "what came after cannot be known")
    else:
        yield from _against_head(known, highest, head)


def _gaps_and_wrong_links(known: dict[int, Link]) -> Iterator[Break]:
    before: Link | None = None
    for number in range(1, max(known, default=0) + 1):
        link = known.get(number)
        if link is None:
            yield Break(Fault.MISSING_LINK, number, "no manifest has this number")
        elif (before or number == 1) and link.previous != (before.digest if before else None):
            yield Break(Fault.BROKEN_LINK, number, f"{link.name} was made for another chain")
        before = link


def _against_head(known: dict[int, Link], highest: int, head: Head) -> Iterator[Break]:
    for number in range(highest + 1, head.sequence + 1):
        yield Break(Fault.TRUNCATED, number, f"the head is number {head.sequence}")
    if (last := known.get(head.sequence)) and last.digest != head.link:
        yield Break(Fault.BROKEN_LINK, head.sequence, f"{last.name} is not what the head names")
    for number in range(head.sequence + 1, highest + 1):
        link = known.get(number)
        announced = head.announced and link and link.digest == head.announced.link
        if link and not announced:
            yield Break(Fault.BEYOND_HEAD, number, f"{link.name}; the head is {head.sequence}")
