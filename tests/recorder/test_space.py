from __future__ import annotations

import pytest

from recorder.space import Space, Watermarks


@pytest.mark.parametrize(
    ("free", "space"),
    [
        (0, Space.FULL),
        (99, Space.FULL),
        (100, Space.LOW),
        (499, Space.LOW),
        (500, Space.ENOUGH),
        (1 << 50, Space.ENOUGH),
    ],
)
def test_each_mark_is_the_first_byte_of_the_better_side(free: int, space: Space) -> None:
    assert Watermarks(warn_below=500, refuse_below=100).judge(free) is space


def test_with_the_floor_alone_the_warning_comes_at_five_times_as_much() -> None:
    assert Watermarks.above(100) == Watermarks(500, 100)


def test_marks_of_nothing_never_warn_and_never_refuse() -> None:
    assert Watermarks.above(0).judge(0) is Space.ENOUGH


def test_a_warning_after_the_refusal_is_our_mistake() -> None:
    with pytest.raises(AssertionError, match="before"):
        Watermarks(warn_below=99, refuse_below=100)
