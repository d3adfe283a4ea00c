from __future__ import annotations

import pytest

from recorder.chain import (
    Break,
    Fault,
    Head,
    Link,
    SignedHead,
    at,
    breaks,
    read_head,
    rebuild,
    recover,
)


def digest(number: int) -> str:
    return f"{number:064x}"


def link(number: int) -> Link:
    return Link(number, digest(number), digest(number - 1) if number > 1 else None, f"n{number}")


def chain(count: int) -> list[Link]:
    return [link(number) for number in range(1, count + 1)]


def faults(links: list[Link], head: Head | None) -> list[tuple[Fault, int]]:
    return [(one.fault, one.sequence) for one in breaks(links, head)]


def sign(message: bytes) -> str:
    return f"signed {hash(message)}"


def accepts(message: bytes, signature: str) -> bool:
    return signature == sign(message)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_whole_chain_has_no_break_in_whatever_order_it_is_read(count: int) -> None:
    assert list(breaks(reversed(chain(count)), at(link(count)))) == []


def test_nothing_at_all_is_whole() -> None:
    assert list(breaks([], None)) == list(breaks([], Head())) == []


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_link_that_was_taken_out_is_missed_by_its_number(missing: int) -> None:
    links = [one for one in chain(4) if one.sequence != missing]
    assert faults(links, at(link(4))) == [(Fault.MISSING_LINK, missing)]


def test_an_end_that_was_taken_off_is_missed_because_of_the_head() -> None:
    assert faults(chain(2), at(link(4))) == [(Fault.TRUNCATED, 3), (Fault.TRUNCATED, 4)]
    assert faults([], at(link(1))) == [(Fault.TRUNCATED, 1)]


def test_without_a_head_nobody_knows_where_the_chain_ended() -> None:
    assert faults(chain(2), None) == [(Fault.HEAD_LOST, 2)]


def test_a_link_of_another_chain_does_not_fit() -> None:
    foreign = Link(2, digest(99), digest(98), "foreign")
    assert faults([link(1), foreign, link(3)], at(link(3))) == [
        (Fault.BROKEN_LINK, 2),
        (Fault.BROKEN_LINK, 3),
    ]
    assert faults([link(1), foreign], at(link(2))) == [
        (Fault.BROKEN_LINK, 2),
        (Fault.BROKEN_LINK, 2),
    ]


def test_the_same_number_twice_is_found() -> None:
    twin = Link(2, digest(99), digest(1), "twin")
    assert list(breaks([*chain(3), twin], at(link(3)))) == [
        Break(Fault.DOUBLE_LINK, 2, "n2 and twin")
    ]


def test_a_link_beyond_the_head_is_found_unless_it_is_announced() -> None:
    assert faults(chain(3), at(link(2))) == [(Fault.BEYOND_HEAD, 3)]
    assert faults(chain(3), at(link(2)).announce(link(3))) == []


def test_a_head_at_rest_is_the_head() -> None:
    assert recover(at(link(3)), None) == (at(link(3)), None)


def test_a_link_that_was_announced_and_written_becomes_the_head_and_it_is_said() -> None:
    head, healed = recover(at(link(3)).announce(link(4)), link(4))
    assert head == at(link(4))
    assert healed == "number 4 was written, the head had not followed"


@pytest.mark.parametrize("found", [None, link(3), Link(4, digest(9), digest(3), "n4")])
def test_an_announcement_without_its_link_is_void_and_it_is_said(found: Link | None) -> None:
    head, healed = recover(at(link(3)).announce(link(4)), found)
    assert head == at(link(3))
    assert healed == "number 4, announced for n4, was not written"


def test_a_lost_head_is_the_highest_link_that_was_found_and_it_is_said() -> None:
    head, healed = rebuild(reversed(chain(5)))
    assert head == at(link(5))
    assert healed == "the head was lost: number 5 is the highest that was found"
    assert rebuild([]) == (Head(), None)


def test_a_head_is_believed_only_as_it_was_signed() -> None:
    head = at(link(3)).announce(link(4))
    text = SignedHead.sign(head, sign).canonical()
    assert read_head(text, accepts) == head
    for lie in (text.replace(b'"sequence":3', b'"sequence":2'), b"", b"{}"):
        assert read_head(lie, accepts) is None
