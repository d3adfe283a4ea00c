from math import inf

from engine.web.live.board import ROWS_AT_ONCE, SETTLE_SECONDS, Board
from engine.web.live.topic import Row

PACE = 0.25


class House:
    """Numbers by name, and how often a row was made of one."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = dict(numbers)
        self.made = 0
        self.board = Board(self._row, PACE)

    def _row(self, key: str) -> Row | None:
        self.made += 1
        return {"key": key, "n": self.numbers[key]} if key in self.numbers else None

    def told(self, now: float) -> tuple[list[int], list[str]]:
        change = self.board.tick(now)
        return [row["n"] for row in change.rows], change.gone


def test_what_was_touched_is_told_once_a_moment_later_as_it_is_then() -> None:
    house = House(a=1, b=1)
    house.board.touch(["a"], 10.0)
    house.numbers["a"] = 2
    house.board.touch(["a", "b"], 10.01)
    assert house.board.deadline == 10.0 + SETTLE_SECONDS
    assert house.told(10.0) == ([], [])
    assert house.told(10.02) == ([2, 1], [])
    assert (house.made, house.board.deadline) == (2, inf)
    assert house.board.rows["a"] == {"key": "a", "n": 2}


def test_a_row_is_told_four_times_a_second_at_most() -> None:
    house, told = House(a=0), 0
    now = 0.0
    while now < 10.0:
        house.numbers["a"] += 1
        house.board.touch(["a"], now)
        now += 0.01
        if now >= house.board.deadline:
            told += bool(house.board.tick(now))
    assert told <= 1 + 10.0 / PACE
    assert house.board.rows["a"]["n"] > 900


def test_a_row_that_is_as_it_was_is_not_told() -> None:
    house = House(a=1)
    house.board.touch(["a"], 0.0)
    house.told(1.0)
    house.board.touch(["a"], 2.0)
    assert not house.board.tick(3.0)


def test_a_row_that_is_no_more_is_told_by_its_key_and_once() -> None:
    house = House(a=1)
    house.board.touch(["a", "never was"], 0.0)
    house.told(1.0)
    del house.numbers["a"]
    house.board.touch(["a"], 2.0)
    assert house.told(3.0) == ([], ["a"])
    house.board.touch(["a"], 4.0)
    assert not house.board.tick(5.0)
    assert not house.board.rows


def test_of_many_some_are_made_at_once_and_the_others_soon_after() -> None:
    house = House(**{f"a{n}": n for n in range(2 * ROWS_AT_ONCE + 1)})
    house.board.touch(house.numbers, 0.0)
    sizes, now = [], 0.0
    while house.board.deadline < inf:
        now = house.board.deadline
        sizes.append(len(house.board.tick(now).rows))
    assert sizes == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    assert now < 1.0
